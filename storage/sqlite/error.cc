#include "storage/sqlite/error.h"

#include <sqlite3.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace usher::storage {
namespace {

std::string Describe(int code, std::string_view message) {
  return absl::StrCat("SQLite: ", std::string(message), " (", sqlite3_errstr(code), ", code ", code,
                      ")");
}

constexpr int Primary(int code) { return code & 0xff; }

bool IsFailedSync(int code) { return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC; }

bool IsFailedRead(int code) {
  return code == SQLITE_IOERR_READ || code == SQLITE_IOERR_SHORT_READ ||
         code == SQLITE_IOERR_CORRUPTFS;
}

}  // namespace

absl::Status StatusOfWork(int code, std::string_view message) {
  const std::string text = Describe(code, message);
  if (IsFailedSync(code) || IsFailedRead(code)) return absl::DataLossError(text);
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
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(text);
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
