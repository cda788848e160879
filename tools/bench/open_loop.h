// The open loop: calls are made at the instants of a Poisson process, whatever the answers take, as
// of many callers who don't wait for each other. It shows what a caller waits for at a given rate.
//
// Latency is counted from the instant at which a call was to be made, not from that at which it
// was: a server that stalls, or a client that comes late, is in the latencies of all whose turn it
// was meanwhile (no coordinated omission).
// Threading: the caller waits; for each thread of the options the loop runs two of its own, one
// that sends and one that takes answers.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/bench/histogram.h"
#include "tools/bench/load.h"
#include "tools/bench/operation.h"

namespace usher::bench {

struct OpenLoopOptions {
  double rate_per_second = 0;
  int threads = 1;
  // Calls that were to be made in it are not recorded.
  absl::Duration warm_up;
  // How long calls are made afterwards. All of these are recorded, however late their answers are.
  absl::Duration recorded;
  // No answer for so long, or a call that could not be made for so long, is an error.
  absl::Duration silence_max = absl::Seconds(30);
  // Of the instants.
  uint64_t seed = 1;
};

struct OpenLoadResult : LoadResult {
  // Of the recorded calls those whose turn came when no operation was free: more of these would
  // have been in flight than there are operations.
  int64_t held_back = 0;
  // Of the recorded calls, from the instant at which each was to be made until it was.
  Histogram send_delay;
};

// Returns when everything is answered. There should be operations enough for all calls that are in
// flight at once. Errors as of RunClosedLoop; kResourceExhausted where calls arrive faster than
// they are answered, or no operation has anything left to do.
absl::StatusOr<OpenLoadResult> RunOpenLoop(
    const std::vector<std::unique_ptr<Operation>>& operations, const OpenLoopOptions& options);

}  // namespace usher::bench
