// StartCall, ConnectCall and ExtendCalls: R23–R27.
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "entitlement/change_list.h"
#include "entitlement/decisions.h"
#include "entitlement/policy.h"
#include "entitlement/reservation.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

// When a slot may have come free: calls last minutes, and callers should not wait as long.
constexpr absl::Duration kConcurrencyRetryDelay = absl::Seconds(5);

CallExtensionView EndedExtension(const EndedCall* ended) {
  CallExtensionView view;
  view.state = CallState::kEnded;
  if (ended != nullptr) {
    view.expire_time = ended->end_time;
    view.end_reason = ended->reason;
  }
  return view;
}

CallExtensionView LiveExtension(const Call& call, const Reservations::Extent& extent,
                                absl::Time lease_end) {
  CallExtensionView view;
  view.state = call.state();
  view.expire_time = lease_end;
  view.final_minute = extent.final_minute;
  if (extent.final_minute) view.must_end_time = *call.connect_time + extent.reserved * kMinute;
  return view;
}

// The same call_id again: the live call, its lease renewed as by an extension.
Outcome Restart(const Units& units, const Call& call, absl::Duration ttl, const Context& context) {
  Reservations reservations(*units.account, context.now);
  const Reservations::Extent extent = reservations.Extend(call, context.now + ttl, /*sign=*/true);
  ChangeList changes(units, context.now, context);
  if (ttl != call.ttl) {
    changes.AddFor(units.account->no, call.application, CallTtlChanged{.no = call.no, .ttl = ttl});
  }
  reservations.AddHolds(units.account->no, changes);
  changes.AddFor(units.account->no, call.application,
                 CallsExtended{.renew_time = context.lease_now,
                               .calls = {{.no = call.no, .reserved = extent.reserved}}});
  CallView view = ViewOf(call, context);
  view.expire_time = context.now + ttl;
  view.reserved_minutes += extent.reserved - call.reserved;
  view.final_minute = extent.final_minute;
  view.must_end_time = LiveExtension(call, extent, context.now + ttl).must_end_time;
  return {Reply(CallReply{std::move(view)}), changes.Take()};
}

std::optional<Refusal> CheckStart(const Units& units, const StartCall& command,
                                  const Context& context) {
  const Voice& voice = units.account->voice;
  const VoiceApplication* application = voice.Find(units.entry->no);
  if (application == nullptr || application->PackageEnd() <= context.now) {
    return VoicePackageRequired{};
  }
  const int64_t limit = application->ConcurrencyAt(context.now);
  if (application->active >= limit) {
    return VoiceConcurrencyExhausted{
        .limit = limit, .active = application->active, .retry_delay = kConcurrencyRetryDelay};
  }
  if (MinuteLedger(*units.account, context.now).Best(context.now) == nullptr) {
    const VoiceMinutes minutes = MinutesLeft(voice);
    return VoiceMinutesExhausted{.remaining = minutes.remaining, .reserved = minutes.reserved};
  }
  if (voice.FindEnded(units.entry->no, command.id) != nullptr) {
    return WrongState{.state = "ENDED", .resource = CallName(units, command.id)};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckConnectTime(absl::Time connect_time, const Call& call,
                                        const Context& context) {
  if (connect_time >= call.start_time && connect_time <= context.now) return std::nullopt;
  return InvalidField{.field = "connect_time",
                      .description = absl::StrCat(
                          "must be from the call's start_time, ",
                          absl::FormatTime(call.start_time, absl::UTCTimeZone()), ", to now")};
}

}  // namespace

Outcome DecideOn(const Units& units, const StartCall& command, const Context& context) {
  const Account& account = *units.account;
  const absl::Duration ttl = context.policy->call_ttl.Clamp(command.ttl);
  if (const Call* live = account.voice.FindLive(units.entry->no, command.id)) {
    return Restart(units, *live, ttl, context);
  }
  if (std::optional<Refusal> refusal = CheckStart(units, command, context)) {
    return {*std::move(refusal), {}};
  }
  Reservations reservations(account, context.now);
  const CallStarted started{.no = account.voice.last_call_no.next(),
                            .id = command.id,
                            .direction = command.direction,
                            .ttl = ttl,
                            .lease_end = context.lease_now + ttl,
                            .grant = *reservations.TakeFirstMinute()};
  ChangeList changes(units, context.now, context);
  reservations.AddHolds(account.no, changes);
  changes.AddFor(account.no, units.entry->no, started);
  CallView view{.no = started.no,
                .id = started.id,
                .direction = started.direction,
                .state = CallState::kRinging,
                .start_time = context.now,
                .expire_time = context.now + ttl,
                .reserved_minutes = 1};
  return {Reply(CallReply{std::move(view)}), changes.Take()};
}

Outcome DecideOn(const Units& units, const ConnectCall& command, const Context& context) {
  const Voice& voice = units.account->voice;
  const Call* call = voice.FindLive(units.entry->no, command.id);
  if (call == nullptr) {
    if (voice.FindEnded(units.entry->no, command.id) != nullptr) {
      return {Refusal(WrongState{.state = "ENDED", .resource = CallName(units, command.id)}), {}};
    }
    return {Refusal(ResourceNotFound{CallName(units, command.id)}), {}};
  }
  if (call->connect_time) return {Reply(CallReply{ViewOf(*call, context)}), {}};
  const absl::Time connect_time =
      absl::FromUnixMicros(absl::ToUnixMicros(command.connect_time.value_or(context.now)));
  if (std::optional<Refusal> refusal = CheckConnectTime(connect_time, *call, context)) {
    return {*std::move(refusal), {}};
  }
  // It is a sign of life, but no heartbeat: the lease stays as it is.
  Reservations reservations(*units.account, context.now);
  Reservation reservation =
      reservations.Connect(*call, connect_time, WallTimeOf(call->lease_end, context));
  Call after = *call;
  after.connect_time = connect_time;
  after.hold = reservation.hold;
  after.reserved = reservation.reserved;
  after.final_minute = reservation.final_minute;

  ChangeList changes(units, context.now, context);
  reservations.AddHolds(units.account->no, changes);
  changes.AddFor(units.account->no, call->application,
                 CallConnected{.no = call->no,
                               .id = call->id,
                               .connect_time = connect_time,
                               .hold = std::move(reservation.hold),
                               .reserved = reservation.reserved,
                               .final_minute = reservation.final_minute});
  return {Reply(CallReply{ViewOf(after, context)}), changes.Take()};
}

Outcome DecideOn(const Units& units, const ExtendCalls& command, const Context& context) {
  const Voice& voice = units.account->voice;
  const VoiceApplication* application = voice.Find(units.entry->no);
  Reservations reservations(*units.account, context.now);
  CallsExtended extended{.renew_time = context.lease_now, .calls = {}};
  extended.calls.reserve(command.ids.size());
  ExtendCallsReply reply;
  reply.extensions.reserve(command.ids.size());
  for (const CallId& id : command.ids) {
    const auto named = application != nullptr ? application->calls.find(id)
                                              : decltype(application->calls.find(id))();
    if (application == nullptr || named == application->calls.end()) {
      reply.extensions.push_back(EndedExtension(nullptr));
      continue;
    }
    const auto live = voice.calls.find(named->second);
    if (live == voice.calls.end()) {
      reply.extensions.push_back(EndedExtension(voice.FindEnded(units.entry->no, id)));
      continue;
    }
    const Call& call = live->second;
    const absl::Time lease_end = context.now + call.ttl;
    const Reservations::Extent extent = reservations.Extend(call, lease_end, /*sign=*/true);
    extended.calls.push_back({.no = call.no, .reserved = extent.reserved});
    reply.extensions.push_back(LiveExtension(call, extent, lease_end));
  }
  ChangeList changes(units, context.now, context);
  reservations.AddHolds(units.account->no, changes);
  if (!extended.calls.empty()) {
    changes.AddFor(units.account->no, units.entry->no, std::move(extended));
  }
  return {Reply(std::move(reply)), changes.Take()};
}

}  // namespace usher::entitlement
