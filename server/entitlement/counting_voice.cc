#include "entitlement/counting_voice.h"

#include <algorithm>

#include "entitlement/check.h"

namespace usher::entitlement {
namespace {

// As for sessions: watches of leases that have ended since are dropped all at once when they are
// more than the live ones by this.
constexpr size_t kStaleWatchesMax = 1024;

MinuteGrant& GrantAt(Voice& voice, GrantId id) {
  Require(voice.Find(id) != nullptr, "a call names a grant that there is not");
  return voice.grants[static_cast<size_t>(id.value() - 1)];
}

// Adds `sign` for each minute of [from, to) in the order of the hold.
void AddReserved(Voice& voice, const MinuteSpans& hold, int64_t from, int64_t to, int64_t sign) {
  int64_t begin = 0;
  for (const MinuteSpan& span : hold) {
    const int64_t end = begin + span.minutes;
    const int64_t overlap = std::min(end, to) - std::max(begin, from);
    if (overlap > 0 && span.grant) GrantAt(voice, span.grant).reserved += sign * overlap;
    begin = end;
  }
}

void AddHeld(Voice& voice, const MinuteSpans& hold, int64_t sign) {
  for (const MinuteSpan& span : hold) {
    if (span.grant) GrantAt(voice, span.grant).held += sign * span.minutes;
  }
}

}  // namespace

void Count(Voice& voice, const MinuteGrant& grant) {
  if (grant.expired) return;
  voice.lapses.emplace(grant.expire_time, grant.id);
  if (grant.charged < grant.granted) {
    voice.open.insert({grant.source, grant.expire_time, grant.id});
  }
}

void Uncount(Voice& voice, const MinuteGrant& grant) {
  if (grant.expired) return;
  voice.lapses.erase({grant.expire_time, grant.id});
  voice.open.erase({grant.source, grant.expire_time, grant.id});
}

void Count(Voice& voice, ApplicationNo application, const VoicePlan& plan) {
  if (plan.next_grant_time == absl::InfiniteFuture()) return;
  voice.next_grants.insert({plan.next_grant_time, {application, plan.subscription}});
}

void Uncount(Voice& voice, ApplicationNo application, const VoicePlan& plan) {
  voice.next_grants.erase({plan.next_grant_time, {application, plan.subscription}});
}

void Count(Voice& voice, const Call& call) {
  AddHeld(voice, call.hold, 1);
  AddReserved(voice, call.hold, 0, call.reserved, 1);
  if (call.final_minute) voice.must_ends.emplace(call.reserved_end(), call.no);
}

void Uncount(Voice& voice, const Call& call) {
  AddHeld(voice, call.hold, -1);
  AddReserved(voice, call.hold, 0, call.reserved, -1);
  if (call.final_minute) voice.must_ends.erase({call.reserved_end(), call.no});
}

void MoveReserved(Voice& voice, Call& call, int64_t reserved) {
  AddReserved(voice, call.hold, call.reserved, reserved, 1);
  call.reserved = reserved;
}

void Watch(Voice& voice, LeaseTime check_at, CallNo call) {
  if (voice.leases.size() > 2 * voice.calls.size() + kStaleWatchesMax) {
    RebuildWatch(voice);
    return;
  }
  voice.leases.push({check_at, call});
}

void RebuildWatch(Voice& voice) {
  std::vector<CallWatch> watches;
  watches.reserve(voice.calls.size());
  for (const auto& [no, call] : voice.calls) watches.push_back({call.lease_end, no});
  voice.leases = decltype(voice.leases)(std::greater<>(), std::move(watches));
}

}  // namespace usher::entitlement
