// What time does to Voice AI by itself: lapses, months, must_end_times, leases (R22, R24, R26,
// R27).
#include "entitlement/due_voice.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "entitlement/call_end.h"
#include "entitlement/change_list.h"
#include "entitlement/check.h"
#include "entitlement/decide.h"
#include "entitlement/policy.h"
#include "entitlement/views.h"
#include "entitlement/voice_plan.h"

namespace usher::entitlement {
namespace {

// As with sessions, ended calls are forgotten by the minute and in bounded steps.
constexpr absl::Duration kForgetEvery = absl::Minutes(1);
constexpr size_t kForgottenPerStep = 1000;

template <typename Key>
absl::Time TimeOfFirst(const absl::btree_set<std::pair<absl::Time, Key>>& index) {
  return index.empty() ? absl::InfiniteFuture() : index.begin()->first;
}

absl::Time NextForget(const Voice& voice, const Policy& policy) {
  if (voice.forgets.empty()) return absl::InfiniteFuture();
  const absl::Duration since_epoch =
      voice.forgets.begin()->first + policy.ended_call_memory - absl::UnixEpoch();
  return std::max(absl::UnixEpoch() + absl::Ceil(since_epoch, kForgetEvery),
                  voice.forget_pause_end);
}

void LapseGrants(const Account& account, absl::Time due, ChangeList& changes) {
  for (const auto& [time, id] : account.voice.lapses) {
    if (time > due) break;
    const MinuteGrant* grant = account.voice.Find(id);
    Require(grant != nullptr, "an index names a grant that there is not");
    changes.AddFor(account.no, ApplicationNo(),
                   MinutesExpired{.id = id, .unused_minutes = grant->remaining()});
  }
}

void BeginMonths(const Account& account, absl::Time due, ChangeList& changes) {
  GrantId id = NextGrantId(account.voice);
  for (const auto& [time, key] : account.voice.next_grants) {
    if (time > due) break;
    VoicePlan plan = account.voice.Find(key.application)->plans.at(key.subscription);
    std::optional<MinutesGranted> month = NextMonth(account, key.application, plan, id, due);
    if (month) {
      month->by_time = true;
      changes.AddFor(account.no, ApplicationNo(), *std::move(month));
      id = id.next();
    } else {
      plan.next_grant_time = absl::InfiniteFuture();
      changes.AddFor(account.no, key.application, VoicePlanStored{std::move(plan)});
    }
  }
}

std::vector<const Call*> LiveInOrder(const Voice& voice) {
  std::vector<const Call*> calls;
  calls.reserve(voice.calls.size());
  for (const auto& [no, call] : voice.calls) calls.push_back(&call);
  std::sort(calls.begin(), calls.end(), [](const Call* a, const Call* b) { return a->no < b->no; });
  return calls;
}

// Into the month that has just begun. Calls that nobody has extended since they were loaded wait
// for that.
void ContinueCalls(const Account& account, absl::Time due, const Context& context,
                   ChangeList& changes) {
  Reservations reservations(account, due);
  CallsContinued continued;
  for (const Call* call : LiveInOrder(account.voice)) {
    if (call->unheard || !call->connect_time) continue;
    const Reservations::Extent extent =
        reservations.Extend(*call, WallTimeOf(call->lease_end, context), /*sign=*/false);
    continued.calls.push_back({.no = call->no, .reserved = extent.reserved});
  }
  reservations.AddHolds(account.no, changes);
  changes.AddFor(account.no, ApplicationNo(), std::move(continued));
}

void EndExhausted(const Account& account, absl::Time due, ChangeList& changes) {
  Reservations reservations(account, due);
  for (const auto& [time, no] : account.voice.must_ends) {
    if (time > due) break;
    const Call& call = account.voice.calls.at(no);
    const bool package = account.voice.Find(call.application)->PackageEnd() > time;
    EndUnasked(account.no, call,
               package ? CallEndReason::kMinutesExhausted : CallEndReason::kPackageExpired, time,
               reservations, changes);
  }
}

void ForgetCalls(const Account& account, absl::Time ended_by, ChangeList& changes) {
  CallsForgotten forgotten;
  for (const auto& [time, no] : account.voice.forgets) {
    if (time > ended_by || forgotten.calls.size() == kForgottenPerStep) break;
    forgotten.calls.push_back(no);
  }
  changes.AddFor(account.no, ApplicationNo(), std::move(forgotten));
}

}  // namespace

absl::Time NextStoredVoiceDue(const Voice& voice) {
  return std::min(
      {TimeOfFirst(voice.lapses), TimeOfFirst(voice.next_grants), TimeOfFirst(voice.must_ends)});
}

absl::Time NextVoiceDue(const Voice& voice, const Policy& policy) {
  return std::min({NextStoredVoiceDue(voice), voice.continue_time, NextForget(voice, policy)});
}

void DecideVoiceDue(const Account& account, absl::Time due, const Context& context,
                    ChangeList& changes) {
  const Voice& voice = account.voice;
  if (TimeOfFirst(voice.lapses) <= due) {
    LapseGrants(account, due, changes);
  } else if (TimeOfFirst(voice.next_grants) <= due) {
    BeginMonths(account, due, changes);
  } else if (voice.continue_time <= due) {
    ContinueCalls(account, due, context, changes);
  } else if (TimeOfFirst(voice.must_ends) <= due) {
    EndExhausted(account, due, changes);
  } else if (NextForget(voice, *context.policy) <= due) {
    ForgetCalls(account, due - context.policy->ended_call_memory, changes);
  }
}

std::vector<Change> DecideLeases(const Units& units, const std::vector<CallNo>& run_out,
                                 const Context& context) {
  const Account& account = *units.account;
  Reservations reservations(account, context.now);
  ChangeList changes(units, context.now, context);
  std::vector<CallNo> calls = run_out;
  // A call may have been on the watch twice.
  std::sort(calls.begin(), calls.end());
  calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
  for (const CallNo no : calls) {
    const auto call = account.voice.calls.find(no);
    if (call == account.voice.calls.end()) continue;
    changes.SetEventTime(std::clamp(WallTimeOf(call->second.lease_end, context),
                                    call->second.start_time,
                                    std::max(call->second.start_time, context.now)));
    EndUnasked(account.no, call->second, CallEndReason::kLeaseExpired, call->second.sign_time,
               reservations, changes);
  }
  return changes.Take();
}

}  // namespace usher::entitlement
