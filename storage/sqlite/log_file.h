// LogFile: the write-ahead log of a connection that writes, between SQLite and the file's own
// methods, whatever VFS they are of.
//
// It gathers what SQLite writes one behind the other, two pieces for each page, and writes it as
// one when the log is synced, so that a commit is one write and one sync. And it tells how long the
// disk takes for each sync. And it knows every way in which a disk may be full.
// What is gathered is nobody's yet: a commit syncs the log before it shows anybody what it wrote
// there, and a rollback drops it. That is so with synchronous=FULL, and on a disk of which SQLite
// needs not think that a write may spoil what stands beside it: on any other nothing is gathered.
// Threading: of the connection; the observer is called by the thread that uses it.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"

namespace usher::storage {

// A larger commit is written in several pieces: SQLite's own VFS takes no more bytes than this at
// once (the mask in seekAndWriteFd, os_unix.c).
inline constexpr size_t kGatheredBytesMax = 0x1ffff;

class LogFile {
 public:
  using Observer = std::function<void(absl::Duration)>;

  // `db` syncs each commit, and is closed before this goes. Null where it has no log open.
  // `observer` may be null.
  static std::unique_ptr<LogFile> Attach(sqlite3* db, Observer observer);

 private:
  // What the file's pMethods point to: so a method, which is given the file alone, finds us.
  struct Methods {
    sqlite3_io_methods table;
    LogFile* self;
  };

  explicit LogFile(Observer observer);
  static void Drop(void* self);
  static LogFile& Of(sqlite3_file* file);
  static int Close(sqlite3_file* file);
  static int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset);
  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset);
  static int Truncate(sqlite3_file* file, sqlite3_int64 size);
  static int Sync(sqlite3_file* file, int flags);
  static int FileSize(sqlite3_file* file, sqlite3_int64* size);

  // A quota that is used up, or a file that may not grow, is a full disk like any other: SQLite
  // takes nothing but ENOSPC for one, and the rest for a write of which nobody knows what came of
  // it.
  int WriteThrough(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset);
  // Writes what is gathered. Where that fails it stays, so that no sync passes without it.
  int Flush(sqlite3_file* file);
  sqlite3_int64 end() const { return offset_ + static_cast<sqlite3_int64>(gathered_.size()); }

  const Observer observer_;
  const sqlite3_io_methods* original_ = nullptr;
  bool gathers_ = false;
  Methods methods_ = {};
  // What is to be written at offset_.
  std::string gathered_;
  sqlite3_int64 offset_ = 0;
};

}  // namespace usher::storage
