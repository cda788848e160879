// LeaseTime: instants of the clock that leases are counted by. A plain value, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace usher::entitlement {

// An instant of the lease clock, which counts suspend and which no wall clock steps
// (CLOCK_BOOTTIME). Means nothing beyond this run of the process, so it is never stored.
struct LeaseTime {
  int64_t micros = 0;

  friend auto operator<=>(LeaseTime, LeaseTime) = default;
  friend LeaseTime operator+(LeaseTime t, absl::Duration d) {
    return {t.micros + absl::ToInt64Microseconds(d)};
  }
  friend absl::Duration operator-(LeaseTime a, LeaseTime b) {
    return absl::Microseconds(a.micros - b.micros);
  }
  static constexpr LeaseTime Infinite() { return {std::numeric_limits<int64_t>::max()}; }
};

}  // namespace usher::entitlement
