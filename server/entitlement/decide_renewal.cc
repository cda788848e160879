#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "entitlement/change_list.h"
#include "entitlement/civil.h"
#include "entitlement/decisions.h"
#include "entitlement/limits.h"
#include "entitlement/purchase.h"
#include "entitlement/views.h"
#include "entitlement/voice_plan.h"

namespace usher::entitlement {
namespace {

// What a renewal takes along: package units, and of each add-on in force how many.
struct Carry {
  int64_t units = 0;
  std::vector<AddOn> add_ons;
};

// The order in which licenses that are not carried are given up (R9).
enum class Worth { kIdle, kBound, kInUse };

Refusal Invalid(std::string field, std::string description) {
  return InvalidField{.field = std::move(field), .description = std::move(description)};
}

bool InForce(const AddOn& add_on, const Subscription& subscription) {
  return add_on.expire_time == subscription.expire_time;
}

// A catalog that was changed since the purchase may lack what it sold.
std::optional<Refusal> CheckSold(const Subscription& subscription, const Carry& carry,
                                 const Catalog& catalog) {
  if (catalog.Find(subscription.product) == nullptr) {
    return Invalid("subscription_id", absl::StrCat("is a subscription to ", subscription.product,
                                                   ", which is not sold any more"));
  }
  for (const AddOn& add_on : carry.add_ons) {
    if (catalog.Find(add_on.product) != nullptr) continue;
    return Invalid("add_ons",
                   absl::StrCat("must leave out ", add_on.product, ", which is not sold any more"));
  }
  return std::nullopt;
}

std::optional<Refusal> CheckTime(const Units& units, const Subscription& subscription,
                                 const Subscription& renewed, const Context& context) {
  if (context.now >= subscription.expire_time + context.policy->renewal_grace) {
    return WrongState{"EXPIRED", SubscriptionName(units, subscription.id)};
  }
  if (renewed.months > kSubscriptionMonthsMax) {
    return Invalid("months", absl::StrCat("would make the subscription last longer than ",
                                          kSubscriptionMonthsMax, " months in all"));
  }
  if (renewed.expire_time <= context.now) {
    return Invalid("months",
                   absl::StrCat("must reach beyond now: counted from the old expiry, the new one "
                                "would be ",
                                absl::FormatTime(renewed.expire_time, absl::UTCTimeZone()),
                                ", which is past"));
  }
  return std::nullopt;
}

std::string PathOf(size_t add_on, const char* field) {
  return absl::StrCat("add_ons[", add_on, "].", field);
}

// What is wrong with an add-on whatever the subscription.
std::optional<Refusal> CheckItem(const RenewSubscription& command, size_t i,
                                 const Catalog& catalog) {
  const std::vector<OrderItem>& add_ons = *command.add_ons;
  const OrderItem& item = add_ons[i];
  const Product* product = catalog.Find(item.product);
  if (product == nullptr || !product->is_add_on()) {
    return Invalid(PathOf(i, "product"),
                   absl::StrCat("must be an add-on of the catalog; ", item.product, " is none"));
  }
  const auto named = [&](const OrderItem& other) { return other.product == item.product; };
  if (std::any_of(add_ons.begin(), add_ons.begin() + static_cast<std::ptrdiff_t>(i), named)) {
    return Invalid(PathOf(i, "product"),
                   absl::StrCat("names ", item.product, " a second time; give its quantity once"));
  }
  if (item.quantity < 1 || item.quantity > product->maximum_quantity) {
    return Invalid(PathOf(i, "quantity"),
                   absl::StrCat("must be from 1 to ", product->maximum_quantity));
  }
  if (item.subscription && item.subscription != command.id) {
    return Invalid(PathOf(i, "subscription_id"), "must be 0 or the subscription that is renewed");
  }
  return std::nullopt;
}

// What is wrong with an add-on of this subscription.
std::optional<Refusal> CheckAddOn(const std::vector<OrderItem>& add_ons, size_t i,
                                  const Subscription& subscription) {
  const OrderItem& item = add_ons[i];
  const auto in_force = std::find_if(
      subscription.add_ons.begin(), subscription.add_ons.end(), [&](const AddOn& add_on) {
        return add_on.product == item.product && InForce(add_on, subscription);
      });
  if (in_force == subscription.add_ons.end()) {
    return Invalid(
        PathOf(i, "product"),
        absl::StrCat("must be an add-on that is in force when the subscription expires; ",
                     item.product, " is none"));
  }
  if (item.quantity > in_force->quantity) {
    return Invalid(PathOf(i, "quantity"),
                   absl::StrCat("must be from 1 to ", in_force->quantity, ", the units in force"));
  }
  return std::nullopt;
}

std::optional<Refusal> CheckCarried(const RenewSubscription& command,
                                    const Subscription& subscription) {
  if (command.units.has_value() && *command.units > subscription.units) {
    return Invalid("units",
                   absl::StrCat("must be from 1 to ", subscription.units, ", the units in force"));
  }
  if (!command.add_ons.has_value()) return std::nullopt;
  for (size_t i = 0; i < command.add_ons->size(); ++i) {
    if (auto refusal = CheckAddOn(*command.add_ons, i, subscription)) return refusal;
  }
  return std::nullopt;
}

Carry CarryOf(const RenewSubscription& command, const Subscription& subscription) {
  Carry carry{.units = command.units.value_or(subscription.units)};
  for (const AddOn& add_on : subscription.add_ons) {
    if (!InForce(add_on, subscription)) continue;
    AddOn carried = add_on;
    if (command.add_ons.has_value()) {
      const auto item =
          std::find_if(command.add_ons->begin(), command.add_ons->end(),
                       [&](const OrderItem& asked) { return asked.product == add_on.product; });
      carried.quantity = item != command.add_ons->end() ? item->quantity : 0;
    }
    if (carried.quantity > 0) carry.add_ons.push_back(std::move(carried));
  }
  return carry;
}

// What a voice subscription gives; null for others.
const VoicePlan* PlanOf(const Units& units, const Subscription& subscription) {
  if (subscription.edition) return nullptr;
  return &units.account->voice.Find(units.application->no)->plans.at(subscription.id);
}

// The subscription with its new term; what is not carried keeps the old expiry.
Subscription Renewed(const Units& units, const Subscription& subscription, const Carry& carry,
                     int months, absl::Time now) {
  const Account& account = *units.account;
  Subscription renewed = subscription;
  renewed.units = carry.units;
  renewed.months += months;
  const VoicePlan* plan = PlanOf(units, subscription);
  renewed.expire_time = plan != nullptr
                            ? EndOfPlan(account, *plan, renewed.months, now)
                            : AddMonths(subscription.start_time, renewed.months, account.zone);
  for (const AddOn& carried : carry.add_ons) {
    const auto old =
        std::find_if(renewed.add_ons.begin(), renewed.add_ons.end(), [&](const AddOn& add_on) {
          return add_on.product == carried.product && InForce(add_on, subscription);
        });
    const int64_t left_behind = old->quantity - carried.quantity;
    *old = carried;
    old->expire_time = renewed.expire_time;
    if (left_behind > 0) {
      renewed.add_ons.push_back(AddOn{.product = carried.product,
                                      .quantity = left_behind,
                                      .expire_time = subscription.expire_time});
    }
  }
  return renewed;
}

Order OrderOf(const Subscription& renewed, const Carry& carry, int months, const Context& context) {
  Order order{.create_time = context.now, .actor = context.actor};
  const auto add = [&](const std::string& product, int64_t quantity) {
    AddLine(order, *context.catalog->Find(product), quantity, months, renewed.id,
            renewed.expire_time);
  };
  add(renewed.product, carry.units);
  for (const AddOn& add_on : carry.add_ons) add(add_on.product, add_on.quantity);
  return order;
}

Worth WorthOf(const Application& application, const License& license) {
  if (!license.held()) return Worth::kIdle;
  if (license.kind == LicenseKind::kSip) return Worth::kInUse;
  const Agent* agent = application.agents.Find(license.holder.view());
  return agent != nullptr && agent->active() ? Worth::kInUse : Worth::kBound;
}

// How many licenses of the source and kind the carried units amount to.
int64_t CarriedCount(const Subscription& subscription, const Carry& carry, LicenseSource source,
                     LicenseKind kind, const Catalog& catalog) {
  if (source == LicenseSource::kPackage) {
    return carry.units * catalog.Find(subscription.product)->LicensesOf(kind);
  }
  int64_t count = 0;
  for (const AddOn& add_on : carry.add_ons) {
    count += add_on.quantity * catalog.Find(add_on.product)->LicensesOf(kind);
  }
  return count;
}

struct Split {
  std::vector<LicenseId> carried;
  std::vector<LicenseId> lapsed;
};

// Shares out the licenses that expire with the subscription; both lists by id.
Split SplitLicenses(const Application& application, const Subscription& subscription,
                    const Carry& carry, const Catalog& catalog) {
  Split split;
  for (const LicenseSource source : {LicenseSource::kPackage, LicenseSource::kAddOn}) {
    for (const LicenseKind kind : kLicenseKinds) {
      // Worst first: what is given up is the front.
      std::vector<std::pair<Worth, int64_t>> candidates;
      for (const License& license : application.licenses) {
        if (license.subscription != subscription.id || license.source != source ||
            license.kind != kind || license.expire_time != subscription.expire_time) {
          continue;
        }
        candidates.emplace_back(WorthOf(application, license), -license.id.value());
      }
      std::sort(candidates.begin(), candidates.end());
      const int64_t keep = CarriedCount(subscription, carry, source, kind, catalog);
      const int64_t drop = std::max<int64_t>(0, static_cast<int64_t>(candidates.size()) - keep);
      for (size_t i = 0; i < candidates.size(); ++i) {
        auto& list = static_cast<int64_t>(i) < drop ? split.lapsed : split.carried;
        list.push_back(LicenseId(-candidates[i].second));
      }
    }
  }
  std::sort(split.carried.begin(), split.carried.end());
  std::sort(split.lapsed.begin(), split.lapsed.end());
  return split;
}

// R22: the plan goes on with what is carried. Where it had ended, the current month's minutes
// appear now; else each month's at its start.
void RenewVoice(const Units& units, const VoicePlan& plan, const Subscription& renewed,
                const Carry& carry, const Context& context, ChangeList& changes) {
  const Account& account = *units.account;
  VoiceLot carried =
      LotOf(*context.catalog->Find(renewed.product), carry.units, renewed.expire_time);
  for (const AddOn& add_on : carry.add_ons) {
    const VoiceLot lot =
        LotOf(*context.catalog->Find(add_on.product), add_on.quantity, renewed.expire_time);
    carried.concurrency += lot.concurrency;
  }
  const VoicePlan after =
      RenewPlan(account, plan, renewed.months, renewed.expire_time, carried, context.now);
  changes.Add(VoicePlanStored{after});
  if (plan.expire_time > context.now) return;
  auto month =
      NextMonth(account, units.application->no, after, NextGrantId(account.voice), context.now);
  if (month) changes.AddFor(account.no, ApplicationNo(), *std::move(month));
}

// Whoever drained on a license that revives here is told by Settle (R16).
std::vector<Change> ChangesOf(const Units& units, const Order& order, const Subscription& renewed,
                              const Carry& carry, Split split, const Context& context) {
  const Application& application = *units.application;
  std::vector<LicenseReleased> released;
  for (const LicenseId id : split.lapsed) {
    const License& license = *application.Find(id);
    // Before the old expiry it goes on to serve; a holder that drains goes on to its deadline.
    if (!license.expired || WorthOf(application, license) != Worth::kBound) continue;
    released.push_back({.id = id, .email = Email(license.holder), .cause = ReleaseCause::kLapsed});
  }
  ChangeList changes(units, context.now, context);
  changes.Add(OrderPlaced{.order = order, .renewal = true});
  changes.Add(SubscriptionRenewed{.subscription = renewed,
                                  .carried = std::move(split.carried),
                                  .lapsed = std::move(split.lapsed)});
  for (LicenseReleased& release : released) changes.Add(std::move(release));
  if (const VoicePlan* plan = PlanOf(units, renewed)) {
    RenewVoice(units, *plan, renewed, carry, context, changes);
  }
  return changes.Take();
}

}  // namespace

std::optional<Refusal> CheckItems(const RenewSubscription& command, const Context& context) {
  if (command.units.has_value() && (*command.units < 1 || *command.units > kOrderUnitsMax)) {
    return Invalid("units", absl::StrCat("must be from 1 to ", kOrderUnitsMax));
  }
  if (!command.add_ons.has_value()) return std::nullopt;
  for (size_t i = 0; i < command.add_ons->size(); ++i) {
    if (auto refusal = CheckItem(command, i, *context.catalog)) return refusal;
  }
  return std::nullopt;
}

std::optional<Refusal> CheckNamed(const Units& units, const RenewSubscription& command) {
  if (units.application->Find(command.id) != nullptr) return std::nullopt;
  return ResourceNotFound{SubscriptionName(units, command.id)};
}

Outcome DecideOn(const Units& units, const RenewSubscription& command, const Context& context) {
  const Subscription* subscription = units.application->Find(command.id);
  const Carry carry = CarryOf(command, *subscription);
  const Subscription renewed = Renewed(units, *subscription, carry, command.months, context.now);
  if (auto refusal = CheckTime(units, *subscription, renewed, context)) {
    return Outcome{*refusal, {}};
  }
  if (auto refusal = CheckCarried(command, *subscription)) return Outcome{*refusal, {}};
  if (auto refusal = CheckSold(*subscription, carry, *context.catalog)) {
    return Outcome{*refusal, {}};
  }

  Order order = OrderOf(renewed, carry, command.months, context);
  std::vector<Change> changes;
  if (!command.validate_only) {
    order.id = units.application->last_order_id.next();
    changes = ChangesOf(units, order, renewed, carry,
                        SplitLicenses(*units.application, *subscription, carry, *context.catalog),
                        context);
  }
  OrderReply reply{.order = std::move(order)};
  reply.subscriptions.push_back(ViewOf(renewed, context));
  return Outcome{Reply(std::move(reply)), std::move(changes)};
}

}  // namespace usher::entitlement
