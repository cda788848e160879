// GetCall, ListCalls and GetVoiceBalance: what is read of Voice AI (R24).
#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "entitlement/decisions.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

// The live calls of the application below `before`, newest first, at most `limit`.
std::vector<const Call*> NewestLive(const Units& units, const ListCalls& command, CallNo before,
                                    size_t limit) {
  std::vector<const Call*> live;
  for (const auto& [no, call] : units.account->voice.calls) {
    if (call.application != units.entry->no || no >= before) continue;
    if (!command.state || call.state() == *command.state) live.push_back(&call);
  }
  const auto end = live.begin() + static_cast<std::ptrdiff_t>(std::min(limit, live.size()));
  std::partial_sort(live.begin(), end, live.end(),
                    [](const Call* a, const Call* b) { return a->no > b->no; });
  live.erase(end, live.end());
  return live;
}

}  // namespace

Outcome DecideOn(const Units& units, const GetCall& command, const Context& context) {
  const Voice& voice = units.account->voice;
  if (const Call* live = voice.FindLive(units.entry->no, command.id)) {
    return {Reply(CallReply{ViewOf(*live, context)}), {}};
  }
  if (const EndedCall* ended = voice.FindEnded(units.entry->no, command.id)) {
    return {Reply(CallReply{ViewOf(*ended)}), {}};
  }
  return {Refusal(ResourceNotFound{CallName(units, command.id)}), {}};
}

Outcome DecideOn(const Units& units, const ListCalls& command, const Context& context) {
  const Account& account = *units.account;
  const CallNo before = command.before ? command.before : account.voice.last_call_no.next();
  const auto limit = static_cast<size_t>(command.limit);
  // Who rings or talks is known here.
  if (command.state == CallState::kRinging || command.state == CallState::kConnected) {
    CallsReply reply;
    for (const Call* call : NewestLive(units, command, before, limit + 1)) {
      reply.calls.push_back(ViewOf(*call, context));
    }
    reply.more = reply.calls.size() > limit;
    if (reply.more) reply.calls.pop_back();
    return {Reply(std::move(reply)), {}};
  }
  CallsQuery query{.account = account.no,
                   .application = units.entry->no,
                   .ended_only = command.state.has_value(),
                   .before = before,
                   .limit = command.limit,
                   .live = {}};
  if (!query.ended_only) {
    for (const Call* call : NewestLive(units, command, before, limit)) {
      query.live.push_back(ViewOf(*call, context));
    }
  }
  return {Reply(HistoryQuery(std::move(query))), {}};
}

Outcome DecideOn(const Units& units, const GetVoiceBalance& /*command*/, const Context& context) {
  const Account& account = *units.account;
  const Voice& voice = account.voice;
  VoiceBalanceReply reply;
  std::vector<GrantOrder> order;
  for (const auto& [time, id] : voice.lapses) {
    order.push_back({voice.Find(id)->source, time, id});
  }
  std::sort(order.begin(), order.end());
  for (const GrantOrder& next : order) reply.grants.push_back(*voice.Find(next.id));
  const VoiceMinutes minutes = MinutesLeft(voice);
  reply.remaining_minutes = minutes.remaining;
  reply.reserved_minutes = minutes.reserved;
  for (const auto& [id, entry] : account.applications) {
    const VoiceApplication* application = voice.Find(entry.no);
    if (application == nullptr) continue;
    const VoiceConcurrencyView view{.application = id,
                                    .limit = application->ConcurrencyAt(context.now),
                                    .active = application->active};
    if (view.limit > 0 || view.active > 0) reply.concurrency.push_back(view);
  }
  return {Reply(std::move(reply)), {}};
}

}  // namespace usher::entitlement
