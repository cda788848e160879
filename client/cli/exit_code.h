// ExitCode: what the process `usher` ends with. Scripts branch on these numbers; they never
// change their meaning.
#pragma once

#include "client/lib/error.h"

namespace usher::cli {

enum class ExitCode {
  kOk = 0,
  kOther = 1,
  // The command line, or what it asked for, is malformed.
  kUsage = 2,
  kNotFound = 3,
  // No valid credential, or not one that may do this.
  kForbidden = 4,
  // Refused for want of a license, an allowance or a package.
  kExhausted = 5,
  // In conflict with the state that things are in.
  kConflict = 6,
  // The server can't be reached or can't answer now; the same command may succeed later.
  kUnavailable = 7,
};

// By the reason of the error; where it bears none, or a newer one than this program knows, by
// its code.
ExitCode ExitCodeOf(const Error& error);

}  // namespace usher::cli
