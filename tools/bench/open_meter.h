// OpenMeter: measures what callers wait for when a workload is called at a given rate, and beside
// it the echo at the same rate and the disk. One thread.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/bench/disk_anchor.h"
#include "tools/bench/histogram.h"
#include "tools/bench/open_loop.h"
#include "tools/bench/plan.h"
#include "tools/bench/report.pb.h"
#include "tools/bench/series.h"
#include "tools/bench/server_process.h"
#include "tools/bench/workload.h"

namespace usher::bench {

struct ArrivalRate {
  double per_second = 0;
  // Of what a closed loop reached in the same run; 0 where the rate was given.
  double share_of_peak = 0;
};

class OpenMeter {
 public:
  // All outlive it. `echo` is null where none is to be measured.
  OpenMeter(const Plan* plan, ArrivalRate rate, const ServerProcess* server, DiskAnchor* disk,
            Workload* echo, Workload* workload);

  // The disk, then the echo and the workload; in odd rounds the echo comes last.
  absl::Status Round(int number);

  v1::OpenLoop ToProto() const;

 private:
  struct Runner {
    Workload* workload = nullptr;
    SeriesRecorder recorder;
    Histogram send_delay;
    int64_t held_back = 0;
  };

  absl::Status Run(Runner& runner, int round);

  const Plan* const plan_;
  const ArrivalRate rate_;
  const ServerProcess* const server_;
  DiskAnchor* const disk_;
  // The echo first, where there is one.
  std::vector<Runner> runners_;
  SeriesRecorder disk_recorder_{"fdatasync"};
};

}  // namespace usher::bench
