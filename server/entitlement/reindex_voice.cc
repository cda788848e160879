#include <algorithm>

#include "entitlement/apply.h"
#include "entitlement/counting_voice.h"

namespace usher::entitlement {

void Reindex(Account& account) {
  Voice& voice = account.voice;
  voice.open.clear();
  voice.lapses.clear();
  voice.next_grants.clear();
  voice.must_ends.clear();
  voice.forgets.clear();
  voice.package_end = absl::InfinitePast();
  for (MinuteGrant& grant : voice.grants) {
    grant.reserved = grant.held = 0;
    Count(voice, grant);
  }
  for (auto& [no, application] : voice.applications) {
    application.calls.clear();
    application.active = 0;
    for (const auto& [id, plan] : application.plans) Count(voice, no, plan);
    voice.package_end = std::max(voice.package_end, application.PackageEnd());
  }
  for (const auto& [no, ended] : voice.ended_calls) {
    CallNo& named = voice.applications[ended.application].calls[ended.id];
    named = std::max(named, no);
    voice.forgets.emplace(ended.end_time, no);
  }
  for (const auto& [no, call] : voice.calls) {
    VoiceApplication& application = voice.applications[call.application];
    application.calls[call.id] = no;
    ++application.active;
    Count(voice, call);
  }
}

void GrantFullLeases(Account& account, LeaseTime now) {
  Voice& voice = account.voice;
  for (auto& [no, call] : voice.calls) {
    Uncount(voice, call);
    call.reserved = MinutesOf(call.hold);
    Count(voice, call);
    call.lease_end = now + call.ttl;
    call.unheard = true;
  }
  voice.continue_time = absl::InfiniteFuture();
  RebuildWatch(voice);
}

std::vector<CallNo> TakeRunOutLeases(Account& account, LeaseTime now, int limit) {
  Voice& voice = account.voice;
  std::vector<CallNo> run_out;
  while (static_cast<int>(run_out.size()) < limit && NextLeaseCheck(account) <= now) {
    const CallNo no = voice.leases.top().call;
    voice.leases.pop();
    const auto call = voice.calls.find(no);
    if (call == voice.calls.end()) continue;
    if (call->second.lease_end <= now) {
      run_out.push_back(no);
    } else {
      voice.leases.push({call->second.lease_end, no});
    }
  }
  return run_out;
}

LeaseTime NextLeaseCheck(const Account& account) {
  const auto& leases = account.voice.leases;
  return leases.empty() ? LeaseTime::Infinite() : leases.top().check_at;
}

}  // namespace usher::entitlement
