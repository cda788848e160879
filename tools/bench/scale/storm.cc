#include "tools/bench/scale/storm.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "tools/bench/load.h"
#include "tools/bench/scale/logins.h"
#include "tools/bench/scale/served.h"
#include "tools/bench/scale/spent.h"

namespace usher::bench {
namespace {

// Agents as the book numbers them: the first of the application that is stormed is touched before
// the storm, the bystander is the first of the other application.
constexpr size_t kToucher = 0;
size_t BystanderOf(const Shape& shape) { return static_cast<size_t>(shape.agents_per_application); }

// Has an agent of another application log in again and again.
class Bystander {
 public:
  Bystander(Served& served, size_t agent)
      : probe_(served.connections().at(1), served.authorization(), &served.book()),
        thread_([this, agent] { Run(agent); }) {}
  ~Bystander() { End().IgnoreError(); }

  absl::StatusOr<v1::Spent> End() {
    ending_.store(true);
    if (thread_.joinable()) thread_.join();
    if (!status_.ok()) return status_;
    return recorder_.ToProto();
  }

 private:
  void Run(size_t agent) {
    while (!ending_.load() && status_.ok()) {
      const auto took = probe_.LogIn(agent, /*first=*/false);
      status_ = took.status();
      if (took.ok()) recorder_.Record(*took);
    }
  }

  Probe probe_;
  std::atomic<bool> ending_ = false;
  absl::Status status_;
  SpentRecorder recorder_;
  // The last: it uses the others.
  std::thread thread_;
};

// Loads the application that is stormed while the bystander goes on.
absl::Status Touch(Served& served, v1::StormFigures& figures) {
  const size_t bystander = BystanderOf(served.book().shape());
  const auto own_first = served.probe().LogIn(bystander, /*first=*/true);
  if (!own_first.ok()) return own_first.status();
  Bystander standing_by(served, bystander);
  // Long enough before and behind it to tell what the bystander is used to.
  constexpr absl::Duration kAround = absl::Milliseconds(200);
  absl::SleepFor(kAround);
  const auto touched = served.probe().LogIn(kToucher, /*first=*/true);
  absl::SleepFor(kAround);
  const auto spent = standing_by.End();
  if (!touched.ok()) return touched.status();
  if (!spent.ok()) return spent.status();
  figures.set_first_touch_ms(absl::ToDoubleMilliseconds(*touched));
  *figures.mutable_bystander() = *spent;
  return absl::OkStatus();
}

absl::StatusOr<double> LogAllIn(Served& served, bool first) {
  const auto agents = static_cast<size_t>(served.book().shape().agents_per_application) - 1;
  const auto result = RunClosedLoop(OneLoginEach(served.connections(), served.authorization(),
                                                 kToucher + 1, agents, first, &served.book()),
                                    {.recorded = absl::InfiniteDuration()});
  if (!result.ok()) return result.status();
  return result->seconds;
}

}  // namespace

Shape StormShape(const ScalePlan& plan) {
  return {.name = "storm",
          .applications = 2,
          .asleep = 0,
          .licenses_per_application = plan.storm_licenses,
          .agents_per_application = 0};
}

absl::StatusOr<v1::StormFigures> MeasureStorm(const ScalePlan& plan, const std::string& data_dir) {
  // One more touches the application before.
  Shape shape = StormShape(plan);
  shape.agents_per_application = plan.storm_agents + 1;
  Book book(shape);
  v1::StormFigures figures;
  figures.set_licenses(plan.storm_licenses);
  figures.set_agents(plan.storm_agents);
  figures.set_connections(plan.storm_connections);
  auto served = Served::StartCold(data_dir, plan.storm_connections, &book);
  if (!served.ok()) return served.status();
  absl::Status status = Touch(**served, figures);
  if (!status.ok()) return status;
  const auto first = LogAllIn(**served, /*first=*/true);
  if (!first.ok()) return first.status();
  figures.set_first_logins_seconds(*first);
  const auto again = LogAllIn(**served, /*first=*/false);
  if (!again.ok()) return again.status();
  figures.set_logins_again_seconds(*again);
  status = (*served)->probe().CheckSessions(0);
  if (status.ok()) status = (*served)->Stop();
  if (!status.ok()) return status;

  served = Served::StartCold(data_dir, 1, &book);
  if (!served.ok()) return served.status();
  const auto touched = (*served)->probe().LogIn(kToucher, /*first=*/false);
  if (!touched.ok()) return touched.status();
  figures.set_first_touch_at_work_ms(absl::ToDoubleMilliseconds(*touched));
  status = (*served)->Stop();
  if (!status.ok()) return status;
  return figures;
}

}  // namespace usher::bench
