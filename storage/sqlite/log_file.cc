#include "storage/sqlite/log_file.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"

namespace usher::storage {

namespace {

// Where it is not so, SQLite fills the last sector up behind a commit, partly behind the sync.
bool OverwritesSafely(sqlite3* db) {
  sqlite3_file* file = nullptr;
  return sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK &&
         file != nullptr && file->pMethods != nullptr &&
         (file->pMethods->xDeviceCharacteristics(file) & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0;
}

}  // namespace

// Nothing is allocated later: an exception must not pass through SQLite.
LogFile::LogFile(Observer observer) : observer_(std::move(observer)) {
  gathered_.reserve(kGatheredBytesMax);
}

std::unique_ptr<LogFile> LogFile::Attach(sqlite3* db, Observer observer) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK ||
      file == nullptr || file->pMethods == nullptr) {
    return nullptr;
  }
  auto log = absl::WrapUnique(new LogFile(std::move(observer)));
  log->original_ = file->pMethods;
  log->gathers_ = OverwritesSafely(db);
  log->methods_ = {*file->pMethods, log.get()};
  sqlite3_io_methods& table = log->methods_.table;
  // Those of version 3 would lend pages of the file's mapping, which lacks what is gathered.
  table.iVersion = 2;
  table.xClose = Close;
  table.xRead = Read;
  table.xWrite = Write;
  table.xTruncate = Truncate;
  table.xSync = Sync;
  table.xFileSize = FileSize;
  file->pMethods = &table;
  sqlite3_rollback_hook(db, Drop, log.get());
  return log;
}

void LogFile::Drop(void* self) { static_cast<LogFile*>(self)->gathered_.clear(); }

LogFile& LogFile::Of(sqlite3_file* file) {
  return *reinterpret_cast<const Methods*>(file->pMethods)->self;
}

int LogFile::WriteThrough(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const int code = original_->xWrite(file, data, size, offset);
  if (code != SQLITE_IOERR_WRITE) return code;
  int error = 0;
  original_->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error);
  return error == EDQUOT || error == EFBIG ? SQLITE_FULL : code;
}

int LogFile::Flush(sqlite3_file* file) {
  if (gathered_.empty()) return SQLITE_OK;
  const int code =
      WriteThrough(file, gathered_.data(), static_cast<int>(gathered_.size()), offset_);
  if (code == SQLITE_OK) gathered_.clear();
  return code;
}

int LogFile::Close(sqlite3_file* file) {
  LogFile& log = Of(file);
  // What no sync has followed is of no commit.
  log.gathered_.clear();
  return log.original_->xClose(file);
}

int LogFile::Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  LogFile& log = Of(file);
  if (offset >= log.offset_ && offset + size <= log.end()) {
    std::memcpy(out, log.gathered_.data() + (offset - log.offset_), static_cast<size_t>(size));
    return SQLITE_OK;
  }
  // A rollback reads what stands before it, also where the disk is full.
  if (offset < log.end() && offset + size > log.offset_) {
    if (const int code = log.Flush(file); code != SQLITE_OK) return code;
  }
  return log.original_->xRead(file, out, size, offset);
}

int LogFile::Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  LogFile& log = Of(file);
  const bool fits = log.gathered_.size() + static_cast<size_t>(size) <= kGatheredBytesMax;
  if (!log.gathers_ || offset != log.end() || !fits) {
    if (const int code = log.Flush(file); code != SQLITE_OK) return code;
  }
  if (!log.gathers_ || static_cast<size_t>(size) > kGatheredBytesMax) {
    return log.WriteThrough(file, data, size, offset);
  }
  if (log.gathered_.empty()) log.offset_ = offset;
  log.gathered_.append(static_cast<const char*>(data), static_cast<size_t>(size));
  return SQLITE_OK;
}

int LogFile::Truncate(sqlite3_file* file, sqlite3_int64 size) {
  LogFile& log = Of(file);
  if (const int code = log.Flush(file); code != SQLITE_OK) return code;
  return log.original_->xTruncate(file, size);
}

int LogFile::Sync(sqlite3_file* file, int flags) {
  LogFile& log = Of(file);
  if (const int code = log.Flush(file); code != SQLITE_OK) return code;
  const auto begun = std::chrono::steady_clock::now();
  const int code = log.original_->xSync(file, flags);
  if (log.observer_) log.observer_(absl::FromChrono(std::chrono::steady_clock::now() - begun));
  return code;
}

int LogFile::FileSize(sqlite3_file* file, sqlite3_int64* size) {
  LogFile& log = Of(file);
  if (const int code = log.Flush(file); code != SQLITE_OK) return code;
  return log.original_->xFileSize(file, size);
}

}  // namespace usher::storage
