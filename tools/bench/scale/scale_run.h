// RunScale: fills databases of all shapes of a plan and measures servers on them.
//
// Tells on standard error what it is at. Leaves nothing behind but what the plan says to keep.
// One thread.
#pragma once

#include "absl/status/statusor.h"
#include "tools/bench/scale/plan.h"
#include "tools/bench/scale/scale_report.pb.h"

namespace usher::bench {

// What all the databases of the plan take on the disk at most.
int64_t DiskBytesOf(const ScalePlan& plan);

// kResourceExhausted where the disk has no room for them, before anything is written; kInternal
// where an answer was wrong; kCancelled where interrupted. Empty where the plan is only to fill.
absl::StatusOr<v1::ScaleReport> RunScale(const ScalePlan& plan);

}  // namespace usher::bench
