// Settings: everything that an administrator may say to usherd, by one name each, wherever it is
// said: a TOML file, the environment (USHER_ and the name in capitals, dots as underscores), or the
// command line. What is said later wins, and each value knows where it comes from.
//
// An unknown name, a value of the wrong kind or out of bounds is an error that names the place and
// what would be right. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/options.h"

namespace usher {

// Names the file, where the command line does not.
inline constexpr char kConfigVariable[] = "USHER_CONFIG";

class Settings {
 public:
  // Writes to `options`, which outlives it and has the defaults.
  explicit Settings(ServerOptions* options);

  // "FILE:LINE: what is wrong".
  absl::Status ReadFile(const std::string& path);
  // One that begins with USHER_ is a setting, or an error, but for those that others read: the
  // command line, and Kubernetes' of a service by that name.
  absl::Status ReadEnvironment(const char* const* variables);
  // `origin` as it is shown: "--listen".
  absl::Status Set(std::string_view name, std::string_view value, const std::string& origin);
  // "NAME=VALUE"
  absl::Status SetPair(std::string_view pair, const std::string& origin);

  // What no value shows by itself: bounds that contradict each other, an address that must not be
  // served in plaintext, a catalog that does not hold together.
  absl::Status Validate() const;

  // A file that says all this, each value with its origin.
  std::string Print() const;

 private:
  enum class Kind : char { kText, kInteger, kFlag };
  struct Setting {
    std::string name;
    Kind kind;
    // What is wrong with the value, as a clause; empty where nothing is.
    std::function<std::string(std::string_view text)> read;
    // As TOML.
    std::function<std::string()> show;
    std::string origin;
  };
  class FileReader;

  void AddText(const std::string& name, std::string* value);
  void AddFlag(const std::string& name, bool* value);
  template <typename Integer>
  void AddInteger(const std::string& name, Integer* value, int64_t min, int64_t max);
  void AddDuration(const std::string& name, absl::Duration* value, absl::Duration min,
                   absl::Duration max);
  void AddTtl(const std::string& name, entitlement::TtlBounds* bounds);
  void AddTrialsPerAccount();
  // `choices` outlive the settings.
  template <typename Value, size_t Size>
  void AddChoice(const std::string& name, Value* value,
                 const std::array<std::pair<std::string_view, Value>, Size>& choices);
  void AddPolicy();
  Setting* Find(std::string_view name);
  absl::Status ValidateTls() const;
  // An error with the places that said these settings, as far as one did.
  absl::Status Refuse(const std::vector<std::string>& names, absl::string_view what) const;

  ServerOptions* const options_;
  std::vector<Setting> settings_;
  std::string catalog_origin_;
};

// "400d", "5m", "1h30m".
std::string DurationText(absl::Duration duration);
bool ParseDurationText(std::string_view text, absl::Duration* duration);

}  // namespace usher
