// Database: one connection to an SQLite database, with the statements that it has prepared.
//
// SQL is written where it is used, as a literal, and prepared once per connection. Threading: one
// thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/sqlite/statement.h"
#include "storage/sqlite/values.h"

struct sqlite3;

namespace usher::storage {

// A statement's text: a literal, so that its address says which prepared statement is meant.
struct Sql {
  // NOLINTNEXTLINE(google-explicit-constructor): literals are to be written as they are.
  consteval Sql(const char* literal) : text(literal) {}
  const char* text;
};

// The rows that a SELECT answers, one after another; ends the use of the statement when it goes.
class Rows {
 public:
  explicit Rows(Statement& statement) : statement_(statement) {}
  ~Rows() { statement_.Reset(); }

  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  // False behind the last row, and on an error.
  bool Next() { return statement_.Step(); }
  // The columns of the row, in their order.
  template <typename... Values>
  void Read(Values&... values) const {
    ColumnReader reader(statement_);
    (reader.Read(values), ...);
  }
  const absl::Status& status() const { return statement_.status(); }

 private:
  Statement& statement_;
};

enum class Access {
  // The one connection that writes and makes checkpoints; creates the file where there is none.
  kWriter,
  // Reads only and never makes a checkpoint, not even when it closes.
  kReader,
  // Of a file that somebody is going to copy a database into: writes without care for a crash.
  kCopy,
  // Reads a file that nobody writes to, and leaves no trace, not even a lock: it may lie where
  // nothing can be written.
  kFrozen,
};

class LogFile;

struct CheckpointResult {
  int log_pages = 0;
  int checkpointed_pages = 0;
};

class Database {
 public:
  // `vfs`: empty for the default one.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path, Access access,
                                                        const std::string& vfs);
  ~Database();

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Goes over to a write-ahead log, and stays with it. The writer's; before that nothing is written
  // to the file.
  absl::Status StartLog();

  // The opposite: the log is merged into the file and goes. Nobody else may have it open.
  absl::Status EndLog();

  // From now on a commit is one write to the log and one sync, of which `observer`, where there is
  // one, is told how long it took (log_file.h). Once, by the writer, after StartLog.
  void GatherLogWrites(std::function<void(absl::Duration)> observer);

  // From now on asked now and then, while a statement runs, whether to go on; where it says no, the
  // statement ends with kCancelled. Empty ends that.
  void SetGoOn(std::function<bool()> go_on);

  // Copies all of this database, as the open read transaction sees it, over `target`. Asks `go_on`
  // after every `pages` of them: kCancelled where it says no.
  absl::Status CopyTo(Database& target, int pages, const std::function<bool()>& go_on);

  // Runs a script of statements that take no parameters and whose rows nobody wants.
  absl::Status Execute(const char* script);

  // Runs a statement that answers no rows.
  template <typename... Values>
  absl::Status Run(Sql sql, const Values&... values) {
    Statement& statement = Prepared(sql, sizeof...(values));
    Binder binder(statement, Lifetime::kOutlives);
    (binder.Bind(values), ...);
    return Finish(statement);
  }

  // As Run, for a statement that has to alter exactly one row: kInternal where it does not.
  template <typename... Values>
  absl::Status RunOnOneRow(Sql sql, const Values&... values) {
    absl::Status status = Run(sql, values...);
    return status.ok() ? CheckOneRow(sql) : status;
  }

  // Rows must go before the same statement is used again.
  template <typename... Values>
  [[nodiscard]] Rows Select(Sql sql, const Values&... values) {
    Statement& statement = Prepared(sql, sizeof...(values));
    Binder binder(statement, Lifetime::kCopied);
    (binder.Bind(values), ...);
    return Rows(statement);
  }

  // Rows that the last statement altered.
  int64_t changes() const;

  bool in_transaction() const;
  absl::Status BeginWrite();
  absl::Status BeginRead();
  // Errors are those of a commit: kDataLoss where its outcome is unknown.
  absl::Status Commit();
  void Rollback();

  // Pages in the write-ahead log, as the last commit of this connection left it.
  int log_pages() const { return log_pages_; }
  // Copies what it can from the log into the database without waiting for anybody.
  absl::StatusOr<CheckpointResult> CheckpointPassively();

 private:
  explicit Database(sqlite3* db);

  static int OnCommitted(void* self, sqlite3* db, const char* name, int pages);
  absl::Status Configure(Access access);
  Statement& Prepared(Sql sql, size_t parameters);
  static absl::Status Finish(Statement& statement);
  absl::Status CheckOneRow(Sql sql) const;

  // Before the connection, whose files call it until they are closed.
  std::unique_ptr<LogFile> log_file_;
  sqlite3* const db_;
  int log_pages_ = 0;
  std::function<bool()> go_on_;
  absl::flat_hash_map<const char*, std::unique_ptr<Statement>> statements_;
};

// The only number of a query's first row; 0 where there is none.
absl::StatusOr<int64_t> ReadNumber(Database& database, Sql sql);

}  // namespace usher::storage
