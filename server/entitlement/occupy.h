// What a login and mobile answering have in common: they occupy a license, or are refused for want
// of one (R12, R16).
//
// Pure functions; any thread that may read the units.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "entitlement/application.h"
#include "entitlement/change_list.h"
#include "entitlement/choose_license.h"
#include "entitlement/context.h"
#include "entitlement/decide.h"
#include "entitlement/ids.h"
#include "entitlement/refusal.h"
#include "entitlement/reply.h"
#include "entitlement/units.h"

namespace usher::entitlement {

// Writes down that the email takes `choice.license`, where the choice binds one: off an expired
// license (R16), and ACTIVE again its sessions, but for `ending`, which the caller is about to end.
void AddBinding(const Choice& choice, const SharedName<Email>& email, SessionId ending,
                ChangeList& changes);

// What an email is told that no license serves (`choice.license` is null): LICENSE_EXPIRED where it
// is recorded on an expired one, NO_IDLE_LICENSE otherwise.
Refusal ExplainRefusal(const Units& units, const Choice& choice, std::optional<Edition> requested,
                       const Context& context);

// That refusal with the one change that it makes, the denial counter (R17).
Outcome RefuseForWantOfLicense(const Units& units, const Choice& choice,
                               std::optional<Edition> requested, const Context& context);

// Counts a refusal in the pool of the requested edition, else in the STANDARD one.
void AddDenial(LicenseKind kind, std::optional<Edition> requested, ChangeList& changes);

// The serving license as it is once its email is active.
LicenseView OccupiedView(const License& license, const SharedName<Email>& email,
                         absl::Time bind_time);

}  // namespace usher::entitlement
