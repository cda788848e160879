// Puts a backup where a server will find it. Without a server, and only where none is at work.
//
// Works as a whole or not at all: until the last step, which is one rename, a server that is
// started finds what was there before. One thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "storage/offline/backup_file.h"

namespace usher::storage {

// How much is left out when a restored database gives out session ids, revisions and numbers of
// calls anew: more than a server can have given out after the backup was made.
inline constexpr int64_t kNumbersLeftOut = 1'000'000'000;

struct RestoreOptions {
  std::string file;
  // Created where it is not there.
  std::string data_dir;
  // Moves a database that is there aside; else it is an error.
  bool replace = false;
};

struct Restored {
  // As the file has them, but for the id of the database, which is a new one.
  BackupFacts facts;
  // Where the database that was there is now; empty where there was none.
  std::string moved_to;
};

// Errors are sentences, those of CheckBackupFile and: kFailedPrecondition where a server is at work
// on the directory, kAlreadyExists where it has a database and may not be replaced,
// kResourceExhausted where there is no room.
absl::StatusOr<Restored> RestoreBackup(const RestoreOptions& options);

}  // namespace usher::storage
