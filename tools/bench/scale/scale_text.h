// How a report of sizes is shown: as tables to a person, as JSON to a program.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "tools/bench/scale/scale_report.pb.h"

namespace usher::bench {

// With the figures that docs/performance.md promises beside those that were measured.
std::string ToText(const v1::ScaleReport& report);

// Replaces the file. Field names as in scale_report.proto.
absl::Status WriteJson(const v1::ScaleReport& report, const std::string& path);

}  // namespace usher::bench
