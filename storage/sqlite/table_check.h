// Checks a database as SQLite sees it: pages, indices and references between tables. Of one that is
// open for reading SQLite checks no CHECK constraint: who loads the rows has to look at them.
// Pure of state; one thread for one database.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/sqlite/database.h"

namespace usher::storage {

// What is wrong, a sentence each, at most `limit`. A file that can't be read is such a sentence, no
// error. kCancelled where the database's SetGoOn said so.
absl::StatusOr<std::vector<std::string>> CheckDatabaseTables(Database& database, int limit);

}  // namespace usher::storage
