// The Voice AI state of an account (R22–R27): lots of minutes, what each voice subscription gives,
// and the calls. It is part of the Account unit, as minutes are shared by all applications; slots
// are kept for each application beside it. An order or a renewal of a voice product changes the
// application's subscription and the account's plan and grants in one commit.
//
// Altered by Apply (apply.h) only. A plain value; one thread at a time.
//
// == What a row holds, what an event tells, what memory alone knows
//
//   change            class    rows                              event
//   VoicePlanStored   durable  the plan, with its lots           none: OrderPlaced, Subscription…
//   MinutesGranted    event    a new grant; its plan's           MinutesGranted
//                              months_granted, next_grant_time
//   MinutesExpired    event    grant.expired                     MinutesExpired
//   CallStarted       event    a new call                        CallStarted
//   CallConnected     event    call: connect_time, hold, final   CallConnected
//   CallHeld          durable  call: hold, final, sign_time      none
//   CallTtlChanged    durable  call: ttl                         none
//   CallEnded         event    call: what it came to; `charged`  CallEnded
//                              of each grant that it names
//   CallAdjusted      event    the same again, by difference     CallAdjusted
//   CallsExtended     memory   none                              none
//   CallsContinued    memory   none                              none
//   CallsForgotten    memory   none: the row stays as history    none
//
// Of a grant `reserved` and `held` are not stored: they are the sums over the live calls. A load
// reads all grants and plans of the account, the live calls, and those that ended within
// Policy::ended_call_memory; then Reindex(Account&).
//
// == Reservation, and what a crash can cost whom (R26)
//
// A call has two figures. `reserved` is exact: the minutes that decisions, refusals and balances
// count with. It moves in memory with each extension. `hold` is stored, and never less: it names,
// minute by minute, the grant that each is to be charged to. It grows in steps of up to
// kHoldStepMinutes beyond what is needed, so a call needs a commit about once in that time however
// often it is extended; the step shrinks to nothing as the balance nears its end. For every grant
//     charged + reserved ≤ charged + held ≤ granted,
// the right-hand side on disk. What a hold has beyond its reservation is in nobody's way: where
// another call needs these minutes, the hold is cut back in the same commit (CallHeld).
//
// After a crash `reserved` starts as the whole hold. So the balance shows at most kHoldStepMinutes
// more as reserved for each call that was live, until the call ends or the minutes are wanted.
// Nobody is charged for that: a call is charged when it ends, for its connected time, once. No
// balance becomes negative, because the sum of the holds never exceeded what was granted. A call
// that does not come back after the crash is billed up to `sign_time`, which is no later than
// anything its caller was told, so the customer pays at most the minute that was in progress then.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "entitlement/ids.h"
#include "entitlement/lease_time.h"
#include "entitlement/types.h"

namespace usher::entitlement {

// How many minutes a hold is taken ahead of the reservation at most.
inline constexpr int64_t kHoldStepMinutes = 5;

// A lot of minutes. Grant ids are dense: `Voice::grants[id - 1]`. Lapsed ones stay, as ended calls
// are charged to them; an account has some dozens a year, one a month at
// most for each of its packages (kVoicePackagesPerAccountMax).
struct MinuteGrant {
  GrantId id;
  GrantSource source = GrantSource::kPackage;
  std::string product;
  // The subscription whose month it is; none for a purchase.
  ApplicationNo application;
  SubscriptionId subscription;
  int64_t granted = 0;
  int64_t charged = 0;
  // Usable in [start_time, expire_time).
  absl::Time start_time;
  absl::Time expire_time;
  // Whether its lapse has been carried out.
  bool expired = false;

  // Sums over the live calls: exact, and as held on disk.
  int64_t reserved = 0;
  int64_t held = 0;

  int64_t remaining() const { return granted - charged - reserved; }
  // What can be held without cutting another call's hold back.
  int64_t unheld() const { return granted - charged - held; }
  friend bool operator==(const MinuteGrant&, const MinuteGrant&) = default;
};

// Minutes of a call that follow on each other and belong to one grant; to none where no grant
// covers them.
struct MinuteSpan {
  GrantId grant;
  int64_t minutes = 0;

  friend bool operator==(const MinuteSpan&, const MinuteSpan&) = default;
};

// In the order in which the minutes begin; neighbours differ in their grant.
using MinuteSpans = std::vector<MinuteSpan>;

// All minutes of the spans; those that a grant covers.
int64_t MinutesOf(const MinuteSpans& spans);
int64_t CoveredMinutesOf(const MinuteSpans& spans);
// Adds minutes at the end.
void Append(MinuteSpans& spans, MinuteSpan span);
// The first `minutes` minutes; all of them where there are no more.
MinuteSpans FirstOf(const MinuteSpans& spans, int64_t minutes);
// One span for each grant, in the order of their ids; without what none covers.
MinuteSpans ByGrant(const MinuteSpans& spans);

// A live call: it has a slot of its application, and its current minute reserved.
struct Call {
  CallNo no;
  ApplicationNo application;
  CallId id;
  CallDirection direction = CallDirection::kInbound;
  absl::Time start_time;
  // Unset while it rings. Its n-th minute begins n - 1 minutes later.
  std::optional<absl::Time> connect_time;
  absl::Duration ttl;
  // Whose minutes it has on disk, from the first on; of these, how many are reserved.
  MinuteSpans hold;
  int64_t reserved = 0;
  // Not all that it was to have reserved could be: it has to end at `must_end_time`. Connected
  // calls only.
  bool final_minute = false;
  // R27, the last durable sign of life: when it was started, connected, or last got a new hold on
  // an extension, whichever is latest.
  absl::Time sign_time;

  // Memory alone: the end of the lease, and whether nothing was heard of it since it was loaded.
  LeaseTime lease_end;
  bool unheard = false;

  CallState state() const { return connect_time ? CallState::kConnected : CallState::kRinging; }
  // When its reserved minutes are over. Connected calls only.
  absl::Time reserved_end() const { return *connect_time + absl::Minutes(reserved); }
  std::optional<absl::Time> must_end_time() const {
    return final_minute ? std::optional(reserved_end()) : std::nullopt;
  }
  friend bool operator==(const Call&, const Call&) = default;
};

// What is remembered of a call after its end.
struct EndedCall {
  CallNo no;
  ApplicationNo application;
  CallId id;
  CallDirection direction = CallDirection::kInbound;
  absl::Time start_time;
  std::optional<absl::Time> connect_time;
  absl::Time end_time;
  absl::Duration connected_duration;
  // Every minute of it, also those that none covered.
  MinuteSpans charges;
  CallEndReason reason = CallEndReason::kNone;
  // R27: whether an EndCall has told its true duration. The first one settles the difference.
  bool settled = false;

  friend bool operator==(const EndedCall&, const EndedCall&) = default;
};

// What of a plan ends at one instant: a renewal leaves behind what it does not carry.
struct VoiceLot {
  absl::Time expire_time;
  int64_t concurrency = 0;
  // Each month.
  int64_t minutes = 0;

  friend bool operator==(const VoiceLot&, const VoiceLot&) = default;
};

// What a voice subscription gives (R22).
struct VoicePlan {
  SubscriptionId subscription;
  std::string product;
  VoicePeriod period = VoicePeriod::kMonth;
  absl::Time start_time;
  // Its first calendar month, as the account counted then.
  absl::CivilMonth first_month;
  int months = 0;
  absl::Time expire_time;
  // By expire_time, all different.
  std::vector<VoiceLot> lots;
  // Months from the first whose minutes were granted, or are over without having been.
  int months_granted = 0;
  // When the next month's minutes appear; InfiniteFuture where none follow.
  absl::Time next_grant_time = absl::InfiniteFuture();

  // Of the lots in force at `time`.
  int64_t ConcurrencyAt(absl::Time time) const;
  int64_t MinutesAt(absl::Time time) const;
  bool ActiveAt(absl::Time time) const { return start_time <= time && time < expire_time; }
  friend bool operator==(const VoicePlan&, const VoicePlan&) = default;
};

struct VoiceApplication {
  absl::btree_map<SubscriptionId, VoicePlan> plans;

  // Indices: live and remembered calls by name, and how many are live.
  absl::flat_hash_map<CallId, CallNo> calls;
  int64_t active = 0;

  int64_t ConcurrencyAt(absl::Time time) const;
  // The end of the package that lasts longest; InfinitePast where there never was one.
  absl::Time PackageEnd() const;
  friend bool operator==(const VoiceApplication&, const VoiceApplication&) = default;
};

// R24: the package's month before additional minutes, the soonest to expire, the lowest id.
struct GrantOrder {
  GrantSource source = GrantSource::kPackage;
  absl::Time expire_time;
  GrantId id;

  friend bool operator==(const GrantOrder&, const GrantOrder&) = default;
  friend bool operator<(const GrantOrder& a, const GrantOrder& b) {
    return std::tie(a.source, a.expire_time, a.id) < std::tie(b.source, b.expire_time, b.id);
  }
};

struct PlanKey {
  ApplicationNo application;
  SubscriptionId subscription;

  friend auto operator<=>(const PlanKey&, const PlanKey&) = default;
};

// When to look at a call's lease, as LeaseWatch in application.h.
struct CallWatch {
  LeaseTime check_at;
  CallNo call;

  friend bool operator>(const CallWatch& a, const CallWatch& b) { return a.check_at > b.check_at; }
};

struct Voice {
  // Those that ever had a plan or a call.
  absl::btree_map<ApplicationNo, VoiceApplication> applications;
  std::vector<MinuteGrant> grants;
  absl::flat_hash_map<CallNo, Call> calls;
  absl::flat_hash_map<CallNo, EndedCall> ended_calls;
  CallNo last_call_no;

  // Indices; all follow from the tables above.
  // Unexpired grants that are not charged to the last minute, in the order of consumption.
  absl::btree_set<GrantOrder> open;
  // Unexpired grants by expiry.
  absl::btree_set<std::pair<absl::Time, GrantId>> lapses;
  absl::btree_set<std::pair<absl::Time, PlanKey>> next_grants;
  // Live calls by must_end_time.
  absl::btree_set<std::pair<absl::Time, CallNo>> must_ends;
  // Ended calls by end, the order in which they are forgotten.
  absl::btree_set<std::pair<absl::Time, CallNo>> forgets;
  // The end of the account's package that lasts longest (R23); InfinitePast where there never was
  // one.
  absl::Time package_end = absl::InfinitePast();

  // Memory alone. Leases on the watch; when the live calls have to be given minutes of a month that
  // has just begun; not before when ended calls are forgotten.
  std::priority_queue<CallWatch, std::vector<CallWatch>, std::greater<>> leases;
  absl::Time continue_time = absl::InfiniteFuture();
  absl::Time forget_pause_end = absl::InfinitePast();

  const MinuteGrant* Find(GrantId id) const;
  const VoiceApplication* Find(ApplicationNo application) const;
  // Live, else null.
  const Call* FindLive(ApplicationNo application, const CallId& id) const;
  // Remembered, else null.
  const EndedCall* FindEnded(ApplicationNo application, const CallId& id) const;

  // Equality of everything but what is memory alone and lazily kept.
  friend bool operator==(const Voice& a, const Voice& b);
};

}  // namespace usher::entitlement
