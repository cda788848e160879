// Voice AI calls and minutes as `usher` prints them. Pure functions.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "client/cli/table.h"
#include "client/cli/times.h"
#include "usher/v1/voice_service.pb.h"

namespace usher::cli {

// All that is known of one call.
Facts FactsOf(const v1::Call& call, const Times& times);

// Calls, a line for each. Of one that has ended the state is what ended it.
Table CallsTable(const v1::ListCallsResponse& calls, const Times& times);

Table ExtensionsTable(const v1::ExtendCallsResponse& response, const Times& times);

// The lots of minutes in the order in which they burn.
Table GrantsTable(const v1::GetVoiceBalanceResponse& balance, const Times& times);

// How many calls each application may have at once, and has.
Table SlotsTable(const v1::GetVoiceBalanceResponse& balance);

// "4,250 minutes, 2026-12-01 00:00 CET (in 5 d)": what is lost next where nobody uses it, of all
// grants that lapse then; empty where nothing is.
std::string NextLapse(const v1::GetVoiceBalanceResponse& balance, const Times& times);

// "4:10", "1:02:05"; what is part of a second counts as a whole one.
std::string Clock(absl::Duration duration);

}  // namespace usher::cli
