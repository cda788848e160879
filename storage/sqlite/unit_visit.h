// Reads all units of a database for a UnitVisitor (storage/upkeep.h). Pure of state; one thread for
// one database.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "storage/sqlite/database.h"
#include "storage/upkeep.h"

namespace usher::storage {

// Opens a read transaction for each account, so that none is open for long.
absl::Status VisitAllUnits(Database& database, absl::Time ended_since, UnitVisitor& visitor);

}  // namespace usher::storage
