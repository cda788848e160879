// R13: which license serves an agent or a phone.
//
// Look-ups only: no scan, no copy, no change. Pointers point into the application and live as long
// as it is not altered.
#pragma once

#include <optional>
#include <span>

#include "entitlement/application.h"
#include "entitlement/ids.h"
#include "entitlement/types.h"

namespace usher::entitlement {

// The editions that may serve, best first: the requested one only, or STANDARD then PREMIUM.
std::span<const Edition> EditionsFor(std::optional<Edition> requested);

// The idle unexpired license that a newcomer takes: of the first such edition that has one the
// latest to expire, then the lowest id. Null where none is idle.
const License* ChooseIdle(const Application& application, LicenseKind kind,
                          std::optional<Edition> requested);

// What R13 and R16 say about an email.
struct Choice {
  // The email's record; null where it has none.
  const Agent* agent = nullptr;
  // The license that serves it; null where none does.
  const License* license = nullptr;
  // The expired license that the email is recorded on; null where there is none.
  const License* expired = nullptr;

  // Whether `license` is idle now and would be bound.
  bool binds() const { return license != nullptr && (agent == nullptr || expired != nullptr); }
};

// The unexpired license that the email is recorded on, whatever edition is requested; else an idle
// one, also where it is recorded on an expired one.
Choice ChooseFor(const Application& application, const SharedName<Email>& email,
                 std::optional<Edition> requested);

}  // namespace usher::entitlement
