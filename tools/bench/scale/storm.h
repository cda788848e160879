// Storm: all agents of one large application log in at once. One thread, but for the bystander's.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "tools/bench/scale/plan.h"
#include "tools/bench/scale/scale_report.pb.h"

namespace usher::bench {

// What is filled for it: two such applications, so that there is a bystander. Nobody has ever
// logged in.
Shape StormShape(const ScalePlan& plan);

// On the filled database, whose agents are at work afterwards.
absl::StatusOr<v1::StormFigures> MeasureStorm(const ScalePlan& plan, const std::string& data_dir);

}  // namespace usher::bench
