// What is in a backup's file, found out without a server. Changes nothing, not even beside the
// file, which may lie where nothing can be written. Any thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace usher::storage {

struct BackupFacts {
  int64_t bytes = 0;
  int64_t schema_version = 0;
  std::string database_id;
  int64_t accounts = 0;
  int64_t applications = 0;
  int64_t licenses = 0;
  // Of the last event; InfinitePast where there is none.
  absl::Time latest_record_time = absl::InfinitePast();
};

// Problems of a damaged file that the error names.
inline constexpr int kBackupProblemsMax = 5;

// Runs SQLite's integrity check over all of it. Errors are sentences: kNotFound where there is no
// file, kInvalidArgument where it is no backup of Usher's, kFailedPrecondition where it is of a
// newer version than this program knows, kDataLoss where it is damaged, kUnavailable where it can't
// be read.
absl::StatusOr<BackupFacts> CheckBackupFile(const std::string& path);

// The newest form of a database that this program knows.
int64_t KnownSchemaVersion();

}  // namespace usher::storage
