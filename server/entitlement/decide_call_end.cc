// EndCall, and how calls end in general: R25–R27.
#include <algorithm>
#include <optional>
#include <utility>

#include "entitlement/call_end.h"
#include "entitlement/decisions.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

// What was reported counts; a call of which nobody told that it connected did so when that says.
Bill BillOf(const Call& call, std::optional<absl::Duration> reported, const Context& context,
            Reservations& reservations) {
  std::optional<absl::Time> connect_time = call.connect_time;
  if (!reported) {
    const absl::Duration own = connect_time ? context.now - *connect_time : absl::ZeroDuration();
    return reservations.End(call, connect_time, own);
  }
  if (!connect_time && *reported > absl::ZeroDuration()) {
    connect_time = std::max(call.start_time, context.now - *reported);
  }
  return reservations.End(call, connect_time, *reported);
}

MinuteSpans DifferencesOf(const MinuteSpans& before, const MinuteSpans& after) {
  MinuteSpans differences = ByGrant(after);
  for (const MinuteSpan& span : ByGrant(before)) {
    const auto same =
        std::find_if(differences.begin(), differences.end(),
                     [&span](const MinuteSpan& other) { return other.grant == span.grant; });
    if (same != differences.end()) {
      same->minutes -= span.minutes;
    } else {
      differences.push_back({span.grant, -span.minutes});
    }
  }
  differences.erase(std::remove_if(differences.begin(), differences.end(),
                                   [](const MinuteSpan& span) { return span.minutes == 0; }),
                    differences.end());
  return differences;
}

// R27: the first EndCall after the server had ended the call.
Outcome SettleEnded(const Units& units, const EndedCall& call,
                    std::optional<absl::Duration> reported, const Context& context) {
  std::optional<absl::Time> connect_time = call.connect_time;
  if (!connect_time && reported && *reported > absl::ZeroDuration()) {
    connect_time = std::max(call.start_time, call.end_time - *reported);
  }
  Reservations reservations(*units.account, context.now);
  Bill bill = reservations.Adjust(call, connect_time, reported.value_or(call.connected_duration));
  EndedCall after = call;
  after.connect_time = bill.connect_time;
  after.connected_duration = bill.connected_duration;
  after.charges = bill.charges;

  ChangeList changes(units, context.now, context);
  reservations.AddHolds(units.account->no, changes);
  changes.AddFor(units.account->no, call.application,
                 CallAdjusted{.no = call.no,
                              .id = call.id,
                              .connect_time = bill.connect_time,
                              .connected_duration = bill.connected_duration,
                              .charges = bill.charges,
                              .differences = DifferencesOf(call.charges, bill.charges)});
  return {Reply(CallReply{ViewOf(after)}), changes.Take()};
}

}  // namespace

void AddEnd(AccountNo account, const Call& call, CallEndReason reason, const Bill& bill,
            ChangeList& changes) {
  changes.AddFor(account, call.application,
                 CallEnded{.no = call.no,
                           .id = call.id,
                           .reason = reason,
                           .connect_time = bill.connect_time,
                           .connected_duration = bill.connected_duration,
                           .charges = bill.charges});
}

void EndUnasked(AccountNo account, const Call& call, CallEndReason reason, absl::Time time,
                Reservations& reservations, ChangeList& changes) {
  absl::Duration connected;
  if (call.connect_time) {
    const absl::Time until = call.unheard ? std::min(time, call.sign_time) : time;
    connected = std::max(until - *call.connect_time, absl::ZeroDuration());
  }
  AddEnd(account, call, reason, reservations.End(call, call.connect_time, connected), changes);
}

Outcome DecideOn(const Units& units, const EndCall& command, const Context& context) {
  const Voice& voice = units.account->voice;
  std::optional<absl::Duration> reported = command.connected_duration;
  if (reported) reported = absl::Trunc(*reported, absl::Microseconds(1));
  if (const EndedCall* ended = voice.FindEnded(units.entry->no, command.id)) {
    if (!ended->settled) return SettleEnded(units, *ended, reported, context);
    return {Reply(CallReply{ViewOf(*ended)}), {}};
  }
  const Call* call = voice.FindLive(units.entry->no, command.id);
  if (call == nullptr) return {Refusal(ResourceNotFound{CallName(units, command.id)}), {}};

  Reservations reservations(*units.account, context.now);
  const Bill bill = BillOf(*call, reported, context, reservations);
  ChangeList changes(units, context.now, context);
  reservations.AddHolds(units.account->no, changes);
  AddEnd(units.account->no, *call, CallEndReason::kCompleted, bill, changes);
  CallReply reply{ViewOf(EndedCall{.no = call->no,
                                   .application = call->application,
                                   .id = call->id,
                                   .direction = call->direction,
                                   .start_time = call->start_time,
                                   .connect_time = bill.connect_time,
                                   .end_time = context.now,
                                   .connected_duration = bill.connected_duration,
                                   .charges = bill.charges,
                                   .reason = CallEndReason::kCompleted,
                                   .settled = true})};
  return {Reply(std::move(reply)), changes.Take()};
}

}  // namespace usher::entitlement
