#include "entitlement/voice_plan.h"

#include <algorithm>
#include <utility>

#include "entitlement/check.h"
#include "entitlement/civil.h"

namespace usher::entitlement {
namespace {

// The end of the calendar month `label`, as far as is known now.
absl::Time EndOfMonth(const Account& account, absl::CivilMonth label, absl::Time now) {
  const Month current = MonthOf(account, now);
  if (label == current.label) return current.end;
  absl::TimeZone zone = account.zone;
  if (account.pending_zone && label > current.label) {
    const std::optional<absl::TimeZone> pending = LoadTimeZone(account.pending_zone->name);
    Require(pending.has_value(), "a time zone that waits is known");
    zone = *pending;
  }
  const absl::Time end = entitlement::FromCivil(absl::CivilSecond(label + 1), zone);
  // A month that is over ended by another zone, perhaps, but not later than this one began.
  return label < current.label ? std::min(end, current.start) : end;
}

// The place among the plan's months of the one that contains `now`.
int CurrentMonth(const Account& account, const VoicePlan& plan, absl::Time now) {
  if (plan.period == VoicePeriod::kMonth) {
    return static_cast<int>(MonthOf(account, now).label - plan.first_month);
  }
  const absl::CivilMonth first(account.zone.At(plan.start_time).cs);
  const absl::CivilMonth current(account.zone.At(now).cs);
  int month = std::max(0, static_cast<int>(current - first));
  while (month > 0 && AddMonths(plan.start_time, month, account.zone) > now) --month;
  return month;
}

}  // namespace

VoicePlan StartPlan(const Account& account, SubscriptionId subscription, std::string product,
                    VoicePeriod period, int months, absl::Time now) {
  VoicePlan plan{.subscription = subscription,
                 .product = std::move(product),
                 .period = period,
                 .start_time = now,
                 .first_month = MonthOf(account, now).label,
                 .months = months};
  plan.expire_time = EndOfPlan(account, plan, months, now);
  return plan;
}

absl::Time EndOfPlan(const Account& account, const VoicePlan& plan, int months, absl::Time now) {
  if (plan.period == VoicePeriod::kAnniversary) {
    return AddMonths(plan.start_time, months, account.zone);
  }
  return EndOfMonth(account, plan.first_month + (months - 1), now);
}

int MonthsLeft(const Account& account, const VoicePlan& plan, absl::Time now) {
  // After a change of zone the last month may be over some hours before the plan is.
  return std::max(1, plan.months - CurrentMonth(account, plan, now));
}

void AddLot(VoicePlan& plan, VoiceLot lot) {
  const auto place = std::lower_bound(
      plan.lots.begin(), plan.lots.end(), lot,
      [](const VoiceLot& a, const VoiceLot& b) { return a.expire_time < b.expire_time; });
  if (place == plan.lots.end() || place->expire_time != lot.expire_time) {
    plan.lots.insert(place, lot);
    return;
  }
  place->concurrency += lot.concurrency;
  place->minutes += lot.minutes;
}

VoicePlan RenewPlan(const Account& account, const VoicePlan& plan, int months,
                    absl::Time expire_time, VoiceLot carried, absl::Time now) {
  VoicePlan renewed = plan;
  renewed.months = months;
  renewed.expire_time = expire_time;
  renewed.lots.clear();
  for (VoiceLot lot : plan.lots) {
    if (lot.expire_time == plan.expire_time) {
      // A catalog that was changed since may carry more than was sold.
      lot.concurrency = std::max<int64_t>(0, lot.concurrency - carried.concurrency);
      lot.minutes = std::max<int64_t>(0, lot.minutes - carried.minutes);
    }
    if (lot.expire_time > now && (lot.concurrency > 0 || lot.minutes > 0)) {
      AddLot(renewed, lot);
    }
  }
  carried.expire_time = expire_time;
  AddLot(renewed, carried);
  if (plan.expire_time > now) {
    if (plan.months_granted == plan.months) renewed.next_grant_time = plan.expire_time;
    return renewed;
  }
  renewed.months_granted = std::max(plan.months, CurrentMonth(account, plan, now));
  return renewed;
}

std::optional<MinutesGranted> NextMonth(const Account& account, ApplicationNo application,
                                        const VoicePlan& plan, GrantId id, absl::Time time) {
  const int64_t minutes = plan.MinutesAt(time);
  if (minutes <= 0) return std::nullopt;
  const int month = plan.months_granted;
  const bool last = month + 1 >= plan.months;
  absl::Time end = plan.expire_time;
  if (!last) {
    end = plan.period == VoicePeriod::kMonth ? EndOfMonth(account, plan.first_month + month, time)
                                             : AddMonths(plan.start_time, month + 1, account.zone);
    // A change of zone moves months, but no end of a plan.
    end = std::min(end, plan.expire_time);
  }
  return MinutesGranted{.id = id,
                        .source = GrantSource::kPackage,
                        .product = plan.product,
                        .minutes = minutes,
                        .expire_time = end,
                        .application = application,
                        .subscription = plan.subscription,
                        .months_granted = month + 1,
                        .next_grant_time = last ? absl::InfiniteFuture() : end};
}

GrantId NextGrantId(const Voice& voice) {
  return GrantId(static_cast<int64_t>(voice.grants.size()) + 1);
}

}  // namespace usher::entitlement
