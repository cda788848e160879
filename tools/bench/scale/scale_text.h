// How a report of sizes is shown to a person. Any thread.
#pragma once

#include <string>

#include "tools/bench/scale/scale_report.pb.h"

namespace usher::bench {

// With the figures that docs/performance.md promises beside those that were measured.
std::string ToText(const v1::ScaleReport& report);

}  // namespace usher::bench
