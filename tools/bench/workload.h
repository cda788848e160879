// Workload: what is measured under one name. It makes the operations that a load drives.
//
// To add one: derive its operations from UnaryOperation or SequenceOperation, name it in plan.h,
// and list it in suite.cc. Threading: operations of one call of MakeOperations run on several
// threads at once.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "tools/bench/operation.h"

namespace usher::bench {

// What one call carries, where that is more than itself.
struct Items {
  int per_call = 1;
  // Such as "renewals".
  std::string_view name;
};

class Workload {
 public:
  virtual ~Workload() = default;

  // As tables and ratios show it.
  virtual std::string_view name() const = 0;
  virtual Items items() const { return {}; }

  // Puts the server into the state that the operations start from. Not measured; called each time
  // before they are made.
  virtual absl::Status Prepare() { return absl::OkStatus(); }

  // Callers that may all be in flight at the same time. The workload outlives them, and they are
  // gone before the next are made.
  virtual std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) = 0;
};

}  // namespace usher::bench
