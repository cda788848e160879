// Reservations: what a decision does to the minutes that calls have (R24–R27; voice.h tells of
// holds and of what a crash can cost whom).
//
// It works out reservations and charges one after the other on a ledger, and then writes down what
// became of the holds. Internal to the core. A short-lived value within one decision; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "entitlement/change_list.h"
#include "entitlement/ledger.h"
#include "entitlement/voice.h"

namespace usher::entitlement {

// How a call stands after the decision.
struct Reservation {
  MinuteSpans hold;
  int64_t reserved = 0;
  bool final_minute = false;
};

// What a call that ends comes to.
struct Bill {
  std::optional<absl::Time> connect_time;
  absl::Duration connected_duration;
  MinuteSpans charges;
};

class Reservations {
 public:
  Reservations(const Account& account, absl::Time now)
      : voice_(account.voice), ledger_(account, now) {}

  // The grant of a new call's first minute, which is taken; unset where none has one left.
  std::optional<GrantId> TakeFirstMinute();

  // A live call lives on to `lease_end` at least: reserves every minute that begins before it, as
  // far as there are any. It reserves no further than to the next month's grant: what that brings
  // is not known before. `sign`: the caller said so. Cheap where nothing or memory only changes.
  // Returns the reserved minutes and final_minute that it has now.
  struct Extent {
    int64_t reserved = 0;
    bool final_minute = false;
  };
  Extent Extend(const Call& call, absl::Time lease_end, bool sign);

  // The callee answered at `connect_time`.
  Reservation Connect(const Call& call, absl::Time connect_time, absl::Time lease_end);

  // The call ends after so long a connected time. Reserved minutes are charged as reserved; what is
  // beyond them, as far as grants still hold any; the rest of its hold is given back. `connected`
  // unset: it never connected, and costs nothing.
  Bill End(const Call& call, std::optional<absl::Time> connect_time, absl::Duration connected);

  // R27: a call that the server had ended was connected for so long.
  Bill Adjust(const EndedCall& call, std::optional<absl::Time> connect_time,
              absl::Duration connected);

  // Writes a CallHeld for every call whose hold or final_minute is another now and that no other
  // change tells of.
  void AddHolds(AccountNo account, ChangeList& changes) const;

 private:
  struct Pending {
    CallNo no;
    Reservation now;
    // The call's own change tells of it.
    bool told = false;
    bool extended = false;
    bool sign = false;
  };
  static Extent ExtentOf(const Pending& pending) {
    return {.reserved = pending.now.reserved, .final_minute = pending.now.final_minute};
  }

  // Takes the call out of the account's state: from now on `Pending` is what it has. What it held
  // beyond its reservation is given back.
  Pending& Open(const Call& call);
  // A call that rang: its first minute stays with the grant that it was reserved from, unless that
  // one was not valid at `connect_time` and another is.
  void BeginAt(Pending& pending, absl::Time connect_time);
  // Reserves up to `lease_end`, and holds some minutes ahead.
  void Fill(Pending& pending, ApplicationNo application, absl::Time connect_time,
            absl::Time lease_end);
  // Takes `count` minutes, of which the first begins at `begin`, that have begun or are over: those
  // that no grant covers belong to none.
  MinuteSpans TakeBegun(absl::Time begin, int64_t count);
  // As many as there are of `count` minutes that are to come.
  MinuteSpans TakeAhead(absl::Time begin, int64_t count);
  void Take(const MinuteGrant& grant, int64_t minutes, MinuteSpans& spans);
  // Cuts holds of other calls back until the grant has so many minutes that nobody holds.
  void CutBack(const MinuteGrant& grant, int64_t minutes);
  void HoldAhead(Pending& pending, absl::Time connect_time, absl::Time horizon);
  // Whether the tail of its hold is what would be reserved now.
  bool TailServes(const Call& call, int64_t reserved) const;
  void GiveBack(const MinuteSpans& hold, int64_t from, int64_t reserved);

  // The end of what can be reserved for calls of the application now, whatever their leases say.
  struct Horizon {
    // Package and months: no minute from here on can be had.
    absl::Time end;
    // The next grant of the account; minutes from here on are not asked for yet.
    absl::Time next_grant;
  };
  Horizon HorizonOf(ApplicationNo application);
  int64_t Needed(const Call& call, absl::Time lease_end);

  const Voice& voice_;
  MinuteLedger ledger_;
  // Calls whose hold changes, and those whose reservation moves within it.
  std::deque<Pending> pending_;
  absl::flat_hash_map<CallNo, size_t> pending_index_;
  absl::flat_hash_map<CallNo, int64_t> moved_;
  // Of the application that was asked for last, as commands are about one.
  ApplicationNo horizon_of_;
  Horizon horizon_;
};

}  // namespace usher::entitlement
