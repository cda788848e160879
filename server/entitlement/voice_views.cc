#include <algorithm>

#include "absl/strings/str_cat.h"
#include "entitlement/history.h"
#include "entitlement/views.h"

namespace usher::entitlement {

CallView ViewOf(const EndedCall& call) {
  CallView view{.no = call.no,
                .id = call.id,
                .direction = call.direction,
                .state = CallState::kEnded,
                .start_time = call.start_time,
                .connect_time = call.connect_time,
                .end_time = call.end_time,
                .connected_duration = call.connected_duration,
                .charged_minutes = CoveredMinutesOf(call.charges),
                .end_reason = call.reason};
  view.uncovered_minutes = MinutesOf(call.charges) - view.charged_minutes;
  for (const MinuteSpan& span : ByGrant(call.charges)) {
    view.charges.push_back({.grant = span.grant, .minutes = span.minutes});
  }
  return view;
}

CallView ViewOf(const Call& call, const Context& context) {
  return {.no = call.no,
          .id = call.id,
          .direction = call.direction,
          .state = call.state(),
          .start_time = call.start_time,
          .connect_time = call.connect_time,
          .expire_time = WallTimeOf(call.lease_end, context),
          .connected_duration =
              call.connect_time ? context.now - *call.connect_time : absl::ZeroDuration(),
          .reserved_minutes = CoveredMinutesOf(FirstOf(call.hold, call.reserved)),
          .final_minute = call.final_minute,
          .must_end_time = call.must_end_time()};
}

VoiceMinutes MinutesLeft(const Voice& voice) {
  VoiceMinutes minutes;
  for (const auto& [time, id] : voice.lapses) {
    const MinuteGrant& grant = *voice.Find(id);
    minutes.remaining += grant.remaining();
    minutes.reserved += grant.reserved;
  }
  return minutes;
}

std::string CallName(const Units& units, const CallId& id) {
  return absl::StrCat(FullName(units.account->id, units.entry->id), "/calls/", id.value());
}

void ShowLive(const CallsQuery& query, CallsPage& page) {
  for (CallView& call : page.calls) {
    if (call.state == CallState::kEnded) continue;
    const auto live = std::find_if(query.live.begin(), query.live.end(),
                                   [&call](const CallView& known) { return known.no == call.no; });
    if (live != query.live.end()) call = *live;
  }
}

}  // namespace usher::entitlement
