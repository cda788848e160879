// NaiveVoice: the rules R22–R27 in the plainest form that is right, for the property test to
// compare with; the part of NaiveModel that is about Voice AI.
//
// A call is a list with one entry for each of its minutes: the grant that it is reserved from.
// There is no hold: what the core has on disk beyond its reservations it tells by Learn, which says
// whether that can be right, because a restart and the last durable sign of life depend on it. One
// thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "entitlement/command.h"
#include "entitlement/types.h"

namespace usher::entitlement::testing {

// What the account's calendar says now; a zone that waits is in force from the month's end on.
struct NaiveCalendar {
  absl::Time now;
  absl::CivilMonth month;
  absl::Time month_start;
  absl::Time month_end;
  absl::TimeZone zone;
  absl::TimeZone next_zone;
};

class NaiveVoice {
 public:
  using CallKey = std::pair<std::string, std::string>;  // application, call_id

  // One function for each command; "OK" or the contract's name of the refusal.
  std::string On(const std::string& app, const StartCall& command, const NaiveCalendar& calendar);
  std::string On(const std::string& app, const ConnectCall& command, const NaiveCalendar& calendar);
  std::string On(const std::string& app, const ExtendCalls& command, const NaiveCalendar& calendar);
  std::string On(const std::string& app, const EndCall& command, const NaiveCalendar& calendar);

  // Orders; the refusals are NaiveModel's.
  absl::Time EndOf(const std::string& app, int64_t subscription, int months,
                   const NaiveCalendar& calendar) const;
  void StartPlan(const std::string& app, int64_t subscription, int64_t units, int months,
                 const NaiveCalendar& calendar);
  void AddConcurrency(const std::string& app, int64_t subscription, int64_t quantity);
  void BuyMinutes(int64_t minutes, absl::Time expire_time, const NaiveCalendar& calendar);
  void Renew(const std::string& app, int64_t subscription, int months, int64_t units,
             int64_t concurrency, const NaiveCalendar& calendar);
  bool HasPackage(absl::Time now) const;
  void EndAll(const std::string& app, const NaiveCalendar& calendar);

  // Minutes that are left in all unexpired grants.
  int64_t Left(absl::Time now);

  // Time. `leases_run` is false while the server is down.
  absl::Time NextInstant(absl::Time now, bool leases_run) const;
  void HappenNow(const NaiveCalendar& calendar, bool leases_run);
  void GoDown();
  void ComeUp(absl::Time now);

  // What the core holds for the live calls now, minute by minute, and their signs of life; says
  // what is wrong with it, nothing where all is well.
  struct Held {
    std::vector<int64_t> minutes;
    absl::Time sign;
  };
  std::string Learn(const std::map<CallKey, Held>& held, absl::Time now);

  // All that can be seen, in words.
  std::string Describe(absl::Time now);

 private:
  struct Lot {
    bool package = false;
    int64_t granted = 0;
    int64_t charged = 0;
    absl::Time start;
    absl::Time expire;
  };
  struct Share {
    absl::Time expire;
    int64_t concurrency = 0;
    int64_t minutes = 0;
  };
  struct Plan {
    absl::CivilMonth first;
    absl::Time start;
    int months = 0;
    absl::Time expire;
    int granted = 0;
    absl::Time next;
    std::vector<Share> shares;
  };
  struct LiveCall {
    absl::Time start;
    std::optional<absl::Time> connect;
    absl::Duration ttl;
    absl::Time lease_end;
    // The grant of each minute; 0 where none covers it.
    std::vector<int64_t> minutes;
    bool final_minute = false;
    bool unheard = false;
    // Of the core: see Learn.
    Held held;
  };
  struct PastCall {
    absl::Time start;
    std::optional<absl::Time> connect;
    absl::Time end;
    absl::Duration connected;
    std::vector<int64_t> minutes;
    CallEndReason reason = CallEndReason::kNone;
    bool settled = false;
  };

  absl::Time AppEnd(const std::string& app) const;
  int64_t Limit(const std::string& app, absl::Time now) const;
  int64_t Active(const std::string& app) const;
  bool ActiveAt(absl::Time time) const;
  // Counts what is left of each grant: its minutes without those charged and reserved.
  void Count();
  bool Valid(int64_t grant, absl::Time time, absl::Time now) const;
  // 0 where there is none.
  int64_t Best(absl::Time time, absl::Time now) const;
  void Reserve(const std::string& app, LiveCall& call, absl::Time lease_end, absl::Time now);
  void BeginAt(LiveCall& call, absl::Time connect, absl::Time now);
  void End(const CallKey& key, std::optional<absl::Time> connect, absl::Duration connected,
           CallEndReason reason, absl::Time end, absl::Time now);
  void EndUnasked(const CallKey& key, CallEndReason reason, absl::Time until, absl::Time end,
                  absl::Time now);
  // Adds minutes that have begun, up to `count` in all.
  void AddBegun(std::vector<int64_t>& minutes, absl::Time connect, int64_t count, absl::Time now);
  void Charge(const std::vector<int64_t>& minutes, int64_t times);
  absl::Time EndOfMonth(absl::CivilMonth month, const NaiveCalendar& calendar) const;
  void GrantMonth(Plan& plan, const NaiveCalendar& calendar);

  // Grant n stands at n - 1.
  std::vector<Lot> lots_;
  std::map<std::pair<std::string, int64_t>, Plan> plans_;
  std::map<CallKey, LiveCall> live_;
  std::map<CallKey, PastCall> past_;
  // As Count found it, without what was taken since; 0 is no grant.
  std::vector<int64_t> left_;
};

// As Describe tells of one thing of each sort.
std::string TellGrant(int64_t id, int64_t granted, int64_t charged, int64_t reserved,
                      absl::Time start, absl::Time expire);
std::string TellCall(const std::string& app, const std::string& id,
                     std::optional<absl::Time> connect, absl::Time lease_end,
                     const std::vector<int64_t>& minutes, bool final_minute);
std::string TellEnded(const std::string& app, const std::string& id, absl::Time end,
                      absl::Duration connected, const std::vector<int64_t>& minutes,
                      CallEndReason reason, bool settled);
std::string TellSlots(const std::string& app, int64_t limit, int64_t active);

}  // namespace usher::entitlement::testing
