// When a refused agent could get a license without a purchase: by a reset (R18), now or next month.
//
// Pure functions; any thread that may read the units.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "entitlement/application.h"
#include "entitlement/context.h"
#include "entitlement/types.h"
#include "entitlement/units.h"

namespace usher::entitlement {

// The earliest instant at which a reset would let the refused agent in, if everybody else stays as
// they are: now where the month's allowance has a reset left, else the first instant of the next
// month. Later than either, at a drain deadline, where agents that drain are served before it
// (R16). Unset where no reset helps: every holder is active, or those that are not hold licenses
// that expire before then.
// `agent` is the refused email's own record, null where it has none. Costs nothing much where a
// reset helps at once or all holders are active; else it looks at the licenses that expire by then.
std::optional<absl::Time> EarliestRelief(const Units& units, const Agent* agent,
                                         std::optional<Edition> requested, const Context& context);

// The soonest expiry among the unexpired agent licenses that may serve `requested`.
std::optional<absl::Time> NextExpireTime(const Application& application,
                                         std::optional<Edition> requested);

}  // namespace usher::entitlement
