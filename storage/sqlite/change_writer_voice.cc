#include <string>

#include "storage/sqlite/change_writer.h"
#include "storage/sqlite/error.h"
#include "storage/sqlite/spans.h"

namespace usher::storage {

using entitlement::Change;
using entitlement::MinuteSpan;
using entitlement::MinuteSpans;
using entitlement::VoicePlan;

namespace {

// Adds the minutes to what the grants have been charged, or takes them off where negative.
absl::Status WriteCharges(Database& database, const Change& change, const MinuteSpans& spans) {
  for (const MinuteSpan& span : spans) {
    if (!span.grant || span.minutes == 0) continue;
    USHER_RETURN_IF_ERROR(
        database.RunOnOneRow("UPDATE minute_grant SET charged = charged + ?"
                             " WHERE account_no = ? AND grant_id = ?",
                             span.minutes, change.account, span.grant));
  }
  return absl::OkStatus();
}

absl::Status WriteLots(Database& database, const Change& change, const VoicePlan& plan) {
  USHER_RETURN_IF_ERROR(
      database.Run("DELETE FROM voice_lot"
                   " WHERE account_no = ? AND application_no = ? AND subscription_id = ?",
                   change.account, change.application, plan.subscription));
  for (const entitlement::VoiceLot& lot : plan.lots) {
    USHER_RETURN_IF_ERROR(database.Run(
        "INSERT INTO voice_lot (account_no, application_no, subscription_id, expire_time,"
        " concurrency, minutes) VALUES (?, ?, ?, ?, ?, ?)",
        change.account, change.application, plan.subscription, lot.expire_time, lot.concurrency,
        lot.minutes));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Write(Database& database, const Change& change,
                   const entitlement::VoicePlanStored& stored) {
  const VoicePlan& plan = stored.plan;
  USHER_RETURN_IF_ERROR(database.Run(
      "INSERT INTO voice_plan (account_no, application_no, subscription_id, product, period,"
      " start_time, first_month, months, expire_time, months_granted, next_grant_time)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (account_no, application_no, subscription_id) DO UPDATE SET"
      " product = excluded.product, period = excluded.period, start_time = excluded.start_time,"
      " first_month = excluded.first_month, months = excluded.months,"
      " expire_time = excluded.expire_time, months_granted = excluded.months_granted,"
      " next_grant_time = excluded.next_grant_time",
      change.account, change.application, plan.subscription, plan.product, plan.period,
      plan.start_time, plan.first_month, plan.months, plan.expire_time, plan.months_granted,
      plan.next_grant_time));
  return WriteLots(database, change, plan);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::MinutesGranted& granted) {
  USHER_RETURN_IF_ERROR(database.Run(
      "INSERT INTO minute_grant (account_no, grant_id, source, product, application_no,"
      " subscription_id, granted, charged, start_time, expire_time, expired)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, 0)",
      change.account, granted.id, granted.source, granted.product, granted.application,
      granted.subscription, granted.minutes, change.event_time, granted.expire_time));
  if (granted.source != entitlement::GrantSource::kPackage) return absl::OkStatus();
  return database.RunOnOneRow(
      "UPDATE voice_plan SET months_granted = ?, next_grant_time = ?"
      " WHERE account_no = ? AND application_no = ? AND subscription_id = ?",
      granted.months_granted, granted.next_grant_time, change.account, granted.application,
      granted.subscription);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::MinutesExpired& expired) {
  return database.RunOnOneRow(
      "UPDATE minute_grant SET expired = 1"
      " WHERE account_no = ? AND grant_id = ? AND expired = 0",
      change.account, expired.id);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::CallStarted& started) {
  return database.Run(
      "INSERT INTO voice_call (application_no, call_no, account_no, call_id, direction, start_time,"
      " connect_time, ttl, sign_time, final_minute, spans, end_time, connected_duration,"
      " end_reason, settled)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7, ?6, 0, ?8, 9223372036854775807, 0, 0, 0)",
      change.application, started.no, change.account, started.id, started.direction,
      change.event_time, started.ttl, ToText({{.grant = started.grant, .minutes = 1}}));
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::CallConnected& connected) {
  return database.RunOnOneRow(
      "UPDATE voice_call SET connect_time = ?, spans = ?, final_minute = ?,"
      " sign_time = MAX(sign_time, ?)"
      " WHERE application_no = ? AND call_no = ? AND end_reason = 0 AND connect_time IS NULL",
      connected.connect_time, ToText(connected.hold), connected.final_minute, change.event_time,
      change.application, connected.no);
}

absl::Status Write(Database& database, const Change& change, const entitlement::CallHeld& held) {
  return database.RunOnOneRow(
      "UPDATE voice_call SET spans = ?, final_minute = ?,"
      " sign_time = MAX(sign_time, IFNULL(?, sign_time))"
      " WHERE application_no = ? AND call_no = ? AND end_reason = 0",
      ToText(held.hold), held.final_minute, held.sign_time, change.application, held.no);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::CallTtlChanged& changed) {
  return database.RunOnOneRow(
      "UPDATE voice_call SET ttl = ?"
      " WHERE application_no = ? AND call_no = ? AND end_reason = 0",
      changed.ttl, change.application, changed.no);
}

absl::Status Write(Database& database, const Change& change, const entitlement::CallEnded& ended) {
  USHER_RETURN_IF_ERROR(database.RunOnOneRow(
      "UPDATE voice_call SET connect_time = ?, end_time = ?, connected_duration = ?, spans = ?,"
      " end_reason = ?, settled = ?"
      " WHERE application_no = ? AND call_no = ? AND end_reason = 0",
      ended.connect_time, change.event_time, ended.connected_duration, ToText(ended.charges),
      ended.reason, ended.reason == entitlement::CallEndReason::kCompleted, change.application,
      ended.no));
  return WriteCharges(database, change, ended.charges);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::CallAdjusted& adjusted) {
  USHER_RETURN_IF_ERROR(database.RunOnOneRow(
      "UPDATE voice_call SET connect_time = ?, connected_duration = ?, spans = ?, settled = 1"
      " WHERE application_no = ? AND call_no = ? AND end_reason <> 0 AND settled = 0",
      adjusted.connect_time, adjusted.connected_duration, ToText(adjusted.charges),
      change.application, adjusted.no));
  return WriteCharges(database, change, adjusted.differences);
}

}  // namespace usher::storage
