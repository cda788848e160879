// FakeClock: both clocks as a test sets them. Any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "engine/clock.h"

namespace usher::engine::testing {

class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time now) : now_micros_(absl::ToUnixMicros(now)) {}

  absl::Time Now() override { return absl::FromUnixMicros(now_micros_.load()); }
  entitlement::LeaseTime LeaseNow() override { return {lease_micros_.load()}; }
  // Nobody tells the loop that a test moved the clock, so it looks often.
  absl::Duration SleepMax() override { return absl::Milliseconds(1); }

  // Time passes.
  void Advance(absl::Duration by) {
    now_micros_ += absl::ToInt64Microseconds(by);
    lease_micros_ += absl::ToInt64Microseconds(by);
  }
  // The wall clock alone is stepped, back where negative.
  void StepWallClock(absl::Duration by) { now_micros_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> now_micros_;
  std::atomic<int64_t> lease_micros_{1'000'000'000};
};

}  // namespace usher::engine::testing
