// All that a decision knows besides the state and the command: it asks no clock and draws no number
// itself.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "entitlement/application.h"
#include "entitlement/catalog.h"
#include "entitlement/ids.h"
#include "entitlement/policy.h"

namespace usher::entitlement {

// Actor of what time itself changes.
inline constexpr char kSystemActor[] = "system";

struct Context {
  // Wall clock in whole microseconds, never before any earlier `now` of the same database.
  absl::Time now;
  LeaseTime lease_now;
  std::string actor;
  // Revision of the first event that the decision makes in the account.
  Revision next_revision;
  const Policy* policy = nullptr;
  const Catalog* catalog = nullptr;
};

}  // namespace usher::entitlement
