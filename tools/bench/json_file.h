// How a report is shown to a program. Any thread.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace usher::bench {

// Replaces the file. Field names as in the message's .proto, those without a value too.
absl::Status WriteJson(const google::protobuf::Message& report, const std::string& path);

}  // namespace usher::bench
