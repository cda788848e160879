// The schema: numbered migrations that bring any older database to this version's form.
//
// A migration that has been released is never edited: a change of form is a new one at the end.
// PRAGMA user_version says how many have been made; PRAGMA application_id says that the file is
// Usher's.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "storage/sqlite/database.h"

namespace usher::storage {

// 'USHR'.
inline constexpr int64_t kApplicationIdPragma = 0x55534852;

// The version that this server reads and writes: the number of its migrations.
int64_t SchemaVersion();

// kFailedPrecondition where the database is of a newer version or not Usher's. Writes nothing.
absl::Status CheckSchema(Database& database);

// Makes the migrations that the database lacks, each in a transaction of its own.
absl::Status MigrateSchema(Database& database);

// Writes the page that has the version, as it is. An UPDATE that alters nothing would write
// nothing. Within a transaction.
absl::Status RewriteVersion(Database& database);

}  // namespace usher::storage
