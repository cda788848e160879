// MinuteLedger: the minutes of an account as a decision in progress has left them: what is still to
// be had of each grant, and which grant a minute belongs to (R24).
//
// Reads the account and keeps only the differences, so that a decision costs what it touches. A
// short-lived value within one decision; one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/account.h"
#include "entitlement/ids.h"
#include "entitlement/voice.h"

namespace usher::entitlement {

inline constexpr absl::Duration kMinute = absl::Minutes(1);

// How many minutes that are counted from `connect_time` on begin before `time`; none where it is
// not later.
int64_t MinutesBegunBefore(absl::Time connect_time, absl::Time time);

// R25: connected time, in whole microseconds, in full minutes, rounded up once.
int64_t BilledMinutes(absl::Duration connected);

class MinuteLedger {
 public:
  // `now`: the instant of the decision; everything due before it has been carried out.
  MinuteLedger(const Account& account, absl::Time now) : voice_(account.voice), now_(now) {}

  absl::Time now() const { return now_; }

  int64_t RemainingOf(const MinuteGrant& grant) const;
  int64_t UnheldOf(const MinuteGrant& grant) const;

  // Whether the grant may be charged for a minute that begins at `time`: it has not lapsed since,
  // and where it is a purchase, the account has a voice package then (R23).
  bool Valid(const MinuteGrant& grant, absl::Time time) const;
  // The same whether or not it has lapsed since: what was reserved in time may still be charged to
  // it (R24).
  bool WasValid(const MinuteGrant& grant, absl::Time time) const;

  // The grant that a minute beginning at `time` is taken from: of those that are valid and have a
  // minute left the first in the order of consumption; null where there is none. Holds count for
  // nothing here, only what is reserved or charged.
  const MinuteGrant* Best(absl::Time time) const;

  // The next instant after `time` ≤ now at which another grant may become the best.
  absl::Time NextTurn(absl::Time time, const MinuteGrant* best) const;

  // Minutes reserved or charged; minutes held or charged. Negative gives them back.
  void Use(GrantId grant, int64_t minutes) { DifferenceOf(grant).used += minutes; }
  void Hold(GrantId grant, int64_t minutes) { DifferenceOf(grant).held += minutes; }

 private:
  struct Difference {
    GrantId grant;
    int64_t used = 0;
    int64_t held = 0;
  };

  Difference& DifferenceOf(GrantId grant);
  const Difference* FindDifference(GrantId grant) const;
  bool PackageActiveAt(absl::Time time) const;

  const Voice& voice_;
  const absl::Time now_;
  // A decision touches two or three grants.
  std::vector<Difference> differences_;
};

}  // namespace usher::entitlement
