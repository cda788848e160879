// CostMeter: what a load costs client and server. One thread.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/bench/server_process.h"
#include "tools/bench/store_figures.h"

namespace usher::bench {

// Of a whole load, its warm-up included.
struct Costs {
  absl::Duration client_cpu;
  absl::Duration server_cpu;
  StoreFigures store;
};

class CostMeter {
 public:
  // `server` outlives it.
  explicit CostMeter(const ServerProcess* server) : server_(server) {}

  absl::Status Begin();
  // Since Begin.
  absl::StatusOr<Costs> End() const;

 private:
  absl::StatusOr<Costs> Now() const;

  const ServerProcess* const server_;
  Costs before_;
};

}  // namespace usher::bench
