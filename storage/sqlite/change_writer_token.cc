#include "storage/sqlite/change_writer.h"
#include "storage/sqlite/error.h"

namespace usher::storage {

using entitlement::Change;

namespace {

absl::Status WriteServerRevision(Database& database, const Change& change) {
  return database.RunOnOneRow("UPDATE meta SET server_revision = ?", change.revision);
}

}  // namespace

absl::Status Write(Database& database, const Change& change,
                   const entitlement::TokenCreated& created) {
  const entitlement::Token& token = created.token;
  USHER_RETURN_IF_ERROR(database.Run(
      "INSERT INTO token (token_id, display_name, role, account_id, digest, create_time,"
      " expire_time) VALUES (?, ?, ?, ?, ?, ?, ?)",
      token.id, token.display_name, token.role, token.account, Blob{token.digest},
      token.create_time, token.expire_time));
  return WriteServerRevision(database, change);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::TokenRevoked& revoked) {
  USHER_RETURN_IF_ERROR(
      database.RunOnOneRow("UPDATE token SET revoke_time = ? WHERE token_id = ?"
                           " AND revoke_time IS NULL",
                           change.event_time, revoked.id));
  return WriteServerRevision(database, change);
}

}  // namespace usher::storage
