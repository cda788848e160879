// How one license stands in the pool counts and indices of its application.
//
// Internal to Apply and Reindex: whatever alters a license, its holder's activity or drain deadline
// takes the license out (Uncount), alters it, and puts it back (Count). Not thread-safe.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "entitlement/application.h"

namespace usher::entitlement {

// What the counts ask of whoever is recorded on a license. By default: nobody is.
struct Holding {
  bool held = false;
  // A phone that is recorded is online, so it always is.
  bool active = false;
  std::optional<absl::Time> drain_deadline;
};

Holding HoldingOf(const Agent& agent);
Holding HoldingOf(const Phone& phone);
// Looks the holder up: for paths that are not hot. A holder without a record counts as held.
Holding HoldingOf(const Application& application, const License& license);

// `granted` and what is by expiry are apart: they follow the license's term, not its holder.
void Count(Application& application, const License& license, const Holding& holding);
void Uncount(Application& application, const License& license, const Holding& holding);

// Whatever alters the term of an unexpired license takes it out before, and puts it back where it
// is unexpired still.
void CountExpiry(Application& application, const License& license);
void UncountExpiry(Application& application, const License& license);

// Puts a lease on the watch.
void Watch(Application& application, LeaseTime check_at, SessionId session);
void Watch(Application& application, LeaseTime check_at, const PhoneId& phone);

// Puts exactly the leases of all live sessions and phones on the watch.
void RebuildWatch(Application& application);

}  // namespace usher::entitlement
