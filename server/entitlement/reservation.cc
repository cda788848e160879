#include "entitlement/reservation.h"

#include <algorithm>
#include <utility>

#include "entitlement/check.h"

namespace usher::entitlement {
namespace {

// A hold goes ahead by no more than this part of what nobody holds, shared among the live calls: so
// holds are long while there is plenty, and near its end nobody holds what others may need.
constexpr int64_t kShareAhead = 4;

// Cutting holds back looks through all calls, so it makes some room for the next ones, too.
constexpr int64_t kSpareMinutes = 60;

// Minutes of `grant` in the spans behind the first `reserved` minutes.
int64_t AheadOf(const MinuteSpans& hold, int64_t reserved, GrantId grant) {
  int64_t ahead = 0;
  int64_t begin = 0;
  for (const MinuteSpan& span : hold) {
    const int64_t end = begin + span.minutes;
    if (span.grant == grant) ahead += std::max<int64_t>(0, end - std::max(begin, reserved));
    begin = end;
  }
  return ahead;
}

}  // namespace

std::optional<GrantId> Reservations::TakeFirstMinute() {
  const MinuteGrant* best = ledger_.Best(ledger_.now());
  if (best == nullptr) return std::nullopt;
  MinuteSpans spans;
  Take(*best, 1, spans);
  return best->id;
}

Reservations::Horizon Reservations::HorizonOf(ApplicationNo application) {
  if (application == horizon_of_) return horizon_;
  const VoiceApplication* own = voice_.Find(application);
  Horizon horizon{.end = own != nullptr ? own->PackageEnd() : absl::InfinitePast(),
                  .next_grant = absl::InfiniteFuture()};
  // A package that ends before the next month begins has nothing to hope for.
  if (!voice_.next_grants.empty() && voice_.next_grants.begin()->first < horizon.end) {
    horizon.next_grant = voice_.next_grants.begin()->first;
  }
  horizon_of_ = application;
  horizon_ = horizon;
  return horizon;
}

int64_t Reservations::Needed(const Call& call, absl::Time lease_end) {
  const absl::Time until = std::min(lease_end, HorizonOf(call.application).next_grant);
  return std::max<int64_t>(1, MinutesBegunBefore(*call.connect_time, until));
}

Reservations::Extent Reservations::Extend(const Call& call, absl::Time lease_end, bool sign) {
  if (!call.connect_time) return {.reserved = call.reserved};
  // One whose hold was cut back for another call of the batch still has its turn.
  Pending* pending = nullptr;
  if (const auto known = pending_index_.find(call.no); known != pending_index_.end()) {
    pending = &pending_[known->second];
    if (pending->extended) return ExtentOf(*pending);
  }
  if (const auto seen = moved_.find(call.no); seen != moved_.end()) {
    return {.reserved = seen->second};
  }
  const int64_t needed = Needed(call, lease_end);
  if (!call.final_minute && pending == nullptr) {
    if (needed <= call.reserved) return {.reserved = call.reserved};
    if (TailServes(call, needed)) {
      int64_t begin = 0;
      for (const MinuteSpan& span : call.hold) {
        const int64_t end = begin + span.minutes;
        const int64_t taken = std::min(end, needed) - std::max(begin, call.reserved);
        if (taken > 0) ledger_.Use(span.grant, taken);
        begin = end;
      }
      moved_.emplace(call.no, needed);
      return {.reserved = needed};
    }
  }
  if (pending == nullptr) pending = &Open(call);
  pending->extended = true;
  pending->sign = sign;
  Fill(*pending, call.application, *call.connect_time, lease_end);
  return ExtentOf(*pending);
}

bool Reservations::TailServes(const Call& call, int64_t reserved) const {
  // Minutes that began unreserved are another matter.
  if (MinutesBegunBefore(*call.connect_time, ledger_.now()) > call.reserved) return false;
  int64_t begin = 0;
  for (const MinuteSpan& span : call.hold) {
    const int64_t end = begin + span.minutes;
    const int64_t first = std::max(begin, call.reserved);
    if (first < std::min(end, reserved)) {
      const MinuteGrant* best = ledger_.Best(*call.connect_time + first * kMinute);
      if (best == nullptr || best->id != span.grant) return false;
      if (ledger_.RemainingOf(*best) < std::min(end, reserved) - first) return false;
    }
    begin = end;
  }
  return begin >= reserved;
}

Reservation Reservations::Connect(const Call& call, absl::Time connect_time, absl::Time lease_end) {
  Pending& pending = Open(call);
  pending.told = true;
  BeginAt(pending, connect_time);
  Fill(pending, call.application, connect_time, lease_end);
  return pending.now;
}

void Reservations::BeginAt(Pending& pending, absl::Time connect_time) {
  const MinuteGrant* first = voice_.Find(pending.now.hold.front().grant);
  if (first != nullptr && ledger_.WasValid(*first, connect_time)) return;
  const MinuteGrant* best = ledger_.Best(connect_time);
  if (best == nullptr) return;
  GiveBack(pending.now.hold, 0, pending.now.reserved);
  pending.now.hold.clear();
  Take(*best, 1, pending.now.hold);
}

Bill Reservations::End(const Call& call, std::optional<absl::Time> connect_time,
                       absl::Duration connected) {
  Pending& pending = Open(call);
  pending.told = true;
  Bill bill{.connect_time = connect_time, .connected_duration = connected, .charges = {}};
  int64_t minutes = 0;
  if (connect_time) {
    minutes = BilledMinutes(connected);
    if (!call.connect_time && minutes > 0) BeginAt(pending, *connect_time);
    bill.charges = FirstOf(pending.now.hold, minutes);
  }
  GiveBack(pending.now.hold, minutes, pending.now.reserved);
  const int64_t beyond = minutes - pending.now.reserved;
  pending.now = {};
  if (beyond > 0) {
    const absl::Time begin = *connect_time + (minutes - beyond) * kMinute;
    for (const MinuteSpan& span : TakeBegun(begin, beyond)) Append(bill.charges, span);
  }
  return bill;
}

Bill Reservations::Adjust(const EndedCall& call, std::optional<absl::Time> connect_time,
                          absl::Duration connected) {
  Bill bill{.connect_time = connect_time, .connected_duration = connected, .charges = {}};
  if (!connect_time) return bill;
  const int64_t minutes = BilledMinutes(connected);
  const int64_t charged = MinutesOf(call.charges);
  bill.charges = FirstOf(call.charges, minutes);
  if (minutes > charged) {
    const absl::Time begin = *connect_time + charged * kMinute;
    for (const MinuteSpan& span : TakeBegun(begin, minutes - charged)) Append(bill.charges, span);
  }
  return bill;
}

void Reservations::AddHolds(AccountNo account, ChangeList& changes) const {
  for (const Pending& pending : pending_) {
    if (pending.told) continue;
    const Call& call = voice_.calls.at(pending.no);
    if (pending.now.hold == call.hold && pending.now.final_minute == call.final_minute) continue;
    changes.AddFor(
        account, call.application,
        CallHeld{.no = call.no,
                 .hold = pending.now.hold,
                 .reserved = pending.now.reserved,
                 .final_minute = pending.now.final_minute,
                 .sign_time = pending.sign ? std::optional(ledger_.now()) : std::nullopt});
  }
}

void Reservations::Fill(Pending& pending, ApplicationNo application, absl::Time connect_time,
                        absl::Time lease_end) {
  const Horizon horizon = HorizonOf(application);
  const absl::Time asked = std::min(lease_end, horizon.next_grant);
  // A minute that begins now has begun.
  const int64_t begun = MinutesBegunBefore(connect_time, ledger_.now() + absl::Microseconds(1));
  const int64_t needed = std::max(begun, MinutesBegunBefore(connect_time, asked));
  const int64_t to_be_had =
      std::min(needed, MinutesBegunBefore(connect_time, std::min(asked, horizon.end)));
  const auto add = [&pending](const MinuteSpans& spans) {
    for (const MinuteSpan& span : spans) Append(pending.now.hold, span);
    pending.now.reserved += MinutesOf(spans);
  };
  const auto next_begin = [&pending, connect_time] {
    return connect_time + pending.now.reserved * kMinute;
  };
  if (pending.now.reserved < begun) add(TakeBegun(next_begin(), begun - pending.now.reserved));
  if (pending.now.reserved < to_be_had) {
    add(TakeAhead(next_begin(), to_be_had - pending.now.reserved));
  }
  pending.now.final_minute = pending.now.reserved < needed;
  if (!pending.now.final_minute) {
    HoldAhead(pending, connect_time, std::min(horizon.next_grant, horizon.end));
  }
}

void Reservations::HoldAhead(Pending& pending, absl::Time connect_time, absl::Time horizon) {
  const absl::Time begin = connect_time + pending.now.reserved * kMinute;
  const MinuteGrant* best = ledger_.Best(begin);
  if (best == nullptr) return;
  const auto calls = static_cast<int64_t>(voice_.calls.size()) + 1;
  const int64_t step = std::min({kHoldStepMinutes, ledger_.UnheldOf(*best) / (kShareAhead * calls),
                                 ledger_.RemainingOf(*best),
                                 MinutesBegunBefore(begin, std::min(horizon, best->expire_time))});
  if (step <= 0) return;
  ledger_.Hold(best->id, step);
  Append(pending.now.hold, {best->id, step});
}

MinuteSpans Reservations::TakeBegun(absl::Time begin, int64_t count) {
  MinuteSpans spans;
  const absl::Time now = ledger_.now();
  while (count > 0) {
    // A minute that is reported before it began is charged as if it began now.
    const absl::Time time = std::min(begin, now);
    const MinuteGrant* best = ledger_.Best(time);
    int64_t minutes = count;
    if (begin <= now) {
      const absl::Time turn = std::min(ledger_.NextTurn(time, best), now + absl::Microseconds(1));
      minutes = std::min(minutes, MinutesBegunBefore(begin, turn));
    }
    if (best != nullptr) {
      minutes = std::min(minutes, ledger_.RemainingOf(*best));
      Take(*best, minutes, spans);
    } else {
      Append(spans, {GrantId(), minutes});
    }
    begin += minutes * kMinute;
    count -= minutes;
  }
  return spans;
}

MinuteSpans Reservations::TakeAhead(absl::Time begin, int64_t count) {
  MinuteSpans spans;
  while (count > 0) {
    const MinuteGrant* best = ledger_.Best(begin);
    if (best == nullptr) break;
    const int64_t minutes =
        std::min({count, ledger_.RemainingOf(*best), MinutesBegunBefore(begin, best->expire_time)});
    Take(*best, minutes, spans);
    begin += minutes * kMinute;
    count -= minutes;
  }
  return spans;
}

void Reservations::Take(const MinuteGrant& grant, int64_t minutes, MinuteSpans& spans) {
  if (ledger_.UnheldOf(grant) < minutes) CutBack(grant, minutes);
  ledger_.Use(grant.id, minutes);
  ledger_.Hold(grant.id, minutes);
  Append(spans, {grant.id, minutes});
}

void Reservations::CutBack(const MinuteGrant& grant, int64_t minutes) {
  std::vector<CallNo> holders;
  for (const auto& [no, call] : voice_.calls) {
    if (pending_index_.contains(no)) continue;
    const auto moved = moved_.find(no);
    const int64_t reserved = moved != moved_.end() ? moved->second : call.reserved;
    if (AheadOf(call.hold, reserved, grant.id) > 0) holders.push_back(no);
  }
  std::sort(holders.begin(), holders.end());
  for (Pending& pending : pending_) {
    if (ledger_.UnheldOf(grant) >= minutes) return;
    // Its own hold ahead is not taken yet, so what is found here is another's.
    if (AheadOf(pending.now.hold, pending.now.reserved, grant.id) == 0) continue;
    GiveBack(pending.now.hold, pending.now.reserved, pending.now.reserved);
    pending.now.hold = FirstOf(pending.now.hold, pending.now.reserved);
  }
  for (const CallNo no : holders) {
    if (ledger_.UnheldOf(grant) >= minutes + kSpareMinutes) return;
    Open(voice_.calls.at(no));
  }
}

Reservations::Pending& Reservations::Open(const Call& call) {
  Reservation now{.hold = call.hold, .reserved = call.reserved, .final_minute = call.final_minute};
  if (const auto moved = moved_.find(call.no); moved != moved_.end()) now.reserved = moved->second;
  GiveBack(now.hold, now.reserved, now.reserved);
  now.hold = FirstOf(now.hold, now.reserved);
  pending_index_.emplace(call.no, pending_.size());
  pending_.push_back({.no = call.no, .now = std::move(now)});
  return pending_.back();
}

void Reservations::GiveBack(const MinuteSpans& hold, int64_t from, int64_t reserved) {
  int64_t begin = 0;
  for (const MinuteSpan& span : hold) {
    const int64_t end = begin + span.minutes;
    const int64_t first = std::max(begin, from);
    if (span.grant && first < end) {
      ledger_.Hold(span.grant, first - end);
      if (first < reserved) ledger_.Use(span.grant, first - std::min(end, reserved));
    }
    begin = end;
  }
}

}  // namespace usher::entitlement
