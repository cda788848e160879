// usher app show: all that an administrator wants to see of an application at one glance.
#pragma once

#include <string>

#include "client/cli/arguments.h"
#include "usher/v1/account_service.pb.h"

namespace usher::cli {

void AddAppShow(Commands& commands, CLI::App& noun);

// "ends 2026-12-09 10:14 CET (in 13 d)", or "ended …". Pure.
std::string TrialSentence(const v1::Application& application, const Times& times);

// "2 of 6 slots taken; 12,893 minutes remaining in the account". Pure.
std::string VoiceSentence(const v1::GetEntitlementsResponse& entitlements);

// "3 of 4 left in 2026-11, whole again 2026-12-01 00:00 CET (in 6 d)". Pure.
std::string ResetsSentence(const v1::ResetAllowance& allowance, const Times& times);

}  // namespace usher::cli
