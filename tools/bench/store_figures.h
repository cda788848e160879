// StoreFigures: what the server under measurement tells of its disk work, at /metrics.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

namespace usher::bench {

// Since the server's start.
struct StoreFigures {
  int64_t syncs = 0;
  int64_t checkpoints = 0;
};

// Asks the HTTP port of a server on this machine. Any thread.
absl::StatusOr<StoreFigures> ReadStoreFigures(int http_port);

}  // namespace usher::bench
