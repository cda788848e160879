// The functional core (design section 2): what a command leads to, and what time does by itself.
//
// Pure functions of their arguments: no I/O, no clock, no randomness, no thread. A decision never
// alters state; it answers with a reply and the list of changes, or with a refusal. Whoever applies
// the changes calls Settle afterwards, within the same transaction, until it has no more to say.
// Before a command is decided on units, everything due on them up to `context.now` must have been
// carried out (NextDue > now).
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/change.h"
#include "entitlement/command.h"
#include "entitlement/context.h"
#include "entitlement/refusal.h"
#include "entitlement/reply.h"
#include "entitlement/units.h"

namespace usher::entitlement {

struct Outcome {
  std::variant<Reply, Refusal> result;
  // Beside a refusal: nothing but the denial counter (R17).
  std::vector<Change> changes;

  bool refused() const { return std::holds_alternative<Refusal>(result); }
};

// One file each: decide_login.cc, decide_reset.cc, …
Outcome Decide(const Units& units, const Command& command, const Context& context);

// R31: what is wrong with the command's fields by the catalog or the clock, which the wire layer
// knows nothing of. Decide refuses it as well; whoever finds another reason to refuse the command
// asks before.
std::optional<Refusal> CheckFields(const Command& command, const Context& context);

// R16, R21: what follows in the same command once its changes are applied. Holders that wait for a
// license of their pool move to idle ones, in the order of license_id; those that find none begin
// to drain. Of ended sessions beyond what an application remembers (limits.h), the oldest are
// forgotten. Empty when all is settled. `since` is the instant that the change took effect (the
// drain period counts from it).
std::vector<Change> Settle(const Units& units, absl::Time since, const Context& context);

// The next instant at which time itself changes something in the units: InfiniteFuture where never.
// Leases are apart.
absl::Time NextDue(const Account& account, const Policy& policy);
absl::Time NextDue(const Application& application, const Policy& policy);

// NextDue of what has to happen even where nobody loads the application: expiries, drain deadlines,
// lapses. Figures of the month and ended sessions can wait for the next load.
absl::Time NextStoredDue(const Application& application, const Policy& policy);
// The same of an account: its zone, lapses and months of minutes, must_end_times.
absl::Time NextStoredDue(const Account& account);

// All that falls due at exactly the instant `due` = NextDue(…) ≤ now; event_time is `due`. The
// caller applies it and asks again. The account's own part is decided with `units.application`
// null.
std::vector<Change> DecideDue(const Units& units, absl::Time due, const Context& context);

// Whether the command is decided on the state of the application that it names. Calls are the
// account's, so theirs are not: they need no more of it than its entry in the account.
bool NeedsApplication(const Command& command);

// R14, R21: ends the sessions and phones whose leases ran out (TakeRunOutLeases, apply.h), in the
// order given.
std::vector<Change> DecideLeases(const Units& units, const std::vector<LeaseHolder>& run_out,
                                 const Context& context);

// R27: the same for calls, which are billed to their last durable sign of life.
std::vector<Change> DecideLeases(const Units& units, const std::vector<CallNo>& run_out,
                                 const Context& context);

}  // namespace usher::entitlement
