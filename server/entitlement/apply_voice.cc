#include <algorithm>
#include <utility>

#include "entitlement/apply_parts.h"
#include "entitlement/check.h"
#include "entitlement/counting_voice.h"
#include "entitlement/limits.h"

namespace usher::entitlement {
namespace {

Call& CallAt(Voice& voice, CallNo no) {
  const auto found = voice.calls.find(no);
  Require(found != voice.calls.end(), "a change names a call that is not live");
  return found->second;
}

// Alters a call by `alter`, and with it what it counts as.
template <typename Alter>
void Recount(Voice& voice, Call& call, Alter alter) {
  Uncount(voice, call);
  alter(call);
  Require(call.reserved <= MinutesOf(call.hold), "a call reserves what it holds");
  Count(voice, call);
}

void AddCharges(Voice& voice, const MinuteSpans& charges) {
  for (const MinuteSpan& span : charges) {
    if (!span.grant) continue;
    Require(voice.Find(span.grant) != nullptr, "a call is charged to a grant that there is not");
    MinuteGrant& grant = voice.grants[static_cast<size_t>(span.grant.value() - 1)];
    Uncount(voice, grant);
    grant.charged += span.minutes;
    Count(voice, grant);
  }
}

void Forget(Voice& voice, CallNo no) {
  const auto found = voice.ended_calls.find(no);
  if (found == voice.ended_calls.end()) return;
  const EndedCall& ended = found->second;
  voice.forgets.erase({ended.end_time, no});
  // A store remembers longer than the rules do, so the name may be another call's by now.
  auto& names = voice.applications[ended.application].calls;
  const auto named = names.find(ended.id);
  if (named != names.end() && named->second == no) names.erase(named);
  voice.ended_calls.erase(found);
}

}  // namespace

void Move(Account& account, const Change& change, const VoicePlanStored& stored) {
  Voice& voice = account.voice;
  VoicePlan& plan = voice.applications[change.application].plans[stored.plan.subscription];
  Uncount(voice, change.application, plan);
  plan = stored.plan;
  Count(voice, change.application, plan);
  voice.package_end = std::max(voice.package_end, plan.expire_time);
}

void Move(Account& account, const Change& change, const MinutesGranted& granted) {
  Voice& voice = account.voice;
  Require(granted.id.value() == static_cast<int64_t>(voice.grants.size()) + 1,
          "grant ids are dense");
  voice.grants.push_back({.id = granted.id,
                          .source = granted.source,
                          .product = granted.product,
                          .application = granted.application,
                          .subscription = granted.subscription,
                          .granted = granted.minutes,
                          .start_time = change.event_time,
                          .expire_time = granted.expire_time});
  Count(voice, voice.grants.back());
  if (granted.source != GrantSource::kPackage) return;
  VoicePlan& plan = voice.applications[granted.application].plans[granted.subscription];
  Require(plan.subscription == granted.subscription, "a month is granted to a plan");
  Uncount(voice, granted.application, plan);
  plan.months_granted = granted.months_granted;
  plan.next_grant_time = granted.next_grant_time;
  Count(voice, granted.application, plan);
  if (granted.by_time && !voice.calls.empty()) voice.continue_time = change.event_time;
}

void Move(Account& account, const Change& /*change*/, const MinutesExpired& expired) {
  Voice& voice = account.voice;
  Require(voice.Find(expired.id) != nullptr, "a grant that lapses was granted");
  MinuteGrant& grant = voice.grants[static_cast<size_t>(expired.id.value() - 1)];
  Require(!grant.expired, "a grant lapses once");
  Uncount(voice, grant);
  grant.expired = true;
  Count(voice, grant);
}

void Move(Account& account, const Change& change, const CallStarted& started) {
  Voice& voice = account.voice;
  VoiceApplication& application = voice.applications[change.application];
  CallNo& named = application.calls[started.id];
  Require(!voice.calls.contains(named), "a call_id names one live call");
  named = started.no;
  ++application.active;
  Call call{.no = started.no,
            .application = change.application,
            .id = started.id,
            .direction = started.direction,
            .start_time = change.event_time,
            .ttl = started.ttl,
            .hold = {{started.grant, 1}},
            .reserved = 1,
            .sign_time = change.event_time,
            .lease_end = started.lease_end};
  Count(voice, call);
  voice.calls.emplace(started.no, std::move(call));
  voice.last_call_no = std::max(voice.last_call_no, started.no);
  Watch(voice, started.lease_end, started.no);
}

void Move(Account& account, const Change& change, const CallConnected& connected) {
  Recount(account.voice, CallAt(account.voice, connected.no), [&](Call& call) {
    Require(!call.connect_time, "a call connects once");
    call.connect_time = connected.connect_time;
    call.hold = connected.hold;
    call.reserved = connected.reserved;
    call.final_minute = connected.final_minute;
    call.sign_time = std::max(call.sign_time, change.event_time);
    call.unheard = false;
  });
}

void Move(Account& account, const Change& /*change*/, const CallHeld& held) {
  Recount(account.voice, CallAt(account.voice, held.no), [&held](Call& call) {
    call.hold = held.hold;
    call.reserved = held.reserved;
    call.final_minute = held.final_minute;
    if (held.sign_time) call.sign_time = std::max(call.sign_time, *held.sign_time);
  });
}

void Move(Account& account, const Change& /*change*/, const CallTtlChanged& changed) {
  CallAt(account.voice, changed.no).ttl = changed.ttl;
}

void Move(Account& account, const Change& /*change*/, const CallsExtended& extended) {
  Voice& voice = account.voice;
  for (const CallExtension& extension : extended.calls) {
    Call& call = CallAt(voice, extension.no);
    if (extension.reserved != call.reserved) MoveReserved(voice, call, extension.reserved);
    const LeaseTime lease_end = extended.renew_time + call.ttl;
    const bool earlier = lease_end < call.lease_end;
    call.lease_end = lease_end;
    call.unheard = false;
    // The watch that stands comes too late for a lease that was cut short.
    if (earlier) Watch(voice, lease_end, call.no);
  }
}

void Move(Account& account, const Change& /*change*/, const CallsContinued& continued) {
  for (const CallExtension& extension : continued.calls) {
    MoveReserved(account.voice, CallAt(account.voice, extension.no), extension.reserved);
  }
  account.voice.continue_time = absl::InfiniteFuture();
}

void Move(Account& account, const Change& change, const CallEnded& ended) {
  Voice& voice = account.voice;
  const auto found = voice.calls.find(ended.no);
  Require(found != voice.calls.end(), "a call ends once");
  Call& call = found->second;
  Uncount(voice, call);
  AddCharges(voice, ended.charges);
  --voice.applications[call.application].active;
  voice.forgets.emplace(change.event_time, call.no);
  voice.ended_calls.emplace(call.no,
                            EndedCall{.no = call.no,
                                      .application = call.application,
                                      .id = std::move(call.id),
                                      .direction = call.direction,
                                      .start_time = call.start_time,
                                      .connect_time = ended.connect_time,
                                      .end_time = change.event_time,
                                      .connected_duration = ended.connected_duration,
                                      .charges = ended.charges,
                                      .reason = ended.reason,
                                      .settled = ended.reason == CallEndReason::kCompleted});
  voice.calls.erase(found);
  if (voice.calls.empty()) voice.continue_time = absl::InfiniteFuture();
  while (static_cast<int64_t>(voice.ended_calls.size()) > kEndedCallsRememberedMax) {
    Forget(voice, voice.forgets.begin()->second);
  }
}

void Move(Account& account, const Change& /*change*/, const CallAdjusted& adjusted) {
  Voice& voice = account.voice;
  AddCharges(voice, adjusted.differences);
  const auto found = voice.ended_calls.find(adjusted.no);
  Require(found != voice.ended_calls.end(), "a call that is settled is remembered");
  EndedCall& ended = found->second;
  ended.connect_time = adjusted.connect_time;
  ended.connected_duration = adjusted.connected_duration;
  ended.charges = adjusted.charges;
  ended.settled = true;
}

void Move(Account& account, const Change& change, const CallsForgotten& forgotten) {
  // Pause between the steps in which a crowd is forgotten.
  constexpr absl::Duration kForgetPause = absl::Seconds(1);
  for (const CallNo no : forgotten.calls) Forget(account.voice, no);
  account.voice.forget_pause_end = change.event_time + kForgetPause;
}

}  // namespace usher::entitlement
