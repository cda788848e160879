// The state of an application: license pools, the agents and phones that hold licenses, their
// sessions, the subscriptions that the licenses came with, and the counters of the month.
//
// Altered by Apply (apply.h) only, which keeps the indices beside the tables true; CheckInvariants
// (invariants.h) states what "true" means. A plain value: copies are independent, equality is by
// content. One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "entitlement/agent.h"
#include "entitlement/ids.h"
#include "entitlement/instant.h"
#include "entitlement/lease_time.h"
#include "entitlement/license_set.h"
#include "entitlement/session_table.h"
#include "entitlement/shared_text.h"
#include "entitlement/types.h"

namespace usher::entitlement {

// A seat. License ids are dense: `Application::licenses[id - 1]`.
struct License {
  LicenseId id;
  LicenseKind kind = LicenseKind::kAgent;
  Edition edition = Edition::kStandard;
  LicenseSource source = LicenseSource::kTrial;
  // Whether its expiry has been carried out (R16); a renewal takes it back.
  bool expired = false;
  Instant expire_time;
  // None for a trial.
  SubscriptionId subscription;
  // The agent's email or the phone's id; empty where nobody is recorded on it.
  SharedText holder;
  Instant bind_time;

  bool held() const { return !holder.empty(); }
  friend bool operator==(const License&, const License&) = default;
};

// What is remembered of a session for an hour after its end.
struct EndedSession {
  SessionId id;
  SharedName<Email> email;
  SharedName<ClientId> client_id;
  LicenseId license;
  Revision revision;
  Instant start_time;
  TimeSpan ttl;
  Instant end_time;
  Channel channel = Channel::kWeb;
  EndReason reason = EndReason::kUnknown;

  friend bool operator==(const EndedSession&, const EndedSession&) = default;
};

// A SIP phone that is online (R21).
struct Phone {
  PhoneId id;
  LicenseId license;
  absl::Time online_time;
  absl::Duration ttl;
  LeaseTime lease_end;
  Revision revision;
  std::optional<absl::Time> drain_deadline;

  friend bool operator==(const Phone&, const Phone&) = default;
};

struct AddOn {
  std::string product;
  int64_t quantity = 0;
  absl::Time expire_time;

  friend bool operator==(const AddOn&, const AddOn&) = default;
};

// R6–R9. `units` are those carried to `expire_time`; what an early renewal left behind lives on
// only in its licenses, until the old expiry. An add-on is in force at the expiry where its
// expire_time equals the subscription's.
struct Subscription {
  SubscriptionId id;
  std::string product;
  // Unset for Voice AI: what such a subscription gives is told by the account's VoicePlan
  // (voice.h).
  std::optional<Edition> edition;
  int64_t units = 0;
  // The anchor of its months.
  absl::Time start_time;
  // Months from the anchor to expire_time, renewals included.
  int months = 0;
  absl::Time expire_time;
  std::vector<AddOn> add_ons;

  friend bool operator==(const Subscription&, const Subscription&) = default;
};

// R18.
struct ResetUse {
  absl::CivilMonth month;
  int used = 0;

  friend bool operator==(const ResetUse&, const ResetUse&) = default;
};

// A pool's figures. idle + held = total; in_use ≤ held; expired licenses are in none of them.
struct PoolCount {
  // Licenses ever granted, expired ones included.
  int64_t granted = 0;
  int64_t total = 0;
  int64_t held = 0;
  int64_t in_use = 0;

  friend bool operator==(const PoolCount&, const PoolCount&) = default;
};

// Of the calendar month `month`, which ends at `month_end`. Stored with a delay (R17, at most 10 s
// stale after a crash).
struct PoolUsage {
  int64_t peak_in_use = 0;
  int64_t denials = 0;

  friend bool operator==(const PoolUsage&, const PoolUsage&) = default;
};

template <typename T>
using PerPool = std::array<std::array<T, kEditionCount>, kLicenseKindCount>;

struct Usage {
  absl::CivilMonth month;
  absl::Time month_end = absl::InfinitePast();
  PerPool<PoolUsage> pools;

  friend bool operator==(const Usage&, const Usage&) = default;
};

// A live session or an online phone: the other one is empty.
struct LeaseHolder {
  SessionId session;
  PhoneId phone;
};

// When to look at a lease. Renewals don't touch it: whoever finds the lease renewed sets it to the
// new end.
template <typename Id>
struct LeaseWatch {
  LeaseTime check_at;
  Id holder;

  friend bool operator>(const LeaseWatch& a, const LeaseWatch& b) {
    return a.check_at > b.check_at;
  }
};
// The soonest first.
template <typename Id>
using LeaseQueue = std::priority_queue<LeaseWatch<Id>, std::vector<LeaseWatch<Id>>, std::greater<>>;

// An instant at which unexpired licenses of a pool expire.
struct Expiry {
  Instant time;
  LicenseKind kind = LicenseKind::kAgent;
  Edition edition = Edition::kStandard;

  friend bool operator==(const Expiry&, const Expiry&) = default;
  friend auto operator<=>(const Expiry&, const Expiry&) = default;
};

struct Application {
  ApplicationNo no;
  AccountNo account;

  std::vector<License> licenses;
  AgentTable agents;
  SessionTable sessions;
  absl::btree_map<SessionId, EndedSession> ended_sessions;
  absl::btree_map<PhoneId, Phone> phones;
  absl::btree_map<SubscriptionId, Subscription> subscriptions;
  ResetUse resets;
  Usage usage;
  SessionId last_session_id;
  OrderId last_order_id;

  // Indices; all follow from the tables above.
  PerPool<PoolCount> pools;
  // Idle licenses in R13's order: the latest to expire, then the lowest id.
  PerPool<LicenseSet<std::greater<>>> idle;
  // Unexpired licenses by expiry, then id (R16).
  LicenseSet<std::less<>> expiries;
  // How many of them each pool loses when.
  absl::btree_map<Expiry, int64_t> expiry_counts;
  // Expired licenses that have a holder recorded, by expiry, then id: the record ends a renewal
  // grace later (R9).
  absl::btree_set<std::pair<absl::Time, LicenseId>> lapses;
  // Expired licenses whose holder is active: they wait for a license of their pool in this order
  // (R16).
  PerPool<absl::btree_set<LicenseId>> unserved;
  // Those of `unserved` that have a drain deadline, by it, then id.
  absl::btree_set<std::pair<absl::Time, LicenseId>> drains;
  // Unexpired licenses whose holder still has a drain deadline, as a renewal or a move has just
  // served it: Settle (decide.h) ends its draining, so that this is empty between commands.
  absl::btree_set<LicenseId> relieved;
  // Ended sessions by end, the order in which they are forgotten.
  absl::btree_set<std::pair<absl::Time, SessionId>> forgets;
  LeaseQueue<SessionId> session_leases;
  LeaseQueue<PhoneId> phone_leases;
  // No ended session is forgotten before then: many that ended together go in bounded steps. Not
  // stored.
  absl::Time forget_pause_end = absl::InfinitePast();

  const License* Find(LicenseId id) const;
  const Agent* Find(const SharedName<Email>& email) const;
  const Session* Find(SessionId id) const;
  const Phone* Find(const PhoneId& id) const;
  const Subscription* Find(SubscriptionId id) const;

  const PoolCount& pool(LicenseKind kind, Edition edition) const {
    return pools[IndexOf(kind)][IndexOf(edition)];
  }

  // Whether a live session or an online phone depends on this process renewing its lease.
  bool has_leases() const { return !sessions.empty() || !phones.empty(); }
};

// Equality of everything but the lazily kept leases and `forget_pause_end`.
bool SameState(const Application& a, const Application& b);

}  // namespace usher::entitlement
