// SyncTimer: how long the disk takes for each sync of a connection's write-ahead log.
//
// It stands between SQLite and the open file's own methods, whatever VFS they are of. Threading:
// the observer is called by the thread that uses the connection.
#pragma once

#include <sqlite3.h>

#include <functional>
#include <memory>

#include "absl/time/time.h"

namespace usher::storage {

class SyncTimer {
 public:
  using Observer = std::function<void(absl::Duration)>;

  // `db` is closed before the timer goes. Null where the connection has no log open.
  static std::unique_ptr<SyncTimer> Attach(sqlite3* db, Observer observer);

 private:
  // What the file's pMethods point to: so xSync, which is given the file alone, finds the timer.
  struct Methods {
    sqlite3_io_methods table;
    const sqlite3_io_methods* original;
    const SyncTimer* timer;
  };

  explicit SyncTimer(Observer observer) : observer_(std::move(observer)) {}
  static int Sync(sqlite3_file* file, int flags);

  const Observer observer_;
  Methods methods_ = {};
};

}  // namespace usher::storage
