// Execute: one step of the functional core, as the engine, the tests and the replay take it.
//
// It strings together what decide.h and apply.h offer: decide, apply, settle, and the same for what
// time does. Alters only the units that it is given; otherwise as pure as they are. One thread.
#pragma once

#include <vector>

#include "entitlement/apply.h"
#include "entitlement/command.h"
#include "entitlement/context.h"
#include "entitlement/decide.h"
#include "entitlement/units.h"

namespace usher::entitlement {

// Carries out everything that is due by context.now on the account and the application (either may
// be null), in the order of time and each at its own event_time: deadlines, and leases that ran
// out, at one instant in this order. Appends the changes, which are those of actor `system`, to
// `changes`, each deadline's settled.
void CatchUp(const MutableUnits& units, const Context& context, std::vector<Change>& changes);

// Decides the command on units that CatchUp has brought up to context.now; applies and settles its
// changes, and returns them all with the reply or refusal. `context.next_revision` is taken from
// the account. A command that creates a unit finds it blank (no number) in `units`, where the new
// one is put.
Outcome Execute(const MutableUnits& units, const Command& command, Context context);

// The units as a decision sees them: blank ones are absent.
Units ReadOnly(const MutableUnits& units);

}  // namespace usher::entitlement
