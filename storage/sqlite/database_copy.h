// Copies a database that is in use into a file of its own, by SQLite's online backup.
//
// The copy is of one instant, whatever the writer does meanwhile; the write-ahead log can't start
// anew until it is made. Pure of state; one thread for one database.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/sqlite/database.h"
#include "storage/upkeep.h"

namespace usher::storage {

// What a copy leaves free on the disk, for the server to go on writing.
inline constexpr int64_t kDiskLeftFree = int64_t{64} * 1024 * 1024;

// Copies `database`, a reader, to `path`, whose file must not be there, and takes its name away
// again: from then on only the returned object knows it. Errors as Upkeep::Copy.
absl::StatusOr<std::unique_ptr<StoreCopy>> CopyToUnnamedFile(Database& database,
                                                             const std::string& path,
                                                             const Upkeep::CopyProgress& progress);

// Removes what a process that was killed may have left at `path`.
void RemoveLeftoverCopy(const std::string& path);

}  // namespace usher::storage
