#include "storage/sqlite/statement.h"

#include <sqlite3.h>

#include "storage/sqlite/error.h"

namespace usher::storage {
namespace {

sqlite3_destructor_type DestructorOf(Lifetime lifetime) {
  return lifetime == Lifetime::kOutlives ? SQLITE_STATIC : SQLITE_TRANSIENT;
}

}  // namespace

Statement::Statement(sqlite3* db, const char* sql) : db_(db) {
  Check(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
  parameter_count_ = sqlite3_bind_parameter_count(statement_);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::Check(int code) {
  if (code == SQLITE_OK || !status_.ok()) return;
  const char* const sql = sqlite3_sql(statement_);
  status_ = StatusOfWork(code, sqlite3_errmsg(db_), sql == nullptr ? "" : sql);
}

void Statement::BindNull(int parameter) { Check(sqlite3_bind_null(statement_, parameter + 1)); }

void Statement::BindInt64(int parameter, int64_t value) {
  Check(sqlite3_bind_int64(statement_, parameter + 1, value));
}

void Statement::BindText(int parameter, std::string_view value, Lifetime lifetime) {
  // A null pointer would bind NULL.
  const char* const data = value.empty() ? "" : value.data();
  Check(sqlite3_bind_text64(statement_, parameter + 1, data, value.size(), DestructorOf(lifetime),
                            SQLITE_UTF8));
}

void Statement::BindBlob(int parameter, std::string_view value, Lifetime lifetime) {
  const char* const data = value.empty() ? "" : value.data();
  Check(sqlite3_bind_blob64(statement_, parameter + 1, data, value.size(), DestructorOf(lifetime)));
}

bool Statement::Step() {
  if (!status_.ok()) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) Check(sqlite3_extended_errcode(db_));
  return false;
}

void Statement::Reset() {
  if (!prepared()) return;
  // Its result repeats what Step has told.
  sqlite3_reset(statement_);
  status_ = absl::OkStatus();
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t Statement::Int64(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Statement::Bytes(int column) const {
  // The order of the two calls matters: the first may convert the value, the second then counts.
  const void* const data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(data), static_cast<size_t>(size)};
}

}  // namespace usher::storage
