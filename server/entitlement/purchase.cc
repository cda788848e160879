#include "entitlement/purchase.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "entitlement/civil.h"
#include "entitlement/limits.h"
#include "entitlement/policy.h"
#include "entitlement/views.h"
#include "entitlement/voice_plan.h"

namespace usher::entitlement {
namespace {

using Choice = std::variant<SubscriptionId, Refusal>;

// The order of CreateOrder's comment.
int Precedence(const Refusal& refusal) {
  if (std::holds_alternative<ResourceNotFound>(refusal)) return 0;
  if (std::holds_alternative<EditionMismatch>(refusal)) return 1;
  if (std::holds_alternative<WrongState>(refusal)) return 2;
  if (std::holds_alternative<PackageRequired>(refusal)) return 3;
  return 4;
}

class Planner {
 public:
  Planner(const Units& units, const CreateOrder& command, const Context& context)
      : units_(units), application_(*units.application), command_(command), context_(context) {}

  std::variant<Purchase, Refusal> Plan();

 private:
  // R6: packages first, so that an add-on finds its package wherever it stands in the order.
  void StartSubscriptions();
  // R7.
  std::optional<Refusal> JoinSubscriptions();
  Choice ChooseNamed(const OrderItem& item, const Product& product) const;
  Choice ChooseByEdition(const Product& product) const;
  void Join(const OrderItem& item, const Product& product, SubscriptionId id);
  bool HasVoicePackage() const;
  // R5, R8.
  void Price();
  // R22.
  std::optional<Refusal> CheckPackages() const;
  std::optional<Refusal> CheckConcurrency() const;
  // R22, R23.
  std::optional<Refusal> GrantMinutes();
  absl::Time MinutesEnd() const;
  std::optional<Refusal> GrantLicenses();

  const Product& ProductOf(const OrderItem& item) const {
    return *context_.catalog->Find(item.product);
  }

  const Units& units_;
  const Application& application_;
  const CreateOrder& command_;
  const Context& context_;

  Purchase purchase_;
  // The subscription of each item.
  std::vector<SubscriptionId> chosen_;
  // Subscriptions that start with this order.
  std::vector<SubscriptionId> started_;
};

std::variant<Purchase, Refusal> Planner::Plan() {
  purchase_.order.create_time = context_.now;
  purchase_.order.actor = context_.actor;
  chosen_.resize(command_.items.size());
  StartSubscriptions();
  if (std::optional<Refusal> refusal = JoinSubscriptions()) return *std::move(refusal);
  Price();
  if (std::optional<Refusal> refusal = GrantLicenses()) return *std::move(refusal);
  if (std::optional<Refusal> refusal = CheckPackages()) return *std::move(refusal);
  if (std::optional<Refusal> refusal = CheckConcurrency()) return *std::move(refusal);
  if (std::optional<Refusal> refusal = GrantMinutes()) return *std::move(refusal);
  return std::move(purchase_);
}

void Planner::StartSubscriptions() {
  const auto& existing = application_.subscriptions;
  SubscriptionId last = existing.empty() ? SubscriptionId() : existing.rbegin()->first;
  for (size_t i = 0; i < command_.items.size(); ++i) {
    const OrderItem& item = command_.items[i];
    const Product& product = ProductOf(item);
    const bool voice = product.role == ProductRole::kVoicePackage;
    if (product.role != ProductRole::kPackage && !voice) continue;
    last = last.next();
    absl::Time expire_time = AddMonths(context_.now, command_.months, units_.account->zone);
    if (voice) {
      VoicePlan plan = StartPlan(*units_.account, last, product.product_id,
                                 context_.policy->voice_period, command_.months, context_.now);
      expire_time = plan.expire_time;
      AddLot(plan, LotOf(product, item.quantity, expire_time));
      purchase_.plans[last] = std::move(plan);
    }
    purchase_.subscriptions[last] = Subscription{.id = last,
                                                 .product = product.product_id,
                                                 .edition = product.edition,
                                                 .units = item.quantity,
                                                 .start_time = context_.now,
                                                 .months = command_.months,
                                                 .expire_time = expire_time};
    started_.push_back(last);
    chosen_[i] = last;
  }
}

std::optional<Refusal> Planner::JoinSubscriptions() {
  std::optional<Refusal> first;
  for (size_t i = 0; i < command_.items.size(); ++i) {
    const OrderItem& item = command_.items[i];
    const Product& product = ProductOf(item);
    if (product.role == ProductRole::kVoiceMinutes && !HasVoicePackage()) {
      const Refusal refusal = PackageRequired{.product = product.product_id,
                                              .required_product = product.required_product};
      if (!first.has_value() || Precedence(refusal) < Precedence(*first)) first = refusal;
    }
    if (!product.is_add_on()) continue;
    const Choice choice = item.subscription ? ChooseNamed(item, product) : ChooseByEdition(product);
    if (const auto* refusal = std::get_if<Refusal>(&choice)) {
      if (!first.has_value() || Precedence(*refusal) < Precedence(*first)) first = *refusal;
      continue;
    }
    chosen_[i] = std::get<SubscriptionId>(choice);
    Join(item, product, chosen_[i]);
  }
  return first;
}

// R23: in any application of the account, or in this order.
bool Planner::HasVoicePackage() const {
  return !purchase_.plans.empty() || units_.account->voice.package_end > context_.now;
}

Choice Planner::ChooseNamed(const OrderItem& item, const Product& product) const {
  const Subscription* named = application_.Find(item.subscription);
  if (named == nullptr) {
    return Refusal(ResourceNotFound{SubscriptionName(units_, item.subscription)});
  }
  if (named->edition != product.edition) {
    return Refusal(EditionMismatch{.product = product.product_id, .edition = named->edition});
  }
  if (named->expire_time <= context_.now) {
    return Refusal(WrongState{"EXPIRED", SubscriptionName(units_, named->id)});
  }
  return named->id;
}

Choice Planner::ChooseByEdition(const Product& product) const {
  std::vector<SubscriptionId> fitting;
  for (const SubscriptionId id : started_) {
    if (purchase_.subscriptions.at(id).edition == product.edition) fitting.push_back(id);
  }
  if (fitting.empty()) {
    for (const auto& [id, subscription] : application_.subscriptions) {
      if (subscription.edition == product.edition && subscription.expire_time > context_.now) {
        fitting.push_back(id);
      }
    }
  }
  if (fitting.empty()) {
    return Refusal(PackageRequired{.product = product.product_id,
                                   .required_product = product.required_product});
  }
  if (fitting.size() > 1) return Refusal(SubscriptionAmbiguous{product.product_id});
  return fitting.front();
}

void Planner::Join(const OrderItem& item, const Product& product, SubscriptionId id) {
  if (!purchase_.subscriptions.contains(id)) {
    purchase_.subscriptions[id] = *application_.Find(id);
  }
  Subscription& joined = purchase_.subscriptions[id];
  if (product.role == ProductRole::kVoiceAddOn) {
    if (!purchase_.plans.contains(id)) {
      purchase_.plans[id] = units_.account->voice.Find(application_.no)->plans.at(id);
    }
    AddLot(purchase_.plans[id], LotOf(product, item.quantity, joined.expire_time));
  }
  const auto same =
      std::find_if(joined.add_ons.begin(), joined.add_ons.end(), [&](const AddOn& add_on) {
        return add_on.product == product.product_id && add_on.expire_time == joined.expire_time;
      });
  if (same != joined.add_ons.end()) {
    same->quantity += item.quantity;
  } else {
    joined.add_ons.push_back(AddOn{.product = product.product_id,
                                   .quantity = item.quantity,
                                   .expire_time = joined.expire_time});
  }
}

void Planner::Price() {
  for (size_t i = 0; i < command_.items.size(); ++i) {
    const OrderItem& item = command_.items[i];
    const Product& product = ProductOf(item);
    if (product.role == ProductRole::kVoiceMinutes) {
      AddLine(purchase_.order, product, item.quantity, 1, SubscriptionId(), MinutesEnd());
      continue;
    }
    const Subscription& subscription = purchase_.subscriptions.at(chosen_[i]);
    const auto plan = purchase_.plans.find(subscription.id);
    const int months = plan != purchase_.plans.end()
                           ? MonthsLeft(*units_.account, plan->second, context_.now)
                           : StartedMonthsLeft(subscription.start_time, subscription.months,
                                               context_.now, units_.account->zone);
    AddLine(purchase_.order, product, item.quantity, months, subscription.id,
            subscription.expire_time);
  }
}

absl::Time Planner::MinutesEnd() const {
  return AddMonths(context_.now, context_.policy->additional_minutes_months, units_.account->zone);
}

std::optional<Refusal> Planner::CheckPackages() const {
  if (purchase_.plans.empty()) return std::nullopt;
  int64_t packages = 0;
  for (const auto& [no, application] : units_.account->voice.applications) {
    for (const auto& [id, plan] : application.plans) {
      packages += plan.expire_time > context_.now ? 1 : 0;
    }
  }
  for (size_t i = 0; i < command_.items.size(); ++i) {
    if (ProductOf(command_.items[i]).role != ProductRole::kVoicePackage) continue;
    if (++packages <= kVoicePackagesPerAccountMax) continue;
    return InvalidField{
        .field = absl::StrCat("items[", i, "].product"),
        .description = absl::StrCat("would be one more than the ", kVoicePackagesPerAccountMax,
                                    " voice packages that an account can have unexpired")};
  }
  return std::nullopt;
}

std::optional<Refusal> Planner::CheckConcurrency() const {
  if (purchase_.plans.empty()) return std::nullopt;
  int64_t concurrency = 0;
  if (const VoiceApplication* voice = units_.account->voice.Find(application_.no)) {
    for (const auto& [id, plan] : voice->plans) {
      for (const VoiceLot& lot : plan.lots) {
        if (lot.expire_time > context_.now) concurrency += lot.concurrency;
      }
    }
  }
  for (size_t i = 0; i < command_.items.size(); ++i) {
    concurrency += command_.items[i].quantity * ProductOf(command_.items[i]).concurrency;
    if (concurrency <= kConcurrencyPerApplicationMax) continue;
    return InvalidField{.field = absl::StrCat("items[", i, "].quantity"),
                        .description = absl::StrCat("would bring the application beyond the ",
                                                    kConcurrencyPerApplicationMax,
                                                    " calls at once that it can have in all")};
  }
  return std::nullopt;
}

std::optional<Refusal> Planner::GrantMinutes() {
  const Voice& voice = units_.account->voice;
  GrantId id = NextGrantId(voice);
  int64_t purchases = 0;
  for (const auto& [time, grant] : voice.lapses) {
    purchases += voice.Find(grant)->source == GrantSource::kPurchase ? 1 : 0;
  }
  for (size_t i = 0; i < command_.items.size(); ++i) {
    const OrderItem& item = command_.items[i];
    const Product& product = ProductOf(item);
    if (product.role == ProductRole::kVoicePackage) {
      auto month = NextMonth(*units_.account, application_.no, purchase_.plans.at(chosen_[i]), id,
                             context_.now);
      if (!month) continue;
      purchase_.minutes.push_back(*std::move(month));
    } else if (product.role == ProductRole::kVoiceMinutes) {
      if (++purchases > kMinutePurchasesPerAccountMax) {
        return InvalidField{.field = absl::StrCat("items[", i, "].product"),
                            .description = absl::StrCat(
                                "would be one more than the ", kMinutePurchasesPerAccountMax,
                                " purchases of minutes that an account can have "
                                "unexpired")};
      }
      purchase_.minutes.push_back({.id = id,
                                   .source = GrantSource::kPurchase,
                                   .product = product.product_id,
                                   .minutes = item.quantity * product.minutes,
                                   .expire_time = MinutesEnd()});
    } else {
      continue;
    }
    id = id.next();
  }
  return std::nullopt;
}

std::optional<Refusal> Planner::GrantLicenses() {
  int64_t last_id = static_cast<int64_t>(application_.licenses.size());
  for (size_t i = 0; i < command_.items.size(); ++i) {
    const OrderItem& item = command_.items[i];
    const Product& product = ProductOf(item);
    for (const LicenseKind kind : kLicenseKinds) {
      const int64_t count = item.quantity * product.LicensesOf(kind);
      if (count == 0) continue;
      const Subscription& subscription = purchase_.subscriptions.at(chosen_[i]);
      purchase_.grants.push_back(LicensesGranted{.first_id = LicenseId(last_id + 1),
                                                 .count = count,
                                                 .kind = kind,
                                                 .edition = product.edition.value(),
                                                 .source = product.role == ProductRole::kPackage
                                                               ? LicenseSource::kPackage
                                                               : LicenseSource::kAddOn,
                                                 .subscription = subscription.id,
                                                 .expire_time = subscription.expire_time});
      last_id += count;
    }
    if (last_id > kLicensesPerApplicationMax) {
      return InvalidField{.field = absl::StrCat("items[", i, "].quantity"),
                          .description = absl::StrCat("would bring the application beyond the ",
                                                      kLicensesPerApplicationMax,
                                                      " licenses that it can be granted in all")};
    }
  }
  return std::nullopt;
}

}  // namespace

std::variant<Purchase, Refusal> PlanPurchase(const Units& units, const CreateOrder& command,
                                             const Context& context) {
  return Planner(units, command, context).Plan();
}

void AddLine(Order& order, const Product& product, int64_t quantity, int months,
             SubscriptionId subscription, absl::Time expire_time) {
  const int charged = product.monthly ? months : 1;
  const int64_t amount_cents = product.unit_price_cents * quantity * charged;
  order.lines.push_back(OrderLine{.product = product.product_id,
                                  .quantity = quantity,
                                  .charged_months = charged,
                                  .unit_price_cents = product.unit_price_cents,
                                  .amount_cents = amount_cents,
                                  .subscription = subscription,
                                  .expire_time = expire_time});
  order.total_cents += amount_cents;
}

VoiceLot LotOf(const Product& product, int64_t quantity, absl::Time expire_time) {
  return {.expire_time = expire_time,
          .concurrency = quantity * product.concurrency,
          .minutes = product.role == ProductRole::kVoicePackage ? quantity * product.minutes : 0};
}

std::string SubscriptionName(const Units& units, SubscriptionId id) {
  return absl::StrCat(FullName(units.account->id, units.entry->id), "/subscriptions/", id.value());
}

}  // namespace usher::entitlement
