// Processor time. Any thread.
#pragma once

#include <time.h>

#include "absl/time/time.h"

namespace usher::bench {

// Of this process, all its threads together.
inline absl::Duration OwnCpuTime() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return absl::DurationFromTimespec(time);
}

}  // namespace usher::bench
