// What an order comes to (R5–R8, R22, R23): prices, subscriptions, licenses and minutes, worked out
// before anything is bought. A quote and an order are made from the same plan, so they cannot
// differ (R10).
//
// Pure functions; any thread. Internal to the core: others call Decide (decide.h).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "entitlement/application.h"
#include "entitlement/catalog.h"
#include "entitlement/change.h"
#include "entitlement/command.h"
#include "entitlement/context.h"
#include "entitlement/order.h"
#include "entitlement/refusal.h"
#include "entitlement/units.h"

namespace usher::entitlement {

struct Purchase {
  // Without an id; one line for each item, in the order of the items.
  Order order;
  // Those that start and those that are joined, as the order leaves them.
  absl::btree_map<SubscriptionId, Subscription> subscriptions;
  // In the order of the items, agent before SIP; the ids follow on the last one given out.
  std::vector<LicensesGranted> grants;
  // Voice AI (R22, R23): plans that start or grow, and the lots of minutes that are had at once.
  absl::btree_map<SubscriptionId, VoicePlan> plans;
  std::vector<MinutesGranted> minutes;
};

// The plan of an order whose items passed CheckItems (decisions.h), or why the application cannot
// have it. Of several reasons the first in the order of CreateOrder's comment, then of the items.
std::variant<Purchase, Refusal> PlanPurchase(const Units& units, const CreateOrder& command,
                                             const Context& context);

// Appends a line for `quantity` units of the product, charged for `months` months (R5), and adds it
// to the total. `subscription` is none for what is bought outright.
void AddLine(Order& order, const Product& product, int64_t quantity, int months,
             SubscriptionId subscription, absl::Time expire_time);

// What so many units of a voice product bring each month.
VoiceLot LotOf(const Product& product, int64_t quantity, absl::Time expire_time);

// "accounts/{account}/applications/{application}/subscriptions/{id}".
std::string SubscriptionName(const Units& units, SubscriptionId id);

}  // namespace usher::entitlement
