// How a report is shown to a person. Any thread.
#pragma once

#include <string>

#include "tools/bench/report.pb.h"

namespace usher::bench {

std::string ToText(const v1::Report& report);

}  // namespace usher::bench
