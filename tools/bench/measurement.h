// The measurement: sets the server and its agents up, measures round by round, and checks that the
// server did what it answered.
//
// All that is compared is measured in the same round, one after the other and in alternating
// order, so that a disturbance of the machine meets both sides of a ratio alike.
// Threading: one thread, before which no other was started.
#pragma once

#include "absl/status/statusor.h"
#include "tools/bench/plan.h"
#include "tools/bench/report.pb.h"

namespace usher::bench {

// An error says which answer of the server was not right, or what of the machine failed; never
// that something was slow. Progress goes to standard error.
absl::StatusOr<v1::Report> Measure(const Plan& plan);

}  // namespace usher::bench
