// The server as usher-bench starts it: the real one, with the echo beside its services, on free
// ports of the loopback device.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace usher::bench {

// Serves a data directory until standard input ends. Writes a line to standard output once it does:
// the port, and that of its metrics.
absl::Status ServeUntilInputEnds(const std::string& data_dir);

}  // namespace usher::bench
