// How each change is written as rows, beside how Apply (entitlement/apply.h) moves the state by it:
// what a load reads back must be the state that Apply has left.
//
// A change that does not fit the rows, as an end of a session that is not live, is kInternal: the
// batch is rolled back. What a change of class kMemory or one that alters no stored state writes is
// nothing. Sessions are stored elsewhere (session_runs.h, recent_sessions.h): what is here of them
// is for the rows that servers before migration 6 have left. Within the writer's transaction.
#pragma once

#include "absl/status/status.h"
#include "entitlement/change.h"
#include "storage/sqlite/database.h"

namespace usher::storage {

absl::Status WriteChange(Database& database, const entitlement::Change& change);

// One function for each change that is stored; WriteChange dispatches to them.

// change_writer_account.cc
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::AccountCreated& created);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::AccountUpdated& updated);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::TimeZoneChanged& changed);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::ApplicationCreated& created);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::ApplicationUpdated& updated);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::ApplicationDeleted& deleted);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::ApplicationUndeleted& undeleted);

// change_writer_license.cc
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::OrderPlaced& placed);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::SubscriptionStored& stored);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::LicensesGranted& granted);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::SubscriptionRenewed& renewed);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::LicensesExpired& expired);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::LicenseBound& bound);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::LicenseReleased& released);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::LicensesReset& reset);

// change_writer_agent.cc
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::SessionStarted& started);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::SessionEnded& ended);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::AgentDrainChanged& changed);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::MobileAnsweringChanged& changed);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::SessionTtlChanged& changed);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::SessionForgotten& forgotten);

// change_writer_phone.cc
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::PhoneOnline& online);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::PhoneMoved& moved);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::PhoneOffline& offline);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::PhoneDraining& draining);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::PhoneTtlChanged& changed);

// change_writer_token.cc
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::TokenCreated& created);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::TokenRevoked& revoked);
// change_writer_voice.cc
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::VoicePlanStored& stored);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::MinutesGranted& granted);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::MinutesExpired& expired);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::CallStarted& started);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::CallConnected& connected);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::CallHeld& held);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::CallTtlChanged& changed);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::CallEnded& ended);
absl::Status Write(Database& database, const entitlement::Change& change,
                   const entitlement::CallAdjusted& adjusted);

}  // namespace usher::storage
