#include "storage/sqlite/database.h"

#include <sqlite3.h>

#include <cassert>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "storage/sqlite/error.h"
#include "storage/sqlite/log_file.h"

namespace usher::storage {
namespace {

// The writer answers "unavailable" rather than keep the engine waiting; a reader only ever waits
// for recovery.
constexpr int kWriterBusyTimeoutMs = 250;
constexpr int kReaderBusyTimeoutMs = 2000;

// page_size takes effect in a new database only, and before anything is written to it. synchronous
// = FULL makes every commit durable, and log_file.h counts on it. A checkpoint is made by the
// writer's own decision, never inside of a commit. A larger cache costs more than it saves: where
// a page splits out of order, SQLite looks through the whole of it at the commit
// (pcache1TruncateUnsafe, as balancing lends the number of the page of the pending byte).
constexpr char kWriterPragmas[] =
    "PRAGMA page_size = 4096;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 0;"
    "PRAGMA journal_size_limit = 67108864;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA secure_delete = OFF;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cache_size = -16384;";

constexpr char kReaderPragmas[] =
    "PRAGMA query_only = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cache_size = -8192;";

// Nothing of it is needed after a crash.
constexpr char kCopyPragmas[] =
    "PRAGMA journal_mode = OFF;"
    "PRAGMA synchronous = OFF;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA trusted_schema = OFF;";

// How many steps of its virtual machine a statement takes between two questions whether to go on:
// a millisecond or so.
constexpr int kStepsPerQuestion = 10'000;

int FlagsOf(Access access) {
  switch (access) {
    case Access::kReader:
      return SQLITE_OPEN_READONLY;
    case Access::kFrozen:
      return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    default:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
}

// A path may have the characters that mean something in a URI.
std::string FrozenUri(const std::string& path) {
  return absl::StrCat(
      "file:", absl::StrReplaceAll(path, {{"%", "%25"}, {"?", "%3f"}, {"#", "%23"}}),
      "?immutable=1");
}

// SQLite's statistics of its memory, which nobody reads, would take a lock of the whole process at
// each allocation. Where SQLite is in use already, they stay as they are.
void TurnMemoryStatisticsOff() {
  [[maybe_unused]] static const int kResult = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path, Access access,
                                                         const std::string& vfs) {
  TurnMemoryStatisticsOff();
  const std::string name = access == Access::kFrozen ? FrozenUri(path) : path;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, FlagsOf(access) | SQLITE_OPEN_NOMUTEX,
                                   vfs.empty() ? nullptr : vfs.c_str());
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) {
    const std::string message = handle == nullptr ? "out of memory" : sqlite3_errmsg(handle);
    return StatusOfWork(code, absl::StrCat(path, ": ", message));
  }
  if (absl::Status status = database->Configure(access); !status.ok()) {
    return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
  }
  return database;
}

absl::Status Database::Configure(Access access) {
  sqlite3_extended_result_codes(db_, 1);
  if (access == Access::kFrozen) return Execute(kReaderPragmas);
  if (access == Access::kReader) {
    sqlite3_busy_timeout(db_, kReaderBusyTimeoutMs);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return Execute(kReaderPragmas);
  }
  if (access == Access::kCopy) return Execute(kCopyPragmas);
  sqlite3_busy_timeout(db_, kWriterBusyTimeoutMs);
  USHER_RETURN_IF_ERROR(Execute(kWriterPragmas));
  // After the pragma of automatic checkpoints, which uses the same hook.
  sqlite3_wal_hook(db_, &Database::OnCommitted, this);
  return absl::OkStatus();
}

absl::Status Database::StartLog() {
  std::string name;
  {
    Rows mode = Select("PRAGMA journal_mode = WAL");
    // To its end: what it wrote is stored, or not, behind its only row.
    while (mode.Next()) mode.Read(name);
    USHER_RETURN_IF_ERROR(mode.status());
  }
  if (name != "wal") {
    return absl::FailedPreconditionError("the file system can't hold a write-ahead log");
  }
  // It is opened by the first read that follows.
  return ReadNumber(*this, "PRAGMA user_version").status();
}

Database::Database(sqlite3* db) : db_(db) {}

absl::Status Database::EndLog() {
  Rows mode = Select("PRAGMA journal_mode = DELETE");
  std::string name;
  while (mode.Next()) mode.Read(name);
  USHER_RETURN_IF_ERROR(mode.status());
  if (name != "delete") return absl::UnavailableError("the write-ahead log is in use");
  return absl::OkStatus();
}

void Database::GatherLogWrites(std::function<void(absl::Duration)> observer) {
  log_file_ = LogFile::Attach(db_, std::move(observer));
}

void Database::SetGoOn(std::function<bool()> go_on) {
  go_on_ = std::move(go_on);
  const auto ask = [](void* self) {
    return static_cast<Database*>(self)->go_on_() ? SQLITE_OK : SQLITE_INTERRUPT;
  };
  if (go_on_) {
    sqlite3_progress_handler(db_, kStepsPerQuestion, ask, this);
  } else {
    sqlite3_progress_handler(db_, 0, nullptr, nullptr);
  }
}

absl::Status Database::CopyTo(Database& target, int pages, const std::function<bool()>& go_on) {
  sqlite3_backup* const backup = sqlite3_backup_init(target.db_, "main", db_, "main");
  if (backup == nullptr) {
    return StatusOfWork(sqlite3_extended_errcode(target.db_), sqlite3_errmsg(target.db_));
  }
  int code = SQLITE_OK;
  bool wanted = go_on();
  while (wanted && code == SQLITE_OK) {
    code = sqlite3_backup_step(backup, pages);
    wanted = go_on();
  }
  const int finished = sqlite3_backup_finish(backup);
  if (code == SQLITE_DONE) return absl::OkStatus();
  if (!wanted) return absl::CancelledError("the copy is not wanted any more");
  return StatusOfWork(finished != SQLITE_OK ? finished : code, sqlite3_errmsg(target.db_));
}

Database::~Database() {
  statements_.clear();
  sqlite3_close(db_);
}

int Database::OnCommitted(void* self, sqlite3*, const char*, int pages) {
  static_cast<Database*>(self)->log_pages_ = pages;
  return SQLITE_OK;
}

absl::Status Database::Execute(const char* script) {
  if (sqlite3_exec(db_, script, nullptr, nullptr, nullptr) == SQLITE_OK) return absl::OkStatus();
  return StatusOfWork(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_));
}

Statement& Database::Prepared(Sql sql, [[maybe_unused]] size_t parameters) {
  std::unique_ptr<Statement>& statement = statements_[sql.text];
  // One that could not be prepared is tried again: the disk may have been in the way.
  if (statement == nullptr || !statement->prepared()) {
    statement = std::make_unique<Statement>(db_, sql.text);
  }
  assert(!statement->prepared() || statement->parameter_count() == static_cast<int>(parameters));
  return *statement;
}

absl::Status Database::Finish(Statement& statement) {
  statement.Step();
  absl::Status status = statement.status();
  statement.Reset();
  return status;
}

absl::Status Database::CheckOneRow(Sql sql) const {
  if (changes() == 1) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("a change contradicts what is stored: ", changes(),
                                          " rows altered instead of one by: ", sql.text));
}

int64_t Database::changes() const { return sqlite3_changes64(db_); }

bool Database::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

absl::Status Database::BeginWrite() { return Run("BEGIN IMMEDIATE"); }

absl::Status Database::BeginRead() { return Run("BEGIN"); }

absl::Status Database::Commit() {
  Statement& statement = Prepared("COMMIT", 0);
  if (!statement.prepared()) return statement.status();
  statement.Step();
  const int code = statement.status().ok() ? SQLITE_OK : sqlite3_extended_errcode(db_);
  const std::string message = code == SQLITE_OK ? "" : sqlite3_errmsg(db_);
  statement.Reset();
  return code == SQLITE_OK ? absl::OkStatus() : StatusOfCommit(code, message);
}

void Database::Rollback() {
  // SQLite may have rolled back by itself; a failure to roll back leaves nothing that could be
  // committed.
  if (in_transaction()) Run("ROLLBACK").IgnoreError();
}

absl::StatusOr<CheckpointResult> Database::CheckpointPassively() {
  CheckpointResult result;
  const int code = sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             &result.log_pages, &result.checkpointed_pages);
  if (code == SQLITE_OK) return result;
  return StatusOfWork(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_));
}

absl::StatusOr<int64_t> ReadNumber(Database& database, Sql sql) {
  int64_t number = 0;
  Rows rows = database.Select(sql);
  if (rows.Next()) rows.Read(number);
  USHER_RETURN_IF_ERROR(rows.status());
  return number;
}

}  // namespace usher::storage
