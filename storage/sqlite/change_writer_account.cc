#include <optional>
#include <string>

#include "storage/sqlite/change_writer.h"

namespace usher::storage {

using entitlement::Change;

absl::Status Write(Database& database, const Change& change,
                   const entitlement::AccountCreated& created) {
  return database.Run(
      "INSERT INTO account (account_no, id, display_name, create_time, zone_name,"
      " revision_ceiling) VALUES (?, ?, ?, ?, ?, 0)",
      change.account, created.id, created.display_name, change.event_time, created.zone_name);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::AccountUpdated& updated) {
  std::optional<std::string> pending_name;
  std::optional<absl::Time> pending_time;
  if (!updated.pending_zone_name.empty()) {
    pending_name = updated.pending_zone_name;
    pending_time = updated.zone_change_time;
  }
  return database.RunOnOneRow(
      "UPDATE account SET display_name = ?, pending_zone_name = ?, pending_zone_time = ?"
      " WHERE account_no = ?",
      updated.display_name, pending_name, pending_time, change.account);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::TimeZoneChanged& changed) {
  return database.RunOnOneRow(
      "UPDATE account SET zone_name = ?, zone_start_time = ?, zone_start_month = ?,"
      " pending_zone_name = NULL, pending_zone_time = NULL WHERE account_no = ?",
      changed.zone_name, change.event_time, changed.month, change.account);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::ApplicationCreated& created) {
  return database.Run(
      "INSERT INTO application (application_no, account_no, id, display_name, create_time,"
      " trial_expire_time, session_ceiling, has_leases) VALUES (?, ?, ?, ?, ?, ?, 0, 0)",
      change.application, change.account, created.id, created.display_name, change.event_time,
      created.trial_expire_time);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::ApplicationUpdated& updated) {
  return database.RunOnOneRow("UPDATE application SET display_name = ? WHERE application_no = ?",
                              updated.display_name, change.application);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::ApplicationDeleted& /*deleted*/) {
  return database.RunOnOneRow("UPDATE application SET delete_time = ? WHERE application_no = ?",
                              change.event_time, change.application);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::ApplicationUndeleted& /*undeleted*/) {
  return database.RunOnOneRow("UPDATE application SET delete_time = NULL WHERE application_no = ?",
                              change.application);
}

}  // namespace usher::storage
