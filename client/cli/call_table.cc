#include "client/cli/call_table.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/names.h"
#include "client/cli/words.h"

namespace usher::cli {
namespace {

std::string InstantOf(const google::protobuf::Timestamp& time, const Times& times) {
  return absl::StrCat(times.AtWithZone(FromProto(time)), " (", times.Distance(FromProto(time)),
                      ")");
}

// What ended a call, in a few words.
std::string EndOf(v1::CallEndReason reason) {
  switch (reason) {
    case v1::CALL_END_REASON_MINUTES_EXHAUSTED:
      return "out of minutes";
    case v1::CALL_END_REASON_APPLICATION_DELETED:
      return "app deleted";
    default:
      return Word(reason);
  }
}

// "5 minutes: 3 of grant 2, 2 of grant 3".
std::string ChargeOf(const v1::Call& call) {
  if (call.charges().empty()) return "nothing";
  const std::string grants =
      absl::StrJoin(call.charges(), ", ", [](std::string* out, const v1::MinuteCharge& charge) {
        absl::StrAppend(out, Grouped(charge.minutes()), " of grant ", charge.grant_id());
      });
  return absl::StrCat(Count(call.charged_minutes(), "minute"), ": ", grants);
}

void AddLive(const v1::Call& call, const Times& times, Facts& facts) {
  facts.Add("Reserved", Count(call.reserved_minutes(), "minute"));
  if (call.final_minute()) {
    facts.Add("Must end", absl::StrCat(InstantOf(call.must_end_time(), times),
                                       ", as no more minutes can be reserved"));
  }
  facts.Add("Lease", absl::StrCat("ends ", times.Distance(FromProto(call.expire_time())),
                                  " unless it is extended"));
}

void AddEnded(const v1::Call& call, const Times& times, Facts& facts) {
  facts.Add("Ended", InstantOf(call.end_time(), times));
  facts.Add("Charged", ChargeOf(call));
  if (call.uncovered_minutes() > 0) {
    facts.Add("Not covered", absl::StrCat(Count(call.uncovered_minutes(), "minute"),
                                          " that no grant had left: not charged"));
  }
}

bool IsEnded(const v1::Call& call) { return call.state() == v1::CALL_STATE_ENDED; }

std::string StateOf(const v1::Call& call) {
  return IsEnded(call) ? EndOf(call.end_reason()) : Word(call.state());
}

}  // namespace

Facts FactsOf(const v1::Call& call, const Times& times) {
  Facts facts;
  facts.Add("Call", call.call_id());
  facts.Add("Direction", Word(call.direction()));
  facts.Add("State",
            IsEnded(call) ? absl::StrCat("ended: ", EndOf(call.end_reason())) : Word(call.state()));
  facts.Add("Started", InstantOf(call.start_time(), times));
  facts.Add("Connected", call.has_connect_time()
                             ? absl::StrCat(Clock(FromProto(call.connected_duration())),
                                            IsEnded(call) ? ", from " : ", since ",
                                            times.AtWithZone(FromProto(call.connect_time())))
                         : IsEnded(call) ? "never"
                                         : "not yet: ringing is free");
  if (IsEnded(call)) {
    AddEnded(call, times, facts);
  } else {
    AddLive(call, times, facts);
  }
  return facts;
}

Table CallsTable(const v1::ListCallsResponse& calls, const Times& times) {
  Table table(
      {{"CALL"}, {"WAY"}, {"STATE"}, {times.Heading("STARTED")}, {"LASTED", true}, {"MIN", true}});
  for (const v1::Call& call : calls.calls()) {
    table.AddRow({call.call_id(), call.direction() == v1::CALL_DIRECTION_OUTBOUND ? "out" : "in",
                  StateOf(call), times.At(call.start_time(), call.has_start_time()),
                  call.has_connect_time() ? Clock(FromProto(call.connected_duration())) : kNone,
                  Grouped(IsEnded(call) ? call.charged_minutes() : call.reserved_minutes())});
  }
  return table;
}

Table ExtensionsTable(const v1::ExtendCallsResponse& response, const Times& times) {
  Table table({{"CALL"}, {"STATE"}, {"LEASE ENDS"}, {"MUST END"}});
  for (const v1::CallExtension& call : response.extensions()) {
    const bool ended = call.state() == v1::CALL_STATE_ENDED;
    const bool known = call.end_reason() != v1::CALL_END_REASON_UNSPECIFIED;
    table.AddRow({call.call_id(),
                  !ended  ? Word(call.state())
                  : known ? absl::StrCat("ended: ", EndOf(call.end_reason()))
                          : "not known",
                  ended ? kNone : times.Distance(call.expire_time(), call.has_expire_time()),
                  times.Distance(call.must_end_time(), call.has_must_end_time())});
  }
  return table;
}

Table GrantsTable(const v1::GetVoiceBalanceResponse& balance, const Times& times) {
  Table table({{"GRANT", true},
               {"PRODUCT"},
               {"GRANTED", true},
               {"CHARGED", true},
               {"RESERVED", true},
               {"LEFT", true},
               {times.Heading("LAPSES")}});
  for (const v1::MinuteGrant& grant : balance.grants()) {
    table.AddRow({Id(grant.grant_id()), grant.product(), Grouped(grant.granted_minutes()),
                  Grouped(grant.charged_minutes()), Grouped(grant.reserved_minutes()),
                  Grouped(grant.remaining_minutes()),
                  times.At(grant.expire_time(), grant.has_expire_time())});
  }
  return table;
}

Table SlotsTable(const v1::GetVoiceBalanceResponse& balance) {
  Table table({{"APPLICATION"}, {"SLOTS", true}, {"TAKEN", true}, {"FREE", true}});
  for (const v1::VoiceConcurrency& slots : balance.concurrency()) {
    // Calls may outlast the package that gave them their slots.
    const int32_t free = slots.limit() > slots.active() ? slots.limit() - slots.active() : 0;
    table.AddRow({ShortName(slots.application()), Grouped(slots.limit()), Grouped(slots.active()),
                  Grouped(free)});
  }
  return table;
}

std::string NextLapse(const v1::GetVoiceBalanceResponse& balance, const Times& times) {
  const v1::MinuteGrant* next = nullptr;
  int64_t minutes = 0;
  for (const v1::MinuteGrant& grant : balance.grants()) {
    if (grant.remaining_minutes() == 0) continue;
    const absl::Time lapse = FromProto(grant.expire_time());
    if (next != nullptr && lapse > FromProto(next->expire_time())) continue;
    if (next == nullptr || lapse < FromProto(next->expire_time())) {
      next = &grant;
      minutes = 0;
    }
    minutes += grant.remaining_minutes();
  }
  if (next == nullptr) return "";
  return absl::StrCat(Count(minutes, "minute"), ", ", InstantOf(next->expire_time(), times));
}

std::string Clock(absl::Duration duration) {
  constexpr int64_t kSecondsPerMinute = 60;
  constexpr int64_t kMinutesPerHour = 60;
  const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)));
  const int64_t minutes = seconds / kSecondsPerMinute;
  if (minutes < kMinutesPerHour) {
    return absl::StrFormat("%d:%02d", minutes, seconds % kSecondsPerMinute);
  }
  return absl::StrFormat("%d:%02d:%02d", minutes / kMinutesPerHour, minutes % kMinutesPerHour,
                         seconds % kSecondsPerMinute);
}

}  // namespace usher::cli
