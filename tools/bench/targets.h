// Targets: the figures that Usher means to reach on a machine of two cores with client and server
// on it. They are shown beside what was measured; nothing fails on them. Pure functions.
#pragma once

#include <optional>
#include <string_view>

namespace usher::bench {

struct Target {
  double value = 0;
  // Else at least.
  bool at_most = false;
};

// In the place of a number of calls in flight: an open loop at half of the peak rate, and another
// one, for which nothing is aimed at.
inline constexpr int kHalfOfPeak = 0;
inline constexpr int kNoLevel = -1;

// Of a ratio, by its name in the report; none where nothing is aimed at.
std::optional<Target> TargetOf(std::string_view ratio, int in_flight);

}  // namespace usher::bench
