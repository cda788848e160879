// Apply: the one place where state moves, live, in tests and on replay.
//
// Not thread-safe: the caller owns the units. None of these fail: a change that does not fit the
// state is a defect of the decision that made it, and CHECKs say so.
#pragma once

#include <vector>

#include "entitlement/change.h"
#include "entitlement/policy.h"
#include "entitlement/units.h"

namespace usher::entitlement {

// Moves the units by one change: tables, counters and every index.
void Apply(const MutableUnits& units, const Change& change);

// Builds the indices and pool counts from the tables, for an application whose tables a store has
// just filled.
void Reindex(Application& application);

// The same for an account, whose grants, plans and calls a store has just filled.
void Reindex(Account& account);

// Gives every live session and phone one full ttl from `now` on: what a restart owes them (R30).
void GrantFullLeases(Application& application, LeaseTime now);
// The same for live calls, of which nobody knows whether they outlived the restart: what memory
// alone knew of them is lost, and they are unheard until somebody extends them.
void GrantFullLeases(Account& account, LeaseTime now);

// Takes those whose lease has run out by `now` off the watch, at most `limit`, the longest overdue
// first. The caller ends them (DecideLeases) or drops the application: they are not watched any
// more.
std::vector<LeaseHolder> TakeRunOutLeases(Application& application, LeaseTime now, int limit);

std::vector<CallNo> TakeRunOutLeases(Account& account, LeaseTime now, int limit);

// When to call TakeRunOutLeases next: never late, sometimes early. Infinite where nothing has a
// lease.
LeaseTime NextLeaseCheck(const Application& application);
LeaseTime NextLeaseCheck(const Account& account);

}  // namespace usher::entitlement
