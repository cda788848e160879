#include "entitlement/execute.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

// Leases that are ended in one go; the rest is taken in the next round of the same CatchUp.
constexpr int kLeasesPerStep = 1000;

Context At(const MutableUnits& units, const Context& context) {
  Context at = context;
  at.next_revision = units.account != nullptr ? units.account->last_revision.next() : Revision(1);
  return at;
}

// What time changes, time answers for.
Context AsSystem(const Context& context) {
  Context system = context;
  system.actor = kSystemActor;
  return system;
}

void ApplyAll(const MutableUnits& units, std::vector<Change> step, std::vector<Change>& changes) {
  for (const Change& change : step) Apply(units, change);
  std::move(step.begin(), step.end(), std::back_inserter(changes));
}

// What can be had without a search for the application's entry.
Units WithoutEntry(const MutableUnits& units) {
  Units view;
  view.directory = units.directory;
  if (units.account != nullptr && units.account->no) view.account = units.account;
  if (units.application != nullptr && units.application->no && view.account != nullptr) {
    view.application = units.application;
  }
  return view;
}

// The entry is found by the name that the command gives: an account may have many applications.
Units UnitsFor(const MutableUnits& units, const Target& target) {
  Units view = WithoutEntry(units);
  if (view.account == nullptr) return view;
  view.entry = view.account->Find(target.application);
  if (view.application == nullptr) return view;
  if (view.entry == nullptr || view.entry->no != view.application->no) return ReadOnly(units);
  return view;
}

void SettleAll(const MutableUnits& units, absl::Time since, const Context& context,
               std::vector<Change>& changes) {
  const Units view = WithoutEntry(units);
  if (view.application == nullptr) return;
  while (true) {
    // Settling is the application's own matter, so it needs no entry.
    std::vector<Change> step = Settle(view, since, At(units, context));
    if (step.empty()) return;
    ApplyAll(units, std::move(step), changes);
  }
}

absl::Time NextDueOf(const Application* application, const Policy& policy) {
  return application != nullptr && application->no ? NextDue(*application, policy)
                                                   : absl::InfiniteFuture();
}

// The last instant of the lease clock before the wall clock showed `due`, which is not to come.
LeaseTime LastBefore(absl::Time due, const Context& context) {
  const absl::Duration since_start = context.lease_now - LeaseTime();
  const absl::Duration late = std::min(context.now - due, since_start);
  return context.lease_now + (-late - absl::Microseconds(1));
}

// Leases of the application that ran out by `until`: one instant after the other, as what one sets
// free may serve somebody before the next does. Whether any did.
bool CatchUpLeases(const MutableUnits& units, LeaseTime until, const Context& context,
                   std::vector<Change>& changes) {
  bool any = false;
  for (LeaseTime next; (next = NextLeaseCheck(*units.application)) <= until;) {
    const std::vector<LeaseHolder> run_out =
        TakeRunOutLeases(*units.application, next, kLeasesPerStep);
    if (run_out.empty()) continue;
    any = true;
    ApplyAll(units, DecideLeases(ReadOnly(units), run_out, At(units, context)), changes);
    SettleAll(units, WallTimeOf(next, context), context, changes);
  }
  return any;
}

// The same of the account's calls, which set nothing free that others wait for.
bool CatchUpCalls(const MutableUnits& units, LeaseTime until, const Context& context,
                  std::vector<Change>& changes) {
  bool any = false;
  while (NextLeaseCheck(*units.account) <= until) {
    const std::vector<CallNo> run_out = TakeRunOutLeases(*units.account, until, kLeasesPerStep);
    if (run_out.empty()) continue;
    any = true;
    Units view = WithoutEntry(units);
    view.application = nullptr;
    ApplyAll(units, DecideLeases(view, run_out, At(units, context)), changes);
  }
  return any;
}

}  // namespace

Units ReadOnly(const MutableUnits& units) {
  Units view = WithoutEntry(units);
  if (view.application != nullptr) view.entry = view.account->Find(view.application->no);
  return view;
}

void CatchUp(const MutableUnits& units, const Context& context, std::vector<Change>& changes) {
  if (units.account == nullptr || !units.account->no) return;
  const Context system = AsSystem(context);
  const bool has_application = units.application != nullptr && units.application->no;
  while (true) {
    const absl::Time account_due = NextDue(*units.account, *context.policy);
    const absl::Time application_due = NextDueOf(units.application, *context.policy);
    const absl::Time due = std::min(account_due, application_due);
    const bool none_due = due > context.now;
    // R16: who is active when a license expires is known once the leases that ran out before are
    // ended. That may alter what is due next.
    const LeaseTime until = none_due ? context.lease_now : LastBefore(due, context);
    bool any_ran_out = CatchUpCalls(units, until, system, changes);
    if (has_application) any_ran_out |= CatchUpLeases(units, until, system, changes);
    if (any_ran_out) continue;
    if (none_due) return;
    Units view = ReadOnly(units);
    // The account first: what its applications do at that instant goes by its new month.
    if (account_due == due) view.application = nullptr;
    ApplyAll(units, DecideDue(view, due, At(units, system)), changes);
    if (view.application != nullptr) SettleAll(units, due, system, changes);
  }
}

Outcome Execute(const MutableUnits& units, const Command& command, Context context) {
  Outcome outcome = Decide(UnitsFor(units, command.target), command, At(units, context));
  for (const Change& change : outcome.changes) Apply(units, change);
  if (!outcome.changes.empty() && !outcome.refused())
    SettleAll(units, context.now, context, outcome.changes);
  return outcome;
}

}  // namespace usher::entitlement
