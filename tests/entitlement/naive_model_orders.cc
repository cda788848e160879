// Buying and renewing in the naive model: R5–R9.
#include <algorithm>

#include "tests/entitlement/naive_model.h"

namespace usher::entitlement::testing {
namespace {

constexpr absl::Duration kGrace = absl::Hours(24 * 30);

std::optional<Edition> EditionOf(const std::string& product) {
  if (product.starts_with("voice")) return std::nullopt;
  return product.starts_with("premium") ? Edition::kPremium : Edition::kStandard;
}

bool IsPackage(const std::string& product) { return product.ends_with("-package"); }

// What one unit brings.
int64_t SeatsOf(const std::string& product, LicenseKind kind) {
  if (product == "standard-agent-package") return kind == LicenseKind::kAgent ? 3 : 0;
  if (product == "premium-agent-package") return 3;
  if (product.starts_with("voice")) return 0;
  const bool sip = product.ends_with("-sip");
  return sip == (kind == LicenseKind::kSip) ? 1 : 0;
}

}  // namespace

absl::Time NaiveModel::MonthsAfter(absl::Time anchor, int months) const {
  const absl::CivilSecond civil = absl::ToCivilSecond(anchor, zone_);
  const absl::CivilMonth month = absl::CivilMonth(civil) + months;
  const int last_day = (absl::CivilDay(month + 1) - 1).day();
  const absl::CivilSecond then(month.year(), month.month(), std::min(civil.day(), last_day),
                               civil.hour(), civil.minute(), civil.second());
  return absl::FromCivil(then, zone_) + (anchor - absl::FromCivil(civil, zone_));
}

std::optional<int64_t> NaiveModel::PlanFor(const App& app, const OrderItem& item,
                                           std::optional<Edition> edition, size_t first_new,
                                           std::string& refusal) const {
  if (item.subscription) {
    const auto named = static_cast<size_t>(item.subscription.value());
    // Those of this very order have no id yet that a caller could name.
    if (named > first_new) {
      refusal = "RESOURCE_NOT_FOUND";
    } else if (app.plans[named - 1].edition != edition) {
      refusal = "EDITION_MISMATCH";
    } else if (app.plans[named - 1].expire_time <= now_) {
      refusal = "WRONG_STATE";
    } else {
      return item.subscription.value();
    }
    return std::nullopt;
  }
  std::vector<int64_t> fresh;
  std::vector<int64_t> standing;
  for (size_t i = 0; i < app.plans.size(); ++i) {
    if (app.plans[i].edition != edition || app.plans[i].expire_time <= now_) continue;
    (i >= first_new ? fresh : standing).push_back(static_cast<int64_t>(i) + 1);
  }
  const std::vector<int64_t>& fitting = fresh.empty() ? standing : fresh;
  if (fitting.empty()) refusal = "PACKAGE_REQUIRED";
  if (fitting.size() > 1) refusal = "SUBSCRIPTION_AMBIGUOUS";
  if (fitting.size() != 1) return std::nullopt;
  return fitting.front();
}

std::string NaiveModel::On(App& app, const CreateOrder& command) {
  App after = app;
  const size_t first_new = after.plans.size();
  bool new_voice = false;
  std::vector<int64_t> joined(command.items.size());
  for (size_t i = 0; i < command.items.size(); ++i) {
    const OrderItem& item = command.items[i];
    if (!IsPackage(item.product)) continue;
    after.plans.push_back(
        {.product = item.product,
         .edition = EditionOf(item.product),
         .units = item.quantity,
         .start_time = now_,
         .months = command.months,
         .expire_time = item.product == "voice-agent-package"
                            ? voice_.EndOf(running_, 0, command.months, Calendar())
                            : MonthsAfter(now_, command.months),
         .add_ons = {}});
    new_voice = new_voice || item.product == "voice-agent-package";
    joined[i] = static_cast<int64_t>(after.plans.size());
  }
  // Of several refusals the first by the contract's order.
  const std::vector<std::string> order = {"RESOURCE_NOT_FOUND", "EDITION_MISMATCH", "WRONG_STATE",
                                          "PACKAGE_REQUIRED", "SUBSCRIPTION_AMBIGUOUS"};
  size_t first = order.size();
  for (size_t i = 0; i < command.items.size(); ++i) {
    const OrderItem& item = command.items[i];
    if (IsPackage(item.product)) continue;
    std::string refusal;
    std::optional<int64_t> plan;
    if (item.product == "voice-minutes") {
      if (new_voice || voice_.HasPackage(now_)) continue;
      refusal = "PACKAGE_REQUIRED";
    } else {
      plan = PlanFor(after, item, EditionOf(item.product), first_new, refusal);
    }
    if (plan.has_value()) {
      joined[i] = *plan;
    } else {
      const auto place = std::find(order.begin(), order.end(), refusal) - order.begin();
      first = std::min(first, static_cast<size_t>(place));
    }
  }
  if (first < order.size()) return order[first];
  if (command.validate_only) return "OK";
  for (size_t i = 0; i < command.items.size(); ++i) {
    const OrderItem& item = command.items[i];
    if (item.product != "voice-agent-package") continue;
    voice_.StartPlan(running_, joined[i], item.quantity, command.months, Calendar());
  }
  for (size_t i = 0; i < command.items.size(); ++i) {
    const OrderItem& item = command.items[i];
    if (item.product == "voice-minutes") {
      voice_.BuyMinutes(item.quantity, MonthsAfter(now_, 12), Calendar());
      continue;
    }
    Grant(after, joined[i], item.product, item.quantity);
  }
  app = std::move(after);
  return "OK";
}

void NaiveModel::Grant(App& app, int64_t plan_id, const std::string& product, int64_t quantity) {
  Plan& plan = app.plans[static_cast<size_t>(plan_id) - 1];
  const bool package = IsPackage(product);
  if (!package) {
    plan.add_ons.push_back(
        {.product = product, .quantity = quantity, .expire_time = plan.expire_time});
    if (product == "voice-concurrency") voice_.AddConcurrency(running_, plan_id, quantity);
  }
  for (const LicenseKind kind : kLicenseKinds) {
    for (int64_t i = 0; i < quantity * SeatsOf(product, kind); ++i) {
      app.seats.push_back({.id = static_cast<int64_t>(app.seats.size()) + 1,
                           .kind = kind,
                           .edition = plan.edition.value(),
                           .source = package ? LicenseSource::kPackage : LicenseSource::kAddOn,
                           .subscription = plan_id,
                           .expire_time = plan.expire_time,
                           .holder = ""});
    }
  }
}

std::string NaiveModel::On(App& app, const RenewSubscription& command) {
  if (command.id.value() < 1 || command.id.value() > static_cast<int64_t>(app.plans.size())) {
    return "RESOURCE_NOT_FOUND";
  }
  if (app.deleted) return "APPLICATION_DELETED";
  Plan& plan = app.plans[static_cast<size_t>(command.id.value()) - 1];
  if (now_ >= plan.expire_time + kGrace) return "WRONG_STATE";
  const bool voice = plan.product == "voice-agent-package";
  const int months = plan.months + command.months;
  const absl::Time new_expiry = voice
                                    ? voice_.EndOf(running_, command.id.value(), months, Calendar())
                                    : MonthsAfter(plan.start_time, months);
  if (new_expiry <= now_) return "INVALID_FIELD";
  const int64_t units = command.units.value_or(plan.units);
  if (units > plan.units) return "INVALID_FIELD";
  if (command.validate_only) return "OK";

  const absl::Time old_expiry = plan.expire_time;
  std::vector<AddOn> carried;
  for (AddOn& add_on : plan.add_ons) {
    // The test either keeps all add-ons or drops all.
    if (add_on.expire_time != old_expiry || command.add_ons.has_value()) continue;
    carried.push_back(add_on);
    add_on.expire_time = new_expiry;
  }
  if (voice) {
    int64_t concurrency = 0;
    for (const AddOn& add_on : carried) concurrency += add_on.quantity;
    voice_.Renew(running_, command.id.value(), months, units, concurrency, Calendar());
  }
  plan.units = units;
  plan.months = months;
  plan.expire_time = new_expiry;
  GiveUpRest(app, command.id.value(), carried, units, old_expiry);
  return "OK";
}

// R9: of the seats that expired with the plan, as many stay as are paid for, the worthiest; they
// take the new expiry.
void NaiveModel::GiveUpRest(App& app, int64_t plan_id, const std::vector<AddOn>& carried,
                            int64_t units, absl::Time old_expiry) {
  const Plan& plan = app.plans[static_cast<size_t>(plan_id) - 1];
  for (const LicenseSource source : {LicenseSource::kPackage, LicenseSource::kAddOn}) {
    for (const LicenseKind kind : kLicenseKinds) {
      int64_t keep = source == LicenseSource::kPackage ? units * SeatsOf(plan.product, kind) : 0;
      if (source == LicenseSource::kAddOn) {
        for (const AddOn& add_on : carried) keep += add_on.quantity * SeatsOf(add_on.product, kind);
      }
      std::vector<Seat*> candidates;
      for (Seat& seat : app.seats) {
        if (seat.subscription == plan_id && seat.source == source && seat.kind == kind &&
            seat.expire_time == old_expiry) {
          candidates.push_back(&seat);
        }
      }
      const auto worth = [&](const Seat* seat) {
        if (seat->holder.empty()) return 0;
        return Active(app, kind, seat->holder) ? 2 : 1;
      };
      std::stable_sort(candidates.begin(), candidates.end(),
                       [&](const Seat* a, const Seat* b) { return worth(a) > worth(b); });
      for (Seat* seat : candidates) {
        if (keep-- > 0) {
          seat->expire_time = plan.expire_time;
        } else if (old_expiry <= now_ && worth(seat) == 1) {
          // It lapsed at the old expiry and can't be brought back any more.
          seat->holder.clear();
        }
      }
    }
  }
}

}  // namespace usher::entitlement::testing
