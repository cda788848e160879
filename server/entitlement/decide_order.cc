#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "entitlement/change_list.h"
#include "entitlement/decisions.h"
#include "entitlement/limits.h"
#include "entitlement/purchase.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

std::string FieldOf(size_t item, std::string_view name) {
  return absl::StrCat("items[", item, "].", absl::string_view(name.data(), name.size()));
}

std::optional<Refusal> CheckItem(const OrderItem& item, size_t i, const Catalog& catalog) {
  const Product* product = catalog.Find(item.product);
  if (product == nullptr) {
    return InvalidField{.field = FieldOf(i, "product"),
                        .description = absl::StrCat("must be a product of the catalog; ",
                                                    item.product, " is none")};
  }
  if (item.quantity < 1 || item.quantity > product->maximum_quantity) {
    return InvalidField{
        .field = FieldOf(i, "quantity"),
        .description = absl::StrCat("must be from 1 to ", product->maximum_quantity)};
  }
  const bool package =
      product->role == ProductRole::kPackage || product->role == ProductRole::kVoicePackage;
  if (package && item.subscription) {
    return InvalidField{.field = FieldOf(i, "subscription_id"),
                        .description = "must be 0 for a package, which starts a new subscription"};
  }
  if (product->role == ProductRole::kVoiceMinutes && item.subscription) {
    return InvalidField{.field = FieldOf(i, "subscription_id"),
                        .description = "must be 0 for minutes, which are the account's"};
  }
  return std::nullopt;
}

// The events of a purchase whose ids have been given out.
std::vector<Change> ChangesOf(const Units& units, const Purchase& purchase,
                              const Context& context) {
  ChangeList changes(units, context.now, context);
  changes.Add(OrderPlaced{.order = purchase.order});
  for (const auto& [id, subscription] : purchase.subscriptions) {
    changes.Add(SubscriptionStored{subscription});
  }
  for (const LicensesGranted& grant : purchase.grants) changes.Add(grant);
  for (const auto& [id, plan] : purchase.plans) changes.Add(VoicePlanStored{plan});
  for (const MinutesGranted& minutes : purchase.minutes) {
    changes.AddFor(units.account->no, ApplicationNo(), minutes);
  }
  return changes.Take();
}

}  // namespace

std::optional<Refusal> CheckItems(const CreateOrder& command, const Context& context) {
  if (command.items.empty() || command.items.size() > static_cast<size_t>(kOrderItemsMax)) {
    return InvalidField{
        .field = "items",
        .description = absl::StrCat("must be from 1 to ", kOrderItemsMax, " items")};
  }
  for (size_t i = 0; i < command.items.size(); ++i) {
    if (auto refusal = CheckItem(command.items[i], i, *context.catalog)) return refusal;
  }
  for (const OrderItem& item : command.items) {
    const Product& product = *context.catalog->Find(item.product);
    if (item.quantity < product.minimum_quantity) {
      return BelowMinimumPurchase{
          .product = item.product, .minimum = product.minimum_quantity, .quantity = item.quantity};
    }
  }
  return std::nullopt;
}

Outcome DecideOn(const Units& units, const CreateOrder& command, const Context& context) {
  std::variant<Purchase, Refusal> plan = PlanPurchase(units, command, context);
  if (auto* refusal = std::get_if<Refusal>(&plan)) return Outcome{std::move(*refusal), {}};
  auto& purchase = std::get<Purchase>(plan);

  std::vector<Change> changes;
  if (!command.validate_only) {
    purchase.order.id = units.application->last_order_id.next();
    changes = ChangesOf(units, purchase, context);
  }
  OrderReply reply{.order = std::move(purchase.order)};
  for (const auto& [id, subscription] : purchase.subscriptions) {
    reply.subscriptions.push_back(ViewOf(subscription, context));
  }
  return Outcome{Reply(std::move(reply)), std::move(changes)};
}

Outcome DecideOn(const Units& units, const GetOrder& command, const Context& /*context*/) {
  return Outcome{
      Reply(HistoryQuery(OrderQuery{.application = units.application->no, .id = command.id})), {}};
}

Outcome DecideOn(const Units& units, const ListOrders& command, const Context& /*context*/) {
  return Outcome{
      Reply(HistoryQuery(OrdersQuery{
          .application = units.application->no, .before = command.before, .limit = command.limit})),
      {}};
}

Outcome DecideOn(const Units& units, const GetSubscription& command, const Context& context) {
  const Subscription* subscription = units.application->Find(command.id);
  if (subscription == nullptr) {
    return Outcome{Refusal(ResourceNotFound{SubscriptionName(units, command.id)}), {}};
  }
  return Outcome{Reply(SubscriptionReply{ViewOf(*subscription, context)}), {}};
}

Outcome DecideOn(const Units& units, const ListSubscriptions& command, const Context& context) {
  const auto& all = units.application->subscriptions;
  SubscriptionsReply reply;
  auto next =
      std::make_reverse_iterator(command.before ? all.lower_bound(command.before) : all.end());
  for (; next != all.rend(); ++next) {
    if (static_cast<int>(reply.subscriptions.size()) == command.limit) {
      reply.more = true;
      break;
    }
    reply.subscriptions.push_back(ViewOf(next->second, context));
  }
  return Outcome{Reply(std::move(reply)), {}};
}

}  // namespace usher::entitlement
