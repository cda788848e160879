#include <algorithm>

#include "entitlement/history.h"

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

void ShowLive(const CallsQuery& query, CallsPage& page) {
  for (CallView& call : page.calls) {
    if (call.state == CallState::kEnded) continue;
    const auto live = std::find_if(query.live.begin(), query.live.end(),
                                   [&call](const CallView& known) { return known.no == call.no; });
    if (live != query.live.end()) call = *live;
  }
}

}  // namespace usher::entitlement
