// Months, lapses and leases of the naive voice, and how it tells what it knows.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/entitlement/naive_voice.h"

namespace usher::entitlement::testing {
namespace {

constexpr absl::Duration kMinute = absl::Minutes(1);
constexpr absl::Duration kDay = absl::Hours(24);

std::string Instant(absl::Time time) { return absl::FormatTime(time, absl::UTCTimeZone()); }

// Ended calls are forgotten by the minute.
absl::Time ForgetTime(absl::Time end) {
  return absl::UnixEpoch() + absl::Ceil(end + kDay - absl::UnixEpoch(), kMinute);
}

// "3x2 1x4": two minutes of grant 3, then four of grant 1.
std::string TellMinutes(const std::vector<int64_t>& minutes) {
  std::string text;
  for (size_t i = 0; i < minutes.size();) {
    size_t end = i;
    while (end < minutes.size() && minutes[end] == minutes[i]) ++end;
    absl::StrAppend(&text, " ", minutes[i], "x", end - i);
    i = end;
  }
  return text;
}

}  // namespace

// ---- Time --------------------------------------------------------------------------------------

absl::Time NaiveVoice::NextInstant(absl::Time now, bool leases_run) const {
  absl::Time next = absl::InfiniteFuture();
  const auto consider = [&](absl::Time time) {
    if (time > now) next = std::min(next, time);
  };
  for (const Lot& lot : lots_) consider(lot.expire);
  for (const auto& [key, plan] : plans_) {
    consider(plan.next);
    for (const Share& share : plan.shares) consider(share.expire);
  }
  for (const auto& [key, call] : live_) {
    if (call.final_minute) {
      consider(*call.connect + static_cast<int64_t>(call.minutes.size()) * kMinute);
    }
    if (leases_run) consider(call.lease_end);
  }
  for (const auto& [key, call] : past_) consider(ForgetTime(call.end));
  return next;
}

void NaiveVoice::HappenNow(const NaiveCalendar& calendar, bool leases_run) {
  const absl::Time now = calendar.now;
  bool month_began = false;
  // In the order in which the applications were created.
  for (const std::string app : {"support", "sales"}) {
    for (auto& [key, plan] : plans_) {
      if (key.first != app || plan.next > now) continue;
      GrantMonth(plan, calendar);
      month_began = true;
    }
  }
  const auto all = [this] {
    std::vector<CallKey> keys;
    for (const auto& [key, call] : live_) keys.push_back(key);
    return keys;
  };
  if (month_began) {
    for (const CallKey& key : all()) {
      LiveCall& call = live_.at(key);
      if (!call.unheard) Reserve(key.first, call, call.lease_end, now);
    }
  }
  for (const CallKey& key : all()) {
    const LiveCall& call = live_.at(key);
    if (!call.final_minute) continue;
    const absl::Time end = *call.connect + static_cast<int64_t>(call.minutes.size()) * kMinute;
    if (end > now) continue;
    EndUnasked(
        key,
        AppEnd(key.first) > end ? CallEndReason::kMinutesExhausted : CallEndReason::kPackageExpired,
        end, end, now);
  }
  std::erase_if(past_, [now](const auto& call) { return ForgetTime(call.second.end) <= now; });
  if (!leases_run) return;
  for (const CallKey& key : all()) {
    const LiveCall& call = live_.at(key);
    if (call.lease_end > now) continue;
    EndUnasked(key, CallEndReason::kLeaseExpired, call.held.sign, call.lease_end, now);
  }
}

// A restart knows what was on disk, and of nobody whether they are still there.
void NaiveVoice::GoDown() {
  for (auto& [key, call] : live_) {
    call.minutes = call.held.minutes;
    call.unheard = true;
  }
}

void NaiveVoice::ComeUp(absl::Time now) {
  for (auto& [key, call] : live_) call.lease_end = now + call.ttl;
}

// ---- Plans -------------------------------------------------------------------------------------

absl::Time NaiveVoice::EndOfMonth(absl::CivilMonth month, const NaiveCalendar& calendar) const {
  if (month == calendar.month) return calendar.month_end;
  const absl::CivilSecond end(month + 1);
  if (month > calendar.month) return absl::FromCivil(end, calendar.next_zone);
  return std::min(absl::FromCivil(end, calendar.zone), calendar.month_start);
}

absl::Time NaiveVoice::EndOf(const std::string& app, int64_t subscription, int months,
                             const NaiveCalendar& calendar) const {
  const auto plan = plans_.find({app, subscription});
  const absl::CivilMonth first = plan != plans_.end() ? plan->second.first : calendar.month;
  return EndOfMonth(first + (months - 1), calendar);
}

void NaiveVoice::GrantMonth(Plan& plan, const NaiveCalendar& calendar) {
  Lot lot{.package = true, .start = calendar.now};
  for (const Share& share : plan.shares) {
    if (calendar.now < share.expire) lot.granted += share.minutes;
  }
  const absl::CivilMonth month = plan.first + plan.granted;
  ++plan.granted;
  const bool last = plan.granted == plan.months;
  lot.expire = last ? plan.expire : std::min(EndOfMonth(month, calendar), plan.expire);
  plan.next = last ? absl::InfiniteFuture() : lot.expire;
  lots_.push_back(lot);
}

void NaiveVoice::StartPlan(const std::string& app, int64_t subscription, int64_t units, int months,
                           const NaiveCalendar& calendar) {
  const absl::Time expire = EndOf(app, subscription, months, calendar);
  Plan& plan = plans_[{app, subscription}];
  plan = {.first = calendar.month,
          .start = calendar.now,
          .months = months,
          .expire = expire,
          .next = absl::InfiniteFuture(),
          .shares = {{.expire = expire, .concurrency = 3 * units, .minutes = 8000 * units}}};
  GrantMonth(plan, calendar);
}

void NaiveVoice::AddConcurrency(const std::string& app, int64_t subscription, int64_t quantity) {
  Plan& plan = plans_.at({app, subscription});
  plan.shares.push_back({.expire = plan.expire, .concurrency = quantity, .minutes = 0});
}

void NaiveVoice::BuyMinutes(int64_t minutes, absl::Time expire_time,
                            const NaiveCalendar& calendar) {
  lots_.push_back(
      {.package = false, .granted = minutes, .start = calendar.now, .expire = expire_time});
}

void NaiveVoice::Renew(const std::string& app, int64_t subscription, int months, int64_t units,
                       int64_t concurrency, const NaiveCalendar& calendar) {
  Plan& plan = plans_.at({app, subscription});
  const absl::Time old_expire = plan.expire;
  const int old_months = plan.months;
  plan.expire = EndOf(app, subscription, months, calendar);
  plan.months = months;
  int64_t keep_minutes = 8000 * units;
  int64_t keep_concurrency = 3 * units + concurrency;
  std::vector<Share> carried;
  for (Share& share : plan.shares) {
    if (share.expire != old_expire) continue;
    const Share kept{.expire = plan.expire,
                     .concurrency = std::min(share.concurrency, keep_concurrency),
                     .minutes = std::min(share.minutes, keep_minutes)};
    share.concurrency -= kept.concurrency;
    share.minutes -= kept.minutes;
    keep_concurrency -= kept.concurrency;
    keep_minutes -= kept.minutes;
    carried.push_back(kept);
  }
  plan.shares.insert(plan.shares.end(), carried.begin(), carried.end());
  if (old_expire > calendar.now) {
    if (plan.granted == old_months) plan.next = old_expire;
    return;
  }
  plan.granted = std::max(old_months, static_cast<int>(calendar.month - plan.first));
  GrantMonth(plan, calendar);
}

// ---- Words -------------------------------------------------------------------------------------

std::string NaiveVoice::Describe(absl::Time now) {
  Count();
  std::string text;
  for (int64_t id = 1; id <= static_cast<int64_t>(lots_.size()); ++id) {
    const Lot& lot = lots_[static_cast<size_t>(id) - 1];
    text += TellGrant(id, lot.granted, lot.charged,
                      lot.granted - lot.charged - left_[static_cast<size_t>(id)], lot.start,
                      lot.expire);
  }
  for (const auto& [key, call] : live_) {
    text += TellCall(key.first, key.second, call.connect, call.lease_end, call.minutes,
                     call.final_minute);
  }
  for (const auto& [key, call] : past_) {
    text += TellEnded(key.first, key.second, call.end, call.connected, call.minutes, call.reason,
                      call.settled);
  }
  for (const std::string app : {"support", "sales"}) {
    text += TellSlots(app, Limit(app, now), Active(app));
  }
  return text;
}

std::string TellGrant(int64_t id, int64_t granted, int64_t charged, int64_t reserved,
                      absl::Time start, absl::Time expire) {
  return absl::StrCat("grant ", id, " ", granted, " charged ", charged, " reserved ", reserved,
                      " from ", Instant(start), " to ", Instant(expire), "\n");
}

std::string TellCall(const std::string& app, const std::string& id,
                     std::optional<absl::Time> connect, absl::Time lease_end,
                     const std::vector<int64_t>& minutes, bool final_minute) {
  return absl::StrCat("call ", app, "/", id, connect ? " connected " + Instant(*connect) : " rings",
                      " lease ", Instant(lease_end), TellMinutes(minutes),
                      final_minute ? " final" : "", "\n");
}

std::string TellEnded(const std::string& app, const std::string& id, absl::Time end,
                      absl::Duration connected, const std::vector<int64_t>& minutes,
                      CallEndReason reason, bool settled) {
  return absl::StrCat("ended ", app, "/", id, " ", Instant(end), " ",
                      absl::FormatDuration(connected), TellMinutes(minutes), " reason ",
                      static_cast<int>(reason), settled ? " settled" : "", "\n");
}

std::string TellSlots(const std::string& app, int64_t limit, int64_t active) {
  return absl::StrCat("slots ", app, " ", active, " of ", limit, "\n");
}

}  // namespace usher::entitlement::testing
