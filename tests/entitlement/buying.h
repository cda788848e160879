// Short words for the tests of what is bought: orders, renewals, and who logs in on what came of
// it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/support/world.h"

namespace usher::entitlement::testing {

inline constexpr char kStandardPackage[] = "standard-agent-package";
inline constexpr char kStandardAgent[] = "standard-agent";
inline constexpr char kStandardSip[] = "standard-sip";
inline constexpr char kPremiumPackage[] = "premium-agent-package";
inline constexpr char kPremiumAgent[] = "premium-agent";
inline constexpr char kPremiumSip[] = "premium-sip";

inline OrderItem Item(std::string product, int64_t quantity, int64_t subscription = 0) {
  return OrderItem{.product = std::move(product),
                   .quantity = quantity,
                   .subscription = SubscriptionId(subscription)};
}

inline OrderReply Buy(World& world, std::vector<OrderItem> items, int months = 1) {
  return world.Ask<OrderReply>(CreateOrder{.items = std::move(items), .months = months});
}

inline OrderReply Quote(World& world, std::vector<OrderItem> items, int months = 1) {
  return world.Ask<OrderReply>(
      CreateOrder{.items = std::move(items), .months = months, .validate_only = true});
}

inline StartSessionReply Login(World& world, const std::string& email, Edition edition) {
  return world.Ask<StartSessionReply>(StartSession{.email = Email(email),
                                                   .channel = Channel::kWeb,
                                                   .client_id = ClientId("desk of " + email),
                                                   .edition = edition,
                                                   .ttl = absl::Hours(1)});
}

inline void Logout(World& world, const StartSessionReply& login) {
  world.Ask<EndSessionReply>(EndSession{.id = login.session.id});
}

inline const Subscription& SubscriptionOf(World& world, int64_t id = 1) {
  return world.application().subscriptions.at(SubscriptionId(id));
}

}  // namespace usher::entitlement::testing
