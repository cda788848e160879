// How much room a disk has left. Any thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace usher::storage {

// What is left for files beside `path`, in bytes. kUnavailable where the system does not tell.
absl::StatusOr<int64_t> FreeBytesBeside(const std::string& path);

}  // namespace usher::storage
