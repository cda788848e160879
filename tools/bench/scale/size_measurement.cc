#include "tools/bench/scale/size_measurement.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/bench/load.h"
#include "tools/bench/scale/idle.h"
#include "tools/bench/scale/logins.h"
#include "tools/bench/scale/process_figures.h"
#include "tools/bench/scale/spent.h"
#include "tools/bench/statistics.h"
#include "tools/bench/temporary_directory.h"

namespace usher::bench {
namespace {

constexpr int64_t kApplicationsChecked = 20;

// Agents of the applications at work, far apart.
size_t AgentFarFromOthers(const Shape& shape, int turn) {
  constexpr int64_t kStep = 7919;
  return static_cast<size_t>(turn * kStep * shape.agents_per_application) %
         static_cast<size_t>(shape.agents());
}

// The first agent of each application that is asleep.
std::vector<size_t> Sleepers(const Shape& shape) {
  std::vector<size_t> agents;
  for (int64_t i = 0; i < shape.asleep; ++i) {
    agents.push_back(static_cast<size_t>((shape.applications + i) * shape.agents_per_application));
  }
  return agents;
}

absl::StatusOr<v1::Spent> LogInOneByOne(Probe& probe, const std::vector<size_t>& agents) {
  SpentRecorder recorder;
  for (const size_t agent : agents) {
    const auto took = probe.LogIn(agent, /*first=*/false);
    if (!took.ok()) return took.status();
    recorder.Record(*took);
  }
  return recorder.ToProto();
}

// Loads each, then has the same agents log in again; and out, so that they are asleep again.
absl::Status TouchSleepers(Served& served, v1::SizeFigures& figures) {
  const std::vector<size_t> agents = Sleepers(served.book().shape());
  const auto touched = LogInOneByOne(served.probe(), agents);
  if (!touched.ok()) return touched.status();
  const auto again = LogInOneByOne(served.probe(), agents);
  if (!again.ok()) return again.status();
  *figures.mutable_first_touch() = *touched;
  *figures.mutable_loaded_login() = *again;
  for (const size_t agent : agents) {
    if (absl::Status status = served.probe().LogOut(agent); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<LoadResult> LoadOnce(const ScalePlan& plan, Served& served) {
  return RunClosedLoop(
      RandomLogins(served.connections(), served.authorization(), plan.in_flight, &served.book()),
      {.threads = plan.client_threads, .warm_up = plan.warm_up, .recorded = plan.recorded});
}

}  // namespace

absl::StatusOr<EmptyServer> MeasureEmptyServer(const ScalePlan& plan,
                                               const std::string& directory) {
  auto temporary = TemporaryDirectory::CreateIn(directory);
  if (!temporary.ok()) return temporary.status();
  Book book{Shape()};
  auto served = Served::StartCold(absl::StrCat(temporary->path(), "/data"), 1, &book);
  if (!served.ok()) return served.status();
  const auto sessions = (*served)->AwaitSessions(0);
  if (!sessions.ok()) return sessions.status();
  EmptyServer empty{.bytes = AnonymousBytes((*served)->process().pid()), .idle = std::nullopt};
  if (plan.idle > absl::ZeroDuration()) {
    const auto idle = MeasureIdle((*served)->process(), 0, plan.idle);
    if (!idle.ok()) return idle.status();
    empty.idle = *idle;
  }
  const absl::Status status = (*served)->Stop();
  if (!status.ok()) return status;
  return empty;
}

absl::StatusOr<std::unique_ptr<Served>> MeasureStart(const ScalePlan& plan,
                                                     const std::string& data_dir,
                                                     int64_t empty_bytes, Book* book,
                                                     v1::SizeFigures& figures) {
  const Shape& shape = book->shape();
  figures.set_database_bytes(BytesIn(data_dir));
  std::unique_ptr<Served> last;
  for (int start = 0; start < plan.starts; ++start) {
    if (last != nullptr) {
      if (absl::Status status = last->Stop(); !status.ok()) return status;
    }
    auto served = Served::StartCold(data_dir, plan.connections, book);
    if (!served.ok()) return served.status();
    last = *std::move(served);
    const auto first_answer =
        last->probe().LogIn(AgentFarFromOthers(shape, start), /*first=*/false);
    if (!first_answer.ok()) return first_answer.status();
    figures.set_start_ms(
        std::max(figures.start_ms(), absl::ToDoubleMilliseconds(last->since_start())));
    figures.set_starts(start + 1);
  }
  const auto loaded = last->AwaitSessions(shape.agents());
  if (!loaded.ok()) return loaded.status();
  figures.set_all_loaded_ms(absl::ToDoubleMilliseconds(*loaded));
  figures.set_memory_bytes(AnonymousBytes(last->process().pid()) - empty_bytes);
  if (absl::Status status = TouchSleepers(*last, figures); !status.ok()) return status;
  return last;
}

absl::Status MeasureRate(const ScalePlan& plan, Served& served, Served* base,
                         v1::SizeFigures& figures) {
  std::vector<double> rates;
  std::vector<double> base_rates;
  for (int round = 0; round < plan.rounds; ++round) {
    // The order changes from round to round, so that neither is always the one that comes first.
    std::vector<Served*> turns = {&served};
    if (base != nullptr) turns.insert(round % 2 == 0 ? turns.begin() : turns.end(), base);
    for (Served* turn : turns) {
      const auto result = LoadOnce(plan, *turn);
      if (!result.ok()) return result.status();
      (turn == &served ? rates : base_rates).push_back(result->Rate());
    }
  }
  figures.set_in_flight(plan.in_flight);
  figures.set_logins_per_second(Median(rates));
  if (base == nullptr) return absl::OkStatus();
  const Interval ratio = MedianWithInterval(RatiosByRound(rates, base_rates));
  figures.set_rate_ratio(ratio.median);
  figures.set_rate_ratio_low(ratio.low);
  figures.set_rate_ratio_high(ratio.high);
  return absl::OkStatus();
}

absl::Status CheckSomeSessions(Served& served) {
  const int64_t applications = served.book().shape().applications;
  const int64_t step = std::max<int64_t>(1, applications / kApplicationsChecked);
  for (int64_t i = 0; i < applications; i += step) {
    if (absl::Status status = served.probe().CheckSessions(i); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace usher::bench
