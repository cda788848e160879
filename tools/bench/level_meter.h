// LevelMeter: measures all workloads with so many calls in flight, round by round, and the disk
// beside them. One thread.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/bench/disk_anchor.h"
#include "tools/bench/load.h"
#include "tools/bench/plan.h"
#include "tools/bench/report.pb.h"
#include "tools/bench/series.h"
#include "tools/bench/server_process.h"
#include "tools/bench/workload.h"

namespace usher::bench {

class LevelMeter {
 public:
  // All outlive it.
  LevelMeter(const Plan* plan, int in_flight, const ServerProcess* server, DiskAnchor* disk,
             const std::vector<std::unique_ptr<Workload>>* workloads);

  // Each workload once, for nothing.
  absl::Status WarmUp();
  // The disk and each workload once, in alternating order: odd rounds are measured backwards.
  absl::Status Round(int number);

  v1::Level ToProto() const;

 private:
  absl::StatusOr<LoadResult> Run(size_t which);
  const SeriesRecorder* Find(std::string_view name) const;
  void AddRatios(const SeriesRecorder& recorder, v1::Level& level) const;
  void AddComparisons(v1::Level& level) const;
  void AddItems(v1::Level& level) const;

  const Plan* const plan_;
  const int in_flight_;
  const ServerProcess* const server_;
  DiskAnchor* const disk_;
  const std::vector<std::unique_ptr<Workload>>* const workloads_;
  std::vector<SeriesRecorder> recorders_;
  SeriesRecorder disk_recorder_{"fdatasync"};
};

}  // namespace usher::bench
