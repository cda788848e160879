// How calls end, whoever ends them (R25–R27). Internal to the core. Pure functions.
#pragma once

#include "absl/time/time.h"
#include "entitlement/change_list.h"
#include "entitlement/ids.h"
#include "entitlement/reservation.h"
#include "entitlement/types.h"
#include "entitlement/voice.h"

namespace usher::entitlement {

// The change that ends the call with that bill, in effect at the list's event time.
void AddEnd(AccountNo account, const Call& call, CallEndReason reason, const Bill& bill,
            ChangeList& changes);

// Ends a call without its caller: it was connected until `time`, or until its last durable sign of
// life where nobody has been heard of it since it was loaded.
void EndUnasked(AccountNo account, const Call& call, CallEndReason reason, absl::Time time,
                Reservations& reservations, ChangeList& changes);

}  // namespace usher::entitlement
