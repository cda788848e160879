// Stranger: a connection to a database that is not Usher's, for looking and for doing harm.
//
// One thread. A statement that fails is a test failure.
#pragma once

#include <sqlite3.h>

#include <cstdlib>
#include <string>

#include "gtest/gtest.h"

namespace usher::storage::testing {

class Stranger {
 public:
  // Creates the file where there is none.
  explicit Stranger(const std::string& path) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) std::abort();
  }
  ~Stranger() { sqlite3_close(db_); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  void Run(const std::string& sql) {
    ASSERT_EQ(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db_);
  }

  // What SQLite says against it; empty where it runs.
  std::string Refuses(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return "";
    return sqlite3_errmsg(db_);
  }

  // The first column of the first row; empty where there is none.
  std::string Ask(const std::string& sql) { return Read(sql, 1, 1); }

  // All rows: '|' between columns, a line for each row; NULL is "NULL".
  std::string AskAll(const std::string& sql) { return Read(sql, -1, -1); }

 private:
  // Up to so many columns and rows; negative for all.
  std::string Read(const std::string& sql, int columns, int rows) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db_) << ": " << sql;
    const int width = columns < 0 ? sqlite3_column_count(statement) : columns;
    std::string text;
    for (int row = 0; row != rows && sqlite3_step(statement) == SQLITE_ROW; ++row) {
      if (row > 0) text += '\n';
      for (int column = 0; column < width; ++column) {
        if (column > 0) text += '|';
        text += Column(statement, column);
      }
    }
    sqlite3_finalize(statement);
    return text;
  }

  static std::string Column(sqlite3_stmt* statement, int column) {
    if (sqlite3_column_type(statement, column) == SQLITE_NULL) return "NULL";
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
    const int size = sqlite3_column_bytes(statement, column);
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<size_t>(size));
  }

  sqlite3* db_ = nullptr;
};

}  // namespace usher::storage::testing
