#include "storage/sqlite/change_writer.h"

namespace usher::storage {

using entitlement::Change;

absl::Status Write(Database& database, const Change& change,
                   const entitlement::PhoneOnline& online) {
  return database.Run(
      "INSERT INTO phone (application_no, phone_id, license_id, bind_time, online_time, ttl,"
      " revision) VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)",
      change.application, online.id, online.license, change.event_time, online.ttl,
      change.revision);
}

absl::Status Write(Database& database, const Change& change, const entitlement::PhoneMoved& moved) {
  return database.RunOnOneRow(
      "UPDATE phone SET license_id = ?, bind_time = ?"
      " WHERE application_no = ? AND phone_id = ? AND license_id = ?",
      moved.to, change.event_time, change.application, moved.id, moved.from);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::PhoneOffline& offline) {
  return database.RunOnOneRow("DELETE FROM phone WHERE application_no = ? AND phone_id = ?",
                              change.application, offline.id);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::PhoneDraining& draining) {
  return database.RunOnOneRow(
      "UPDATE phone SET drain_deadline = ? WHERE application_no = ? AND phone_id = ?",
      draining.deadline, change.application, draining.id);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::PhoneTtlChanged& changed) {
  return database.RunOnOneRow("UPDATE phone SET ttl = ? WHERE application_no = ? AND phone_id = ?",
                              changed.ttl, change.application, changed.id);
}

}  // namespace usher::storage
