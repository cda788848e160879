// The parts of Apply, one function for each change. Internal to the core: others call Apply
// (apply.h).
//
// What all of them may rely on: the units that the change names are there and are the right ones.
#pragma once

#include "entitlement/change.h"
#include "entitlement/units.h"

namespace usher::entitlement {

// apply_account.cc
void Move(const MutableUnits& units, const Change& change, const AccountCreated& created);
void Move(const MutableUnits& units, const Change& change, const AccountUpdated& updated);
void Move(const MutableUnits& units, const Change& change, const TimeZoneChanged& changed);
void Move(const MutableUnits& units, const Change& change, const ApplicationCreated& created);
void Move(const MutableUnits& units, const Change& change, const ApplicationUpdated& updated);
void Move(const MutableUnits& units, const Change& change, const ApplicationDeleted& deleted);
void Move(const MutableUnits& units, const Change& change, const ApplicationUndeleted& undeleted);

// apply_license.cc
void Move(Application& application, const Change& change, const TrialStarted& started);
void Move(Application& application, const Change& change, const OrderPlaced& placed);
void Move(Application& application, const Change& change, const SubscriptionStored& stored);
void Move(Application& application, const Change& change, const LicensesGranted& granted);
void Move(Application& application, const Change& change, const SubscriptionRenewed& renewed);
void Move(Application& application, const Change& change, const LicensesExpired& expired);
void Move(Application& application, const Change& change, const LicenseBound& bound);
void Move(Application& application, const Change& change, const LicenseReleased& released);
void Move(Application& application, const Change& change, const LicensesReset& reset);
void Move(Application& application, const Change& change, const DenialCounted& counted);
void Move(Application& application, const Change& change, const UsageMonthStarted& started);

// apply_agent.cc
void Move(Application& application, const Change& change, const SessionStarted& started);
void Move(Application& application, const Change& change, const SessionEnded& ended);
void Move(Application& application, const Change& change, const SessionDraining& draining);
void Move(Application& application, const Change& change, const AgentDrainChanged& changed);
void Move(Application& application, const Change& change, const MobileAnsweringChanged& changed);
void Move(Application& application, const Change& change, const SessionTtlChanged& changed);
void Move(Application& application, const Change& change, const SessionRenewed& renewed);
void Move(Application& application, const Change& change, const SessionForgotten& forgotten);

// apply_phone.cc
void Move(Application& application, const Change& change, const PhoneOnline& online);
void Move(Application& application, const Change& change, const PhoneMoved& moved);
void Move(Application& application, const Change& change, const PhoneOffline& offline);
void Move(Application& application, const Change& change, const PhoneDraining& draining);
void Move(Application& application, const Change& change, const PhoneTtlChanged& changed);
void Move(Application& application, const Change& change, const PhoneRenewed& renewed);

// apply_voice.cc
void Move(Account& account, const Change& change, const VoicePlanStored& stored);
void Move(Account& account, const Change& change, const MinutesGranted& granted);
void Move(Account& account, const Change& change, const MinutesExpired& expired);
void Move(Account& account, const Change& change, const CallStarted& started);
void Move(Account& account, const Change& change, const CallConnected& connected);
void Move(Account& account, const Change& change, const CallHeld& held);
void Move(Account& account, const Change& change, const CallTtlChanged& changed);
void Move(Account& account, const Change& change, const CallsExtended& extended);
void Move(Account& account, const Change& change, const CallsContinued& continued);
void Move(Account& account, const Change& change, const CallEnded& ended);
void Move(Account& account, const Change& change, const CallAdjusted& adjusted);
void Move(Account& account, const Change& change, const CallsForgotten& forgotten);

// apply_token.cc
void Move(Directory& directory, const Change& change, const TokenCreated& created);
void Move(Directory& directory, const Change& change, const TokenRevoked& revoked);

// The license of that id, to be altered; a defect where there is none.
License& LicenseAt(Application& application, LicenseId id);

}  // namespace usher::entitlement
