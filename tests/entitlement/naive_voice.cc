#include "tests/entitlement/naive_voice.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace usher::entitlement::testing {
namespace {

constexpr absl::Duration kMinute = absl::Minutes(1);
constexpr int64_t kHeldAhead = 5;

absl::Duration Ttl(absl::Duration asked) {
  if (asked == absl::ZeroDuration()) return absl::Seconds(90);
  return std::clamp(asked, absl::Seconds(10), absl::Minutes(10));
}

int64_t Rounded(absl::Duration connected) {
  return absl::ToInt64Minutes(absl::Ceil(connected, kMinute));
}

}  // namespace

// ---- Minutes -----------------------------------------------------------------------------------

bool NaiveVoice::HasPackage(absl::Time now) const { return ActiveAt(now); }

bool NaiveVoice::ActiveAt(absl::Time time) const {
  return std::any_of(plans_.begin(), plans_.end(), [time](const auto& plan) {
    return plan.second.start <= time && time < plan.second.expire;
  });
}

absl::Time NaiveVoice::AppEnd(const std::string& app) const {
  absl::Time end = absl::InfinitePast();
  for (const auto& [key, plan] : plans_) {
    if (key.first == app) end = std::max(end, plan.expire);
  }
  return end;
}

int64_t NaiveVoice::Limit(const std::string& app, absl::Time now) const {
  int64_t limit = 0;
  for (const auto& [key, plan] : plans_) {
    if (key.first != app) continue;
    for (const Share& share : plan.shares) limit += now < share.expire ? share.concurrency : 0;
  }
  return limit;
}

int64_t NaiveVoice::Active(const std::string& app) const {
  return std::count_if(live_.begin(), live_.end(),
                       [&app](const auto& call) { return call.first.first == app; });
}

void NaiveVoice::Count() {
  left_.assign(lots_.size() + 1, 0);
  for (size_t i = 0; i < lots_.size(); ++i) left_[i + 1] = lots_[i].granted - lots_[i].charged;
  for (const auto& [key, call] : live_) {
    for (const int64_t grant : call.minutes) --left_[static_cast<size_t>(grant)];
  }
}

int64_t NaiveVoice::Left(absl::Time now) {
  Count();
  int64_t left = 0;
  for (size_t i = 0; i < lots_.size(); ++i) left += now < lots_[i].expire ? left_[i + 1] : 0;
  return left;
}

void NaiveVoice::Charge(const std::vector<int64_t>& minutes, int64_t times) {
  for (const int64_t grant : minutes) {
    if (grant != 0) lots_[static_cast<size_t>(grant) - 1].charged += times;
  }
}

bool NaiveVoice::Valid(int64_t grant, absl::Time time, absl::Time now) const {
  const Lot& lot = lots_[static_cast<size_t>(grant) - 1];
  return now < lot.expire && lot.start <= time && time < lot.expire &&
         (lot.package || ActiveAt(time));
}

int64_t NaiveVoice::Best(absl::Time time, absl::Time now) const {
  int64_t best = 0;
  for (int64_t id = 1; id <= static_cast<int64_t>(lots_.size()); ++id) {
    if (!Valid(id, time, now) || left_[static_cast<size_t>(id)] <= 0) continue;
    if (best == 0) {
      best = id;
      continue;
    }
    const Lot& a = lots_[static_cast<size_t>(id) - 1];
    const Lot& b = lots_[static_cast<size_t>(best) - 1];
    if (a.package != b.package ? a.package : a.expire < b.expire) best = id;
  }
  return best;
}

void NaiveVoice::Reserve(const std::string& app, LiveCall& call, absl::Time lease_end,
                         absl::Time now) {
  if (!call.connect) return;
  const absl::Time end = AppEnd(app);
  absl::Time asked = lease_end;
  for (const auto& [key, plan] : plans_) {
    if (plan.next < end) asked = std::min(asked, plan.next);
  }
  call.final_minute = false;
  Count();
  const auto take = [&](int64_t grant) {
    call.minutes.push_back(grant);
    --left_[static_cast<size_t>(grant)];
  };
  while (true) {
    const absl::Time begin = *call.connect + static_cast<int64_t>(call.minutes.size()) * kMinute;
    if (begin <= now) {
      take(Best(begin, now));
      continue;
    }
    if (begin >= asked) return;
    const int64_t best = begin < end ? Best(begin, now) : 0;
    if (best == 0) {
      call.final_minute = true;
      return;
    }
    take(best);
  }
}

void NaiveVoice::BeginAt(LiveCall& call, absl::Time connect, absl::Time now) {
  Count();
  // What was reserved in time stays with its lot, also where that has lapsed meanwhile.
  const Lot& lot = lots_[static_cast<size_t>(call.minutes[0]) - 1];
  if (lot.start <= connect && connect < lot.expire && (lot.package || ActiveAt(connect))) return;
  const int64_t best = Best(connect, now);
  if (best != 0) call.minutes[0] = best;
}

void NaiveVoice::AddBegun(std::vector<int64_t>& minutes, absl::Time connect, int64_t count,
                          absl::Time now) {
  while (static_cast<int64_t>(minutes.size()) < count) {
    const absl::Time begin = connect + static_cast<int64_t>(minutes.size()) * kMinute;
    const int64_t best = Best(std::min(begin, now), now);
    minutes.push_back(best);
    --left_[static_cast<size_t>(best)];
  }
}

// ---- Calls -------------------------------------------------------------------------------------

std::string NaiveVoice::On(const std::string& app, const StartCall& command,
                           const NaiveCalendar& calendar) {
  const CallKey key(app, command.id.value());
  const absl::Time now = calendar.now;
  const absl::Duration ttl = Ttl(command.ttl);
  if (const auto live = live_.find(key); live != live_.end()) {
    LiveCall& call = live->second;
    call.ttl = ttl;
    call.lease_end = now + ttl;
    call.unheard = false;
    Reserve(app, call, call.lease_end, now);
    return "OK";
  }
  if (AppEnd(app) <= now) return "VOICE_PACKAGE_REQUIRED";
  if (Active(app) >= Limit(app, now)) return "VOICE_CONCURRENCY_EXHAUSTED";
  Count();
  const int64_t best = Best(now, now);
  if (best == 0) return "VOICE_MINUTES_EXHAUSTED";
  if (past_.contains(key)) return "WRONG_STATE";
  live_[key] = {.start = now,
                .connect = std::nullopt,
                .ttl = ttl,
                .lease_end = now + ttl,
                .minutes = {best},
                .held = {}};
  return "OK";
}

std::string NaiveVoice::On(const std::string& app, const ConnectCall& command,
                           const NaiveCalendar& calendar) {
  const CallKey key(app, command.id.value());
  const auto live = live_.find(key);
  if (live == live_.end()) return past_.contains(key) ? "WRONG_STATE" : "RESOURCE_NOT_FOUND";
  LiveCall& call = live->second;
  if (call.connect) return "OK";
  const absl::Time connect = command.connect_time.value_or(calendar.now);
  if (connect < call.start || connect > calendar.now) return "INVALID_FIELD";
  BeginAt(call, connect, calendar.now);
  call.connect = connect;
  call.unheard = false;
  Reserve(app, call, call.lease_end, calendar.now);
  return "OK";
}

std::string NaiveVoice::On(const std::string& app, const ExtendCalls& command,
                           const NaiveCalendar& calendar) {
  for (const CallId& id : command.ids) {
    const auto live = live_.find({app, id.value()});
    if (live == live_.end()) continue;
    LiveCall& call = live->second;
    call.lease_end = calendar.now + call.ttl;
    call.unheard = false;
    Reserve(app, call, call.lease_end, calendar.now);
  }
  return "OK";
}

void NaiveVoice::End(const CallKey& key, std::optional<absl::Time> connect,
                     absl::Duration connected, CallEndReason reason, absl::Time end,
                     absl::Time now) {
  LiveCall& call = live_.at(key);
  const int64_t count = connect ? Rounded(connected) : 0;
  if (connect && !call.connect && count > 0) BeginAt(call, *connect, now);
  Count();
  std::vector<int64_t> minutes = call.minutes;
  if (static_cast<int64_t>(minutes.size()) > count) minutes.resize(static_cast<size_t>(count));
  if (connect) AddBegun(minutes, *connect, count, now);
  Charge(minutes, 1);
  past_[key] = {.start = call.start,
                .connect = connect,
                .end = end,
                .connected = connected,
                .minutes = std::move(minutes),
                .reason = reason,
                .settled = reason == CallEndReason::kCompleted};
  live_.erase(key);
}

void NaiveVoice::EndUnasked(const CallKey& key, CallEndReason reason, absl::Time until,
                            absl::Time end, absl::Time now) {
  const LiveCall& call = live_.at(key);
  absl::Duration connected;
  if (call.connect) {
    if (call.unheard) until = std::min(until, call.held.sign);
    connected = std::max(until - *call.connect, absl::ZeroDuration());
  }
  End(key, call.connect, connected, reason, end, now);
}

std::string NaiveVoice::On(const std::string& app, const EndCall& command,
                           const NaiveCalendar& calendar) {
  const CallKey key(app, command.id.value());
  const absl::Time now = calendar.now;
  const auto& reported = command.connected_duration;
  if (const auto past = past_.find(key); past != past_.end()) {
    PastCall& call = past->second;
    if (call.settled) return "OK";
    call.settled = true;
    if (!call.connect && reported && *reported > absl::ZeroDuration()) {
      call.connect = std::max(call.start, call.end - *reported);
    }
    if (reported) call.connected = *reported;
    if (!call.connect) return "OK";
    const int64_t count = Rounded(call.connected);
    Count();
    Charge(call.minutes, -1);
    if (static_cast<int64_t>(call.minutes.size()) > count) {
      call.minutes.resize(static_cast<size_t>(count));
    }
    AddBegun(call.minutes, *call.connect, count, now);
    Charge(call.minutes, 1);
    return "OK";
  }
  const auto live = live_.find(key);
  if (live == live_.end()) return "RESOURCE_NOT_FOUND";
  std::optional<absl::Time> connect = live->second.connect;
  absl::Duration connected = connect ? now - *connect : absl::ZeroDuration();
  if (reported) {
    connected = *reported;
    if (!connect && connected > absl::ZeroDuration()) {
      connect = std::max(live->second.start, now - connected);
    }
  }
  End(key, connect, connected, CallEndReason::kCompleted, now, now);
  return "OK";
}

void NaiveVoice::EndAll(const std::string& app, const NaiveCalendar& calendar) {
  while (true) {
    const auto call = std::find_if(live_.begin(), live_.end(),
                                   [&app](const auto& named) { return named.first.first == app; });
    if (call == live_.end()) return;
    EndUnasked(call->first, CallEndReason::kApplicationDeleted, calendar.now, calendar.now,
               calendar.now);
  }
}

std::string NaiveVoice::Learn(const std::map<CallKey, Held>& held, absl::Time now) {
  for (auto& [key, call] : live_) {
    const auto known = held.find(key);
    if (known == held.end()) return key.second + " is not live in the core";
    const std::vector<int64_t>& minutes = known->second.minutes;
    if (minutes.size() < call.minutes.size() ||
        !std::equal(call.minutes.begin(), call.minutes.end(), minutes.begin())) {
      return key.second + " does not hold what it has reserved";
    }
    if (minutes.size() > call.minutes.size() + static_cast<size_t>(kHeldAhead)) {
      return key.second + " holds too much";
    }
    if (known->second.sign > now || known->second.sign < call.held.sign) {
      return key.second + " has no such sign of life";
    }
    call.held = known->second;
  }
  return held.size() == live_.size() ? "" : "the core has other live calls";
}

}  // namespace usher::entitlement::testing
