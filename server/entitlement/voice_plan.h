// The months of voice packages (R22): when they end, what they bring, how a purchase and a renewal
// shape them. Internal to the core. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/account.h"
#include "entitlement/change.h"
#include "entitlement/ids.h"
#include "entitlement/voice.h"

namespace usher::entitlement {

// A plan that starts now and has `months` months, the current one included, without lots.
VoicePlan StartPlan(const Account& account, SubscriptionId subscription, std::string product,
                    VoicePeriod period, int months, absl::Time now);

// When the plan ends if it has so many months in all. As far as is known now: a change of zone that
// is yet to come does not move it (R2).
absl::Time EndOfPlan(const Account& account, const VoicePlan& plan, int months, absl::Time now);

// R8: the months of the plan that have started and are not over, or are to come.
int MonthsLeft(const Account& account, const VoicePlan& plan, absl::Time now);

// Adds to what ends at `expire_time`.
void AddLot(VoicePlan& plan, VoiceLot lot);

// R9: `renewed` ends later than the plan, and of what was in force at the plan's end `carried` goes
// on; the rest ends as it would have. Where the plan had ended, its next month is the current one.
VoicePlan RenewPlan(const Account& account, const VoicePlan& plan, int months,
                    absl::Time expire_time, VoiceLot carried, absl::Time now);

// The minutes of the plan's next month, which begins at `time`; what the plan says once they are
// granted. Unset where its lots bring none.
std::optional<MinutesGranted> NextMonth(const Account& account, ApplicationNo application,
                                        const VoicePlan& plan, GrantId id, absl::Time time);

// The id of the next grant.
GrantId NextGrantId(const Voice& voice);

}  // namespace usher::entitlement
