// The account's own deadlines of Voice AI. Internal to the core: others call NextDue and DecideDue
// (decide.h). Pure functions.
#pragma once

#include "absl/time/time.h"
#include "entitlement/account.h"
#include "entitlement/change_list.h"
#include "entitlement/context.h"
#include "entitlement/policy.h"

namespace usher::entitlement {

absl::Time NextVoiceDue(const Voice& voice, const Policy& policy);
// Without what can wait for the next load.
absl::Time NextStoredVoiceDue(const Voice& voice);

// One kind of deadline that is due at `due`, as DecideDue says.
void DecideVoiceDue(const Account& account, absl::Time due, const Context& context,
                    ChangeList& changes);

}  // namespace usher::entitlement
