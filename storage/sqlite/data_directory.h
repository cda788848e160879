// DataDirectory: the place that one server process owns: its database, and a lock that keeps a
// second server out.
//
// The lock goes with the object, and with the process however it ends. A plain handle; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace usher::storage {

class DataDirectory {
 public:
  // Creates the directory (mode 0700) where it isn't there, and locks it, and the file "lock" in
  // it, which says whose it is and which earlier versions lock alone. kFailedPrecondition, naming
  // the directory and the process, where another server has it; kUnavailable where it can't be made
  // or written to.
  static absl::StatusOr<std::unique_ptr<DataDirectory>> Open(const std::string& path);
  ~DataDirectory();

  // Whether there is a database in the directory `path`; makes nothing.
  static bool HasDatabase(const std::string& path);

  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  std::string database_path() const;
  // Where a copy of the database is made, before it is handed out.
  std::string copy_path() const;
  // Where a backup is made ready, before it takes the database's place.
  std::string restore_path() const;
  std::string lock_path() const;

  // kDataLoss where the database is missing or empty and its log is not: SQLite would begin another
  // one and write over what the log holds.
  absl::Status CheckLogHasDatabase() const;

  // kUnavailable where a file of that size would not fit: takes the room, and gives it back at
  // once.
  absl::Status CheckRoom(int64_t bytes) const;

 private:
  DataDirectory(std::string path, int directory_fd)
      : path_(std::move(path)), directory_fd_(directory_fd) {}
  absl::Status Lock();
  absl::Status InUse() const;

  const std::string path_;
  const int directory_fd_;
  int lock_fd_ = -1;
};

}  // namespace usher::storage
