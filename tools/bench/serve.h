// The server as usher-bench starts it: the real one, with the echo beside its services, on a free
// port of the loopback device.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace usher::bench {

// Serves a data directory until standard input ends. Writes the port and a line feed to standard
// output once it does.
absl::Status ServeUntilInputEnds(const std::string& data_dir);

}  // namespace usher::bench
