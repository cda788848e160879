// What SQLite's result codes mean to the store's callers (store.h, "Failures").
#pragma once

#include <string_view>

#include "absl/status/status.h"

// Leaves the function with the status of `expression` where that is an error.
#define USHER_RETURN_IF_ERROR(expression)                     \
  do {                                                        \
    if (absl::Status status_ = (expression); !status_.ok()) { \
      return status_;                                         \
    }                                                         \
  } while (false)

namespace usher::storage {

// Of anything that fails before a COMMIT: the transaction can still be rolled back. Takes an
// extended result code. kUnavailable for a refusal of the moment, kDataLoss for a failed sync or
// what can't be read, kCancelled where it was interrupted, kInternal for what contradicts the
// schema. What can't be read is named by the table of `sql`, where that is known.
absl::Status StatusOfWork(int code, std::string_view message, std::string_view sql = "");

// Of a COMMIT that fails: kUnavailable only where SQLite has certainly not committed.
absl::Status StatusOfCommit(int code, std::string_view message);

}  // namespace usher::storage
