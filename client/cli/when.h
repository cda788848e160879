// When: an instant as a person types it. Plain value, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "client/cli/times.h"

namespace usher::cli {

// What is said of it where a text has no such form.
inline constexpr char kWhenForms[] =
    "must be a time, such as '2026-11-25 13:42', 2026-11-25, 2026-11-25T12:42:00Z or, for two "
    "hours ago, 2h";

// "90s", "4m10s", "1h" as Abseil has it, and days, which it does not know: "3d", "1d12h". Unset
// where `text` has no such form.
std::optional<absl::Duration> ParseDuration(std::string_view text);

class When {
 public:
  // "2026-11-25T12:42:00Z", the instant; "2026-11-25 13:42" or a part of it, in the zone that
  // times are shown in; "90s", "5m", "2h" or "3d" ago. Unset where `text` has none of these forms.
  static std::optional<When> Parse(std::string_view text);

  // Whether the zone matters.
  bool needs_zone() const { return civil_.has_value(); }

  // The instant for someone who reads the clock of `times` now. A civil time that a change of the
  // clocks skips or repeats means the first instant not before it (R2).
  absl::Time InstantOf(const Times& times) const;

 private:
  // One of these.
  std::optional<absl::Time> instant_;
  std::optional<absl::CivilSecond> civil_;
  std::optional<absl::Duration> ago_;
};

}  // namespace usher::cli
