// Short words for the tests of renewals (R9).
#pragma once

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "tests/entitlement/buying.h"
#include "tests/support/world.h"

namespace usher::entitlement::testing {

using Ids = std::vector<int64_t>;

// A subscription that is bought when World starts, at 2026-11-02T09:00:00Z, for a month.
inline constexpr char kExpiry[] = "2026-12-02T09:00:00Z";
inline constexpr char kRenewedExpiry[] = "2027-01-02T09:00:00Z";

inline const License& LicenseOf(World& world, int64_t id) {
  return world.application().licenses.at(static_cast<size_t>(id - 1));
}

inline std::vector<int64_t> Values(const std::vector<LicenseId>& ids) {
  std::vector<int64_t> values;
  for (const LicenseId id : ids) values.push_back(id.value());
  return values;
}

// The one renewal among the changes since the last look.
inline SubscriptionRenewed OneRenewal(const std::vector<Change>& changes) {
  const auto renewals = World::Only<SubscriptionRenewed>(changes);
  EXPECT_EQ(renewals.size(), 1u);
  return renewals.empty() ? SubscriptionRenewed{} : renewals.front();
}

// Of the subscription 1 where none is named.
inline OrderReply Renew(World& world, RenewSubscription command = {}) {
  if (!command.id) command.id = SubscriptionId(1);
  return world.Ask<OrderReply>(command);
}

}  // namespace usher::entitlement::testing
