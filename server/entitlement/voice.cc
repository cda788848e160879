#include "entitlement/voice.h"

#include <algorithm>

namespace usher::entitlement {
namespace {

auto ContentsOf(const Voice& voice) {
  return std::tie(voice.applications, voice.grants, voice.calls, voice.ended_calls,
                  voice.last_call_no, voice.open, voice.lapses, voice.next_grants, voice.must_ends,
                  voice.forgets, voice.package_end, voice.continue_time);
}

}  // namespace

int64_t MinutesOf(const MinuteSpans& spans) {
  int64_t minutes = 0;
  for (const MinuteSpan& span : spans) minutes += span.minutes;
  return minutes;
}

int64_t CoveredMinutesOf(const MinuteSpans& spans) {
  int64_t minutes = 0;
  for (const MinuteSpan& span : spans) minutes += span.grant ? span.minutes : 0;
  return minutes;
}

void Append(MinuteSpans& spans, MinuteSpan span) {
  if (span.minutes == 0) return;
  if (!spans.empty() && spans.back().grant == span.grant) {
    spans.back().minutes += span.minutes;
  } else {
    spans.push_back(span);
  }
}

MinuteSpans FirstOf(const MinuteSpans& spans, int64_t minutes) {
  MinuteSpans first;
  for (const MinuteSpan& span : spans) {
    if (minutes <= 0) break;
    const int64_t taken = std::min(minutes, span.minutes);
    first.push_back({span.grant, taken});
    minutes -= taken;
  }
  return first;
}

MinuteSpans ByGrant(const MinuteSpans& spans) {
  MinuteSpans sums;
  for (const MinuteSpan& span : spans) {
    if (!span.grant) continue;
    const auto same = std::find_if(sums.begin(), sums.end(), [&span](const MinuteSpan& sum) {
      return sum.grant == span.grant;
    });
    if (same != sums.end()) {
      same->minutes += span.minutes;
    } else {
      sums.push_back(span);
    }
  }
  std::sort(sums.begin(), sums.end(),
            [](const MinuteSpan& a, const MinuteSpan& b) { return a.grant < b.grant; });
  return sums;
}

int64_t VoicePlan::ConcurrencyAt(absl::Time time) const {
  int64_t concurrency = 0;
  for (const VoiceLot& lot : lots) concurrency += time < lot.expire_time ? lot.concurrency : 0;
  return concurrency;
}

int64_t VoicePlan::MinutesAt(absl::Time time) const {
  int64_t minutes = 0;
  for (const VoiceLot& lot : lots) minutes += time < lot.expire_time ? lot.minutes : 0;
  return minutes;
}

int64_t VoiceApplication::ConcurrencyAt(absl::Time time) const {
  int64_t concurrency = 0;
  for (const auto& [id, plan] : plans) concurrency += plan.ConcurrencyAt(time);
  return concurrency;
}

absl::Time VoiceApplication::PackageEnd() const {
  absl::Time end = absl::InfinitePast();
  for (const auto& [id, plan] : plans) end = std::max(end, plan.expire_time);
  return end;
}

const MinuteGrant* Voice::Find(GrantId id) const {
  if (id.value() < 1 || id.value() > static_cast<int64_t>(grants.size())) return nullptr;
  return &grants[static_cast<size_t>(id.value() - 1)];
}

const VoiceApplication* Voice::Find(ApplicationNo application) const {
  const auto found = applications.find(application);
  return found != applications.end() ? &found->second : nullptr;
}

const Call* Voice::FindLive(ApplicationNo application, const CallId& id) const {
  const VoiceApplication* named = Find(application);
  if (named == nullptr) return nullptr;
  const auto no = named->calls.find(id);
  if (no == named->calls.end()) return nullptr;
  const auto call = calls.find(no->second);
  return call != calls.end() ? &call->second : nullptr;
}

const EndedCall* Voice::FindEnded(ApplicationNo application, const CallId& id) const {
  const VoiceApplication* named = Find(application);
  if (named == nullptr) return nullptr;
  const auto no = named->calls.find(id);
  if (no == named->calls.end()) return nullptr;
  const auto call = ended_calls.find(no->second);
  return call != ended_calls.end() ? &call->second : nullptr;
}

bool operator==(const Voice& a, const Voice& b) { return ContentsOf(a) == ContentsOf(b); }

}  // namespace usher::entitlement
