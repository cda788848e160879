#include "tools/bench/cost_meter.h"

#include <time.h>

namespace usher::bench {
namespace {

absl::Duration OwnCpuTime() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return absl::DurationFromTimespec(time);
}

}  // namespace

absl::StatusOr<Costs> CostMeter::Now() const {
  const auto store = ReadStoreFigures(server_->http_port());
  if (!store.ok()) return store.status();
  return Costs{.client_cpu = OwnCpuTime(), .server_cpu = server_->CpuTime(), .store = *store};
}

absl::Status CostMeter::Begin() {
  const auto now = Now();
  if (now.ok()) before_ = *now;
  return now.status();
}

absl::StatusOr<Costs> CostMeter::End() const {
  // Before the question about the store, which costs something itself.
  const absl::Duration client_cpu = OwnCpuTime();
  const absl::Duration server_cpu = server_->CpuTime();
  const auto now = Now();
  if (!now.ok()) return now.status();
  return Costs{.client_cpu = client_cpu - before_.client_cpu,
               .server_cpu = server_cpu - before_.server_cpu,
               .store = {.syncs = now->store.syncs - before_.store.syncs,
                         .checkpoints = now->store.checkpoints - before_.store.checkpoints}};
}

}  // namespace usher::bench
