// The two clocks that the engine reads: the wall clock for business time, the lease clock for
// leases.
#pragma once

#include "absl/time/time.h"
#include "entitlement/application.h"

namespace usher::engine {

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall clock, whole microseconds. May step.
  virtual absl::Time Now() = 0;
  // Counts suspend, never steps (CLOCK_BOOTTIME).
  virtual entitlement::LeaseTime LeaseNow() = 0;
  // How long a loop may sleep before it reads the clocks anew when something is due in `until_due`
  // at the earliest: a second at most, as the wall clock may be stepped. Tests that move time by
  // hand answer less.
  virtual absl::Duration SleepMax() { return absl::Seconds(1); }
};

// Of the machine. Any thread.
Clock& SystemClock();

}  // namespace usher::engine
