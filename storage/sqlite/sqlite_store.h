// SqliteStore: the store on one SQLite database in a data directory that this process alone owns.
//
// Keeps the promises of store.h and upkeep.h. Beyond them: a failed sync, or an error whose outcome
// is unknown, is final: every later Commit answers kDataLoss, and the truth is read by the next
// process.
//
// One connection writes, and it alone makes checkpoints; a few read-only ones serve the loads and
// reads. Threading as store.h says. Refuses to know: the rules, the wire format.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/store.h"
#include "storage/upkeep.h"

namespace usher::storage {

struct SqliteStoreOptions {
  // Created, with mode 0700, where it isn't there; its parent must be.
  std::string data_dir;
  // Makes a database where there is none; else that is kNotFound, and nothing is made.
  bool create = true;
  // Name of the SQLite VFS; empty for the default one. Tests inject faults by it.
  std::string vfs;
  // How many loads and reads run at a time; more wait.
  int readers = 4;
  // Pages in the write-ahead log from which on the writer checkpoints it between two batches.
  int checkpoint_pages = 1024;
  // Pages from which on reads are held back for a moment, so that the log can start anew.
  int log_pages_max = 16 * 1024;
  // Sessions stored as they came from which on they are brought to runs of their applications.
  int recent_sessions = 64 * 1024;
  // Told how long each sync of the log took, which every commit ends with, and each checkpoint; on
  // the thread of Commit. Null where nobody asks.
  std::function<void(absl::Duration)> on_log_sync;
  std::function<void(absl::Duration)> on_checkpoint;
};

class SqliteStore : public Store, public Upkeep {
 public:
  // Opens the database, made or brought to this version's schema where needed. Errors:
  // kFailedPrecondition where another process holds the directory or the schema is newer than this
  // server; kDataLoss where the file can't be read, or is missing beside its log; kUnavailable
  // otherwise.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const SqliteStoreOptions& options);

  // Random, given when the database was made.
  virtual std::string_view database_id() const = 0;

  // The part of the write-ahead log that is in use, as the last write left it. Any thread.
  virtual int64_t log_bytes() const = 0;
};

}  // namespace usher::storage
