#include "tools/bench/open_meter.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/bench/cost_meter.h"
#include "tools/bench/ratios.h"
#include "tools/bench/targets.h"

namespace usher::bench {
namespace {

// The streams that the server admits on a connection: more calls would wait in the client, unseen.
constexpr int kCallsPerConnection = 256;
// The disk needs little of a round.
constexpr double kDiskShare = 0.1;
constexpr double kHalf = 0.5;

}  // namespace

OpenMeter::OpenMeter(const Plan* plan, ArrivalRate rate, const ServerProcess* server,
                     DiskAnchor* disk, Workload* echo, Workload* workload)
    : plan_(plan), rate_(rate), server_(server), disk_(disk) {
  for (Workload* one : {echo, workload}) {
    if (one == nullptr) continue;
    runners_.push_back({.workload = one, .recorder = SeriesRecorder(one->name(), one->items())});
  }
}

absl::Status OpenMeter::Round(int number) {
  const auto disk = disk_->Run(plan_->open_recorded * kDiskShare);
  if (!disk.ok()) return disk.status();
  disk_recorder_.AddRound(*disk);
  for (size_t i = 0; i < runners_.size(); ++i) {
    const size_t turn = number % 2 == 0 ? i : runners_.size() - 1 - i;
    const absl::Status status = Run(runners_[turn], number);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status OpenMeter::Run(Runner& runner, int round) {
  absl::Status status = runner.workload->Prepare();
  CostMeter meter(server_);
  if (status.ok()) status = meter.Begin();
  if (!status.ok()) return status;
  const auto result =
      RunOpenLoop(runner.workload->MakeOperations(plan_->connections * kCallsPerConnection),
                  {.rate_per_second = rate_.per_second,
                   .threads = plan_->client_threads,
                   .warm_up = plan_->warm_up,
                   .recorded = plan_->open_recorded,
                   .seed = static_cast<uint64_t>(round) + 1});
  if (!result.ok()) {
    return absl::Status(result.status().code(),
                        absl::StrCat(runner.recorder.name(), " at ", rate_.per_second,
                                     " calls/s: ", result.status().message()));
  }
  const auto costs = meter.End();
  if (!costs.ok()) return costs.status();
  runner.recorder.AddRound(*result, *costs);
  runner.send_delay.Merge(result->send_delay);
  runner.held_back += result->held_back;
  return absl::OkStatus();
}

v1::OpenLoop OpenMeter::ToProto() const {
  v1::OpenLoop open;
  const SeriesRecorder& measured = runners_.back().recorder;
  open.set_workload(measured.name());
  open.set_rate_per_second(rate_.per_second);
  open.set_share_of_peak(rate_.share_of_peak);
  open.set_round_seconds(absl::ToDoubleSeconds(plan_->open_recorded));
  *open.add_series() = disk_recorder_.ToProto();
  for (const Runner& runner : runners_) {
    v1::Series& series = *open.add_series();
    series = runner.recorder.ToProto();
    series.set_held_back(runner.held_back);
    *series.mutable_send_delay() = LatencyOf(runner.send_delay);
  }
  const int goal = rate_.share_of_peak == kHalf ? kHalfOfPeak : kNoLevel;
  AddWithTarget(MakeTail(measured), goal, *open.mutable_ratios());
  if (runners_.size() == 1) return open;
  const SeriesRecorder& echo = runners_.front().recorder;
  AddWithTarget(MakeExcess(measured, echo, disk_recorder_), goal, *open.mutable_ratios());
  return open;
}

}  // namespace usher::bench
