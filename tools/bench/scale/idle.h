// Idle: what a server costs that nobody calls. One thread.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/bench/scale/scale_report.pb.h"
#include "tools/bench/server_process.h"

namespace usher::bench {

// Looks on for so long, once the server has had a moment to come to rest. kCancelled where
// interrupted.
absl::StatusOr<v1::IdleFigures> MeasureIdle(const ServerProcess& server, int64_t live_sessions,
                                            absl::Duration duration);

}  // namespace usher::bench
