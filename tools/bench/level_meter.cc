#include "tools/bench/level_meter.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/bench/cost_meter.h"
#include "tools/bench/ratios.h"

namespace usher::bench {
namespace {

// The disk has no warm-up and little noise: this part of a round is enough for it.
constexpr double kDiskShare = 0.2;

void Add(v1::Ratio ratio, v1::Level& level) {
  AddWithTarget(std::move(ratio), level.in_flight(), *level.mutable_ratios());
}

}  // namespace

LevelMeter::LevelMeter(const Plan* plan, int in_flight, const ServerProcess* server,
                       DiskAnchor* disk, const std::vector<std::unique_ptr<Workload>>* workloads)
    : plan_(plan), in_flight_(in_flight), server_(server), disk_(disk), workloads_(workloads) {
  for (const auto& workload : *workloads_) {
    recorders_.emplace_back(workload->name(), workload->items());
  }
}

absl::Status LevelMeter::WarmUp() {
  for (size_t i = 0; i < workloads_->size(); ++i) {
    const absl::Status prepared = (*workloads_)[i]->Prepare();
    if (!prepared.ok()) return prepared;
    if (const auto result = Run(i); !result.ok()) return result.status();
  }
  return absl::OkStatus();
}

absl::Status LevelMeter::Round(int number) {
  const auto disk = disk_->Run(plan_->recorded * kDiskShare);
  if (!disk.ok()) return disk.status();
  disk_recorder_.AddRound(*disk);
  for (size_t i = 0; i < workloads_->size(); ++i) {
    const size_t turn = number % 2 == 0 ? i : workloads_->size() - 1 - i;
    absl::Status status = (*workloads_)[turn]->Prepare();
    CostMeter meter(server_);
    if (status.ok()) status = meter.Begin();
    if (!status.ok()) return status;
    const auto result = Run(turn);
    if (!result.ok()) return result.status();
    const auto costs = meter.End();
    if (!costs.ok()) return costs.status();
    recorders_[turn].AddRound(*result, *costs);
  }
  return absl::OkStatus();
}

absl::StatusOr<LoadResult> LevelMeter::Run(size_t which) {
  auto result = RunClosedLoop(
      (*workloads_)[which]->MakeOperations(in_flight_),
      {.threads = plan_->client_threads, .warm_up = plan_->warm_up, .recorded = plan_->recorded});
  if (result.ok()) return result;
  return absl::Status(result.status().code(),
                      absl::StrCat(recorders_[which].name(), " at ", in_flight_,
                                   " in flight: ", result.status().message()));
}

v1::Level LevelMeter::ToProto() const {
  v1::Level level;
  level.set_in_flight(in_flight_);
  *level.add_series() = disk_recorder_.ToProto();
  for (const SeriesRecorder& recorder : recorders_) *level.add_series() = recorder.ToProto();
  for (const SeriesRecorder& recorder : recorders_) AddRatios(recorder, level);
  AddComparisons(level);
  AddItems(level);
  return level;
}

const SeriesRecorder* LevelMeter::Find(std::string_view name) const {
  const auto found = std::find_if(recorders_.begin(), recorders_.end(),
                                  [name](const auto& recorder) { return recorder.name() == name; });
  return found == recorders_.end() ? nullptr : &*found;
}

// To both anchors; without an echo, to the disk alone.
void LevelMeter::AddRatios(const SeriesRecorder& recorder, v1::Level& level) const {
  const SeriesRecorder* const echo = Find(kEcho);
  if (&recorder == echo) return;
  const std::string& name = recorder.name();
  if (echo != nullptr) {
    Add(MakeRatio(absl::StrCat(name, " / ", echo->name()), recorder.rates(), echo->rates()), level);
  }
  Add(MakeRatio(absl::StrCat(name, " / ", disk_recorder_.name()), recorder.rates(),
                disk_recorder_.rates()),
      level);
  if (echo != nullptr && in_flight_ == 1) Add(MakeExcess(recorder, *echo, disk_recorder_), level);
}

// What stands beside a login: what is a durable commit, too, and a login that is watched.
void LevelMeter::AddComparisons(v1::Level& level) const {
  const SeriesRecorder* const login = Find(kLogin);
  if (login == nullptr) return;
  for (const std::string_view name : {kLoginWatched, kFirstLogin, kLogout, kCall}) {
    const SeriesRecorder* const other = Find(name);
    if (other == nullptr) continue;
    Add(MakeRatio(absl::StrCat(other->name(), " / ", login->name()), other->rates(),
                  login->rates()),
        level);
  }
}

void LevelMeter::AddItems(v1::Level& level) const {
  for (const SeriesRecorder& recorder : recorders_) {
    if (recorder.items().per_call > 1) Add(MakeItemRate(recorder), level);
  }
}

}  // namespace usher::bench
