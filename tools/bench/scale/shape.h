// Shape: how large a database is, and what everything in it is called. Values, any thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace usher::bench {

// Applications of one account.
inline constexpr int64_t kApplicationsPerAccount = 10;

inline constexpr int64_t kApplicationsMax = 100'000;
inline constexpr int64_t kLicensesPerApplicationMax = 1'000'000;
inline constexpr int64_t kLicensesMax = 100'000'000;
// Nobody has fewer: the trial's, and those of one package.
inline constexpr int64_t kLicensesPerApplicationMin = 6;

// Applications 0 to `applications` - 1 are at work; `asleep` more have as many licenses and agents,
// but these are logged out, so that a server that starts has no reason to load them.
struct Shape {
  std::string name;
  int64_t applications = 1;
  int64_t asleep = 0;
  int64_t licenses_per_application = 1000;
  // Agents that hold a license, and are logged in, in each application at work; in each that is
  // asleep, as many that have logged out. At most as many as there are licenses.
  int64_t agents_per_application = 1000;

  int64_t licenses() const { return (applications + asleep) * licenses_per_application; }
  // Those that are logged in.
  int64_t agents() const { return applications * agents_per_application; }
  int64_t accounts() const {
    return (applications + asleep + kApplicationsPerAccount - 1) / kApplicationsPerAccount;
  }
};

inline std::string AccountIdOf(int64_t application) {
  return absl::StrCat("centre-", absl::Dec(application / kApplicationsPerAccount, absl::kZeroPad5));
}

inline std::string ApplicationIdOf(int64_t application) {
  return absl::StrCat("team-", absl::Dec(application, absl::kZeroPad6));
}

inline std::string ApplicationName(int64_t application) {
  return absl::StrCat("accounts/", AccountIdOf(application), "/applications/",
                      ApplicationIdOf(application));
}

// The same in every application: an email takes a license in each.
inline std::string EmailOf(int64_t agent) {
  return absl::StrCat("agent-", absl::Dec(agent, absl::kZeroPad6), "@contact-centre.example");
}

// As long as a UUID, which is what clients use.
inline std::string ClientIdOf(uint64_t series, uint64_t count) {
  return absl::StrCat(absl::Hex(series, absl::kZeroPad8), "-0000-4000-8000-",
                      absl::Hex(count, absl::kZeroPad12));
}

}  // namespace usher::bench
