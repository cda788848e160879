// How a report is shown: as tables to a person, as JSON to a program.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "tools/bench/report.pb.h"

namespace usher::bench {

std::string ToText(const v1::Report& report);

// Replaces the file. Field names as in report.proto.
absl::Status WriteJson(const v1::Report& report, const std::string& path);

}  // namespace usher::bench
