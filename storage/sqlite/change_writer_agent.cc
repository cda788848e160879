#include "storage/sqlite/change_writer.h"
#include "storage/sqlite/error.h"

namespace usher::storage {

using entitlement::Change;
using entitlement::SessionEnded;

absl::Status Write(Database& /*database*/, const Change& /*change*/,
                   const entitlement::SessionStarted& /*started*/) {
  return absl::InternalError("a session that starts is stored in no row of its own");
}

absl::Status Write(Database& database, const Change& change, const SessionEnded& ended) {
  // The agent may have moved to another license since the start.
  return database.RunOnOneRow(
      "UPDATE session SET end_time = ?1, end_reason = ?2,"
      " end_license_id = (SELECT license_id FROM agent WHERE application_no = ?3 AND email = ?4)"
      " WHERE application_no = ?3 AND session_id = ?5 AND end_reason = -1",
      change.event_time, ended.reason, change.application, ended.email, ended.id);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::AgentDrainChanged& changed) {
  return database.RunOnOneRow(
      "UPDATE agent SET drain_deadline = ? WHERE application_no = ? AND email = ?",
      changed.deadline, change.application, changed.email);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::MobileAnsweringChanged& changed) {
  return database.RunOnOneRow(
      "UPDATE agent SET mobile_answering = ?, last_active_time = MAX(last_active_time, ?)"
      " WHERE application_no = ? AND email = ?",
      changed.mode, change.event_time, change.application, changed.email);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::SessionTtlChanged& changed) {
  return database.RunOnOneRow(
      "UPDATE session SET ttl = ?"
      " WHERE application_no = ? AND session_id = ? AND end_reason = -1",
      changed.ttl, change.application, changed.id);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::SessionForgotten& forgotten) {
  // Whoever holds no license any more has no row that could keep the time. Where it was superseded,
  // the session that followed keeps a later one.
  USHER_RETURN_IF_ERROR(database.Run(
      "UPDATE agent SET last_active_time = MAX(last_active_time, session.end_time) FROM session"
      " WHERE session.application_no = ?1 AND session.session_id = ?2"
      " AND session.end_reason <> -1"
      " AND agent.application_no = ?1 AND agent.email = session.email"
      " AND agent.last_active_time < session.end_time",
      change.application, forgotten.id));
  // Those that it superseded ended before it, so they have been forgotten.
  return database.Run("DELETE FROM session WHERE application_no = ?1 AND session_id = ?2",
                      change.application, forgotten.id);
}

}  // namespace usher::storage
