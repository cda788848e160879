// Instant and TimeSpan: an absl::Time and an absl::Duration as the state keeps them, in 8 bytes
// instead of 16. They turn into these and back by themselves wherever something is made of them.
//
// Whole microseconds, which is what the clock gives and the store keeps: what is between two is
// rounded down (a negative duration up). What is infinite stays so, and what is 292,000 years away
// becomes it. Plain values, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace usher::entitlement {

class Instant {
 public:
  // As absl::Time(): the epoch.
  Instant() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): it is the same instant.
  Instant(absl::Time time) : micros_(absl::ToUnixMicros(time)) {}

  // NOLINTNEXTLINE(google-explicit-constructor)
  operator absl::Time() const {
    if (micros_ == std::numeric_limits<int64_t>::max()) return absl::InfiniteFuture();
    if (micros_ == std::numeric_limits<int64_t>::min()) return absl::InfinitePast();
    return absl::FromUnixMicros(micros_);
  }

  friend bool operator==(Instant, Instant) = default;
  friend auto operator<=>(Instant, Instant) = default;
  friend bool operator==(Instant a, absl::Time b) { return absl::Time(a) == b; }
  friend std::strong_ordering operator<=>(Instant a, absl::Time b) {
    const absl::Time time = a;
    if (time == b) return std::strong_ordering::equal;
    return time < b ? std::strong_ordering::less : std::strong_ordering::greater;
  }

 private:
  int64_t micros_ = 0;
};

class TimeSpan {
 public:
  TimeSpan() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): it is the same span.
  TimeSpan(absl::Duration duration) : micros_(absl::ToInt64Microseconds(duration)) {}

  // NOLINTNEXTLINE(google-explicit-constructor)
  operator absl::Duration() const {
    if (micros_ == std::numeric_limits<int64_t>::max()) return absl::InfiniteDuration();
    if (micros_ == std::numeric_limits<int64_t>::min()) return -absl::InfiniteDuration();
    return absl::Microseconds(micros_);
  }

  friend bool operator==(TimeSpan, TimeSpan) = default;
  friend bool operator==(TimeSpan a, absl::Duration b) { return absl::Duration(a) == b; }

 private:
  int64_t micros_ = 0;
};

}  // namespace usher::entitlement
