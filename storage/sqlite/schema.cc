#include "storage/sqlite/schema.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "storage/sqlite/error.h"
#include "storage/sqlite/migrations.h"
#include "storage/sqlite/transaction.h"

namespace usher::storage {
namespace {

absl::StatusOr<int64_t> ReadVersion(Database& database) {
  return ReadNumber(database, "PRAGMA user_version");
}

absl::Status CheckOwnership(Database& database, int64_t version) {
  const absl::StatusOr<int64_t> id = ReadNumber(database, "PRAGMA application_id");
  if (!id.ok()) return id.status();
  const absl::StatusOr<int64_t> tables = ReadNumber(database, "SELECT COUNT(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();
  const bool blank = *id == 0 && version == 0 && *tables == 0;
  if (blank || *id == kApplicationIdPragma) return absl::OkStatus();
  return absl::FailedPreconditionError("the file is a database, but not one of Usher's");
}

absl::Status CheckReferences(Database& database) {
  Rows rows = database.Select("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1");
  std::string table;
  if (rows.Next()) rows.Read(table);
  USHER_RETURN_IF_ERROR(rows.status());
  if (table.empty()) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("a row of the table ", table, " refers to one that is not there"));
}

absl::Status Migrate(Database& database, int64_t from) {
  Transaction transaction(database);
  USHER_RETURN_IF_ERROR(transaction.BeginWrite());
  USHER_RETURN_IF_ERROR(database.Execute(Migrations()[static_cast<size_t>(from)]));
  USHER_RETURN_IF_ERROR(CheckReferences(database));
  USHER_RETURN_IF_ERROR(
      database.Execute(absl::StrCat("PRAGMA application_id = ", kApplicationIdPragma,
                                    "; PRAGMA user_version = ", from + 1)
                           .c_str()));
  return transaction.Commit();
}

}  // namespace

int64_t SchemaVersion() { return static_cast<int64_t>(Migrations().size()); }

absl::Status CheckSchema(Database& database) {
  const absl::StatusOr<int64_t> version = ReadVersion(database);
  if (!version.ok()) return version.status();
  USHER_RETURN_IF_ERROR(CheckOwnership(database, *version));
  if (*version > SchemaVersion()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the database has schema version ", *version, ", but this server knows versions up to ",
        SchemaVersion(), " only: start the newer server that wrote it"));
  }
  return absl::OkStatus();
}

absl::Status MigrateSchema(Database& database) {
  const absl::StatusOr<int64_t> version = ReadVersion(database);
  if (!version.ok()) return version.status();
  if (*version == SchemaVersion()) return absl::OkStatus();
  // A table that others refer to can be replaced only while nobody watches over it. A failure ends
  // the opening, and the connection with it.
  USHER_RETURN_IF_ERROR(database.Execute("PRAGMA foreign_keys = OFF"));
  for (int64_t next = *version; next < SchemaVersion(); ++next) {
    USHER_RETURN_IF_ERROR(Migrate(database, next));
  }
  return database.Execute("PRAGMA foreign_keys = ON");
}

absl::Status RewriteVersion(Database& database) {
  return database.Execute(absl::StrCat("PRAGMA user_version = ", SchemaVersion()).c_str());
}

}  // namespace usher::storage
