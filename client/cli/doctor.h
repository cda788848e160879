// Doctor: looks into everything that is usually wrong where a server can't be used, one check after
// the other, and says of each what was found and what helps. Changes nothing. One thread.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cli/context.h"

namespace usher::cli {

// kSkipped: it was not asked for, or can't be known.
enum class Verdict { kOk, kWarning, kFailure, kSkipped };

struct Check {
  // "clock".
  std::string name;
  Verdict verdict = Verdict::kOk;
  std::string found;
  // What to do; empty where there is nothing to do.
  std::string hint;
};

struct Diagnosis {
  std::vector<Check> checks;
  // Of the worst: kUnavailable, kForbidden or kOther; kOk also with warnings.
  ExitCode code = ExitCode::kOk;
};

// What warns, and what fails.
inline constexpr absl::Duration kCertificateWarning = absl::Hours(24 * 21);
inline constexpr absl::Duration kTokenWarning = absl::Hours(24 * 14);
inline constexpr absl::Duration kSkewWarning = absl::Seconds(1);
inline constexpr absl::Duration kSkewFailure = absl::Minutes(1);
// The server leaves that much free when it makes a copy for a backup.
inline constexpr int64_t kDiskFreeNeeded = int64_t{64} * 1024 * 1024;

// `deep` has the server read its whole database.
Diagnosis Diagnose(Context& context, bool deep);

}  // namespace usher::cli
