// The laws that hold between any two commands, each broken one by name.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/account.h"
#include "entitlement/application.h"
#include "entitlement/policy.h"

namespace usher::entitlement {

// One line for each law that is broken, with the ids concerned; empty where all is well. Laws: an
// email is recorded on at most one license (R11); a license has at most one holder; in use ≤ held ≤
// total; a live session's agent is recorded on a license; at most one live session per email and
// channel (R15); an unexpired license with expire_time ≤ now does not exist; draining only on
// expired licenses with an active holder and no idle license in the pool (R16); resets used ≤ limit
// (R18); every index says what the tables say. Cost: linear in the state.
std::vector<std::string> CheckInvariants(const Account& account, const Application& application,
                                         absl::Time now, const Policy& policy);

// The account's own: charged + reserved ≤ charged + held ≤ granted for every grant, each figure the
// sum over the live calls (R26); no unexpired grant with expire_time ≤ now; a call reserves what it
// holds, and is live or ended; a final call has not reached its must_end_time; a deleted
// application has no call (R4); every index says what the tables say.
std::vector<std::string> CheckInvariants(const Account& account, absl::Time now);

}  // namespace usher::entitlement
