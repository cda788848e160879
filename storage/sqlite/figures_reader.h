// Reads what storage/upkeep.h tells of a database as a whole. Pure of state, any thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "storage/sqlite/database.h"
#include "storage/upkeep.h"

namespace usher::storage {

// `path` is the file of `database`. Within the caller's read transaction.
absl::StatusOr<StoreFigures> ReadStoreFigures(Database& database, const std::string& path);

}  // namespace usher::storage
