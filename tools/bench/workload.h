// Workload: what is measured under one name. It makes the operations that a load drives.
//
// To add one: derive its operations from UnaryOperation, and list it in measurement.cc.
// Threading: operations of one call of MakeOperations run on several threads at once.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tools/bench/operation.h"

namespace usher::bench {

class Workload {
 public:
  virtual ~Workload() = default;

  // As tables and ratios show it.
  virtual std::string_view name() const = 0;

  // Callers that may all be in flight at the same time. The workload outlives them, and they are
  // gone before the next are made.
  virtual std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) = 0;
};

}  // namespace usher::bench
