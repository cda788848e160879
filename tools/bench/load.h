// Loads: how operations are driven, and what is recorded of them.
//
// Closed loop: each operation calls again as soon as it is answered, so as many calls are in flight
// as there are operations. It shows what the server can do; the latencies are those of a full
// house. (An open loop, calls at given instants whatever the answers take, drives the same
// operations.)
// Threading: the caller waits; the load runs its own threads.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/bench/histogram.h"
#include "tools/bench/operation.h"

namespace usher::bench {

struct ClosedLoopOptions {
  int threads = 1;
  // Not recorded.
  absl::Duration warm_up;
  // How long answers are recorded. With InfiniteDuration all are, until no operation has
  // anything left to do.
  absl::Duration recorded;
  // No answer for so long is an error, and the calls are cancelled.
  absl::Duration silence_max = absl::Seconds(30);
};

struct LoadResult {
  // Recorded ones: answered after the warm-up and before the end.
  int64_t calls = 0;
  double seconds = 0;
  // Also those of the warm-up and after the end, for what is known of the whole load only.
  int64_t calls_in_all = 0;
  // Of the recorded calls, from before the request is made until the answer is read.
  Histogram latency;

  double Rate() const { return seconds > 0 ? static_cast<double>(calls) / seconds : 0; }
};

// Returns when nothing is in flight any more. Where an operation has nothing left to do, recording
// ends with that, as fewer calls are in flight from then on. An error is that of the first answer
// that was not right, kDeadlineExceeded where the server fell silent, kCancelled where interrupted,
// kResourceExhausted where nothing was left to do before anything was recorded.
absl::StatusOr<LoadResult> RunClosedLoop(const std::vector<std::unique_ptr<Operation>>& operations,
                                         const ClosedLoopOptions& options);

}  // namespace usher::bench
