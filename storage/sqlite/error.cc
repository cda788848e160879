#include "storage/sqlite/error.h"

#include <sqlite3.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "storage/store.h"

namespace usher::storage {
namespace {

std::string Describe(int code, std::string_view message) {
  return absl::StrCat("SQLite: ", std::string(message), " (", sqlite3_errstr(code), ", code ", code,
                      ")");
}

constexpr int Primary(int code) { return code & 0xff; }

bool IsFailedSync(int code) { return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC; }

bool IsDamaged(int code) {
  return Primary(code) == SQLITE_CORRUPT || Primary(code) == SQLITE_NOTADB;
}

// ", at the table license": the first that the statement names.
std::string AtTable(std::string_view sql) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_";
  for (const std::string_view before : {"FROM ", "INTO ", "UPDATE "}) {
    for (size_t at = sql.find(before); at != sql.npos; at = sql.find(before, at + 1)) {
      const std::string_view rest = sql.substr(at + before.size());
      const std::string table(rest.substr(0, rest.find_first_not_of(kLetters)));
      if (!table.empty()) return absl::StrCat(", at the table ", table);
    }
  }
  return "";
}

bool IsFailedRead(int code) {
  return code == SQLITE_IOERR_READ || code == SQLITE_IOERR_SHORT_READ ||
         code == SQLITE_IOERR_CORRUPTFS;
}

}  // namespace

absl::Status StatusOfWork(int code, std::string_view message, std::string_view sql) {
  const std::string text = Describe(code, message);
  if (IsDamaged(code)) {
    return DamageError(absl::StrCat(text, AtTable(sql), ": restore a backup (docs/backup.md)"));
  }
  if (IsFailedSync(code)) return absl::DataLossError(text);
  if (IsFailedRead(code)) return absl::DataLossError(absl::StrCat(text, AtTable(sql)));
  switch (Primary(code)) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
      return absl::UnavailableError(text);
    case SQLITE_INTERRUPT:
      return absl::CancelledError(text);
    default:
      return absl::InternalError(text);
  }
}

absl::Status StatusOfCommit(int code, std::string_view message) {
  const int primary = Primary(code);
  if (primary == SQLITE_FULL || primary == SQLITE_BUSY) {
    return absl::UnavailableError(Describe(code, message));
  }
  return absl::DataLossError(
      absl::StrCat("the outcome of a commit is unknown: ", Describe(code, message)));
}

}  // namespace usher::storage
