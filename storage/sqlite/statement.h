// Statement: one prepared SQL statement, its parameters and the row it stands on.
//
// Errors stick: the first one stays in status() until the next Reset, and Step answers false
// meanwhile. So a caller binds and steps without looking, and asks status() once. Parameters and
// columns are counted from 0; typed values are in values.h. Belongs to one Database and to its
// thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace usher::storage {

// Whether a text or blob that is bound outlives the use of the statement, or has to be copied.
enum class Lifetime { kOutlives, kCopied };

class Statement {
 public:
  // Prepares `sql`; status() tells of a failure.
  Statement(sqlite3* db, const char* sql);
  ~Statement();

  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  bool prepared() const { return statement_ != nullptr; }
  const absl::Status& status() const { return status_; }

  void BindNull(int parameter);
  void BindInt64(int parameter, int64_t value);
  void BindText(int parameter, std::string_view value, Lifetime lifetime);
  void BindBlob(int parameter, std::string_view value, Lifetime lifetime);
  // All of them have to be bound each time: this checks how many there are.
  int parameter_count() const { return parameter_count_; }

  // Goes to the next row; false behind the last one, and on an error.
  bool Step();
  // Ends the use: bound values may go, and the next use begins without an error.
  void Reset();

  bool IsNull(int column) const;
  int64_t Int64(int column) const;
  // Of a text or blob; valid until the next Step or Reset.
  std::string_view Bytes(int column) const;

 private:
  void Check(int code);

  sqlite3* const db_;
  sqlite3_stmt* statement_ = nullptr;
  int parameter_count_ = 0;
  absl::Status status_;
};

}  // namespace usher::storage
