#include "tools/bench/measurement.h"

#include <sys/utsname.h>
#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/operator_token.h"
#include "tools/bench/call_workload.h"
#include "tools/bench/connections.h"
#include "tools/bench/disk_anchor.h"
#include "tools/bench/echo_workload.h"
#include "tools/bench/load.h"
#include "tools/bench/login_workload.h"
#include "tools/bench/series.h"
#include "tools/bench/server_process.h"
#include "tools/bench/site.h"
#include "tools/bench/temporary_directory.h"
#include "tools/bench/watched_workload.h"

namespace usher::bench {
namespace {

// First logins in flight while the agents are set up.
constexpr int kSetupInFlight = 64;
// The disk has no warm-up and little noise: this part of a round is enough for it.
constexpr double kDiskShare = 0.2;

absl::Duration OwnCpuTime() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return absl::DurationFromTimespec(time);
}

v1::Machine ThisMachine() {
  v1::Machine machine;
  machine.set_cores(static_cast<int>(std::thread::hardware_concurrency()));
  utsname name = {};
  if (uname(&name) == 0) machine.set_kernel(absl::StrCat(name.sysname, " ", name.release));
#ifdef NDEBUG
  machine.set_release_build(true);
#endif
  return machine;
}

// All that one level measures.
class LevelMeter {
 public:
  LevelMeter(const Plan& plan, int in_flight, const ServerProcess* server, DiskAnchor* disk,
             std::vector<Workload*> workloads)
      : plan_(plan),
        in_flight_(in_flight),
        server_(server),
        disk_(disk),
        workloads_(std::move(workloads)) {
    for (const Workload* workload : workloads_) recorders_.emplace_back(workload->name());
  }

  absl::Status WarmUp() {
    for (size_t i = 0; i < workloads_.size(); ++i) {
      if (const auto result = Run(i); !result.ok()) return result.status();
    }
    return absl::OkStatus();
  }

  absl::Status Round(int number) {
    const auto disk = disk_->Run(plan_.recorded * kDiskShare);
    if (!disk.ok()) return disk.status();
    disk_recorder_.AddRound(*disk, absl::ZeroDuration(), absl::ZeroDuration());
    for (size_t i = 0; i < workloads_.size(); ++i) {
      const size_t turn = number % 2 == 0 ? i : workloads_.size() - 1 - i;
      const absl::Duration client_before = OwnCpuTime();
      const absl::Duration server_before = server_->CpuTime();
      const auto result = Run(turn);
      if (!result.ok()) return result.status();
      recorders_[turn].AddRound(*result, OwnCpuTime() - client_before,
                                server_->CpuTime() - server_before);
    }
    return absl::OkStatus();
  }

  v1::Level ToProto() const {
    v1::Level level;
    level.set_in_flight(in_flight_);
    *level.add_series() = disk_recorder_.ToProto();
    const SeriesRecorder* echo = nullptr;
    for (const SeriesRecorder& recorder : recorders_) {
      *level.add_series() = recorder.ToProto();
      if (recorder.name() == kEcho) echo = &recorder;
    }
    for (const SeriesRecorder& recorder : recorders_) {
      if (&recorder != echo) AddRatios(recorder, echo, level);
    }
    AddLoginRatios(level);
    return level;
  }

 private:
  // What stands beside a login: a call's start or end, which is one durable commit, too, and a
  // login that is watched.
  void AddLoginRatios(v1::Level& level) const {
    const auto login = std::find_if(recorders_.begin(), recorders_.end(),
                                    [](const auto& recorder) { return recorder.name() == kLogin; });
    if (login == recorders_.end()) return;
    for (const SeriesRecorder& recorder : recorders_) {
      if (recorder.name() != kCall && recorder.name() != kLoginWatched) continue;
      *level.add_ratios() = MakeRatio(absl::StrCat(recorder.name(), " / ", login->name()),
                                      recorder.rates(), login->rates());
    }
  }

  absl::StatusOr<LoadResult> Run(size_t which) const {
    auto result = RunClosedLoop(
        workloads_[which]->MakeOperations(in_flight_),
        {.threads = plan_.client_threads, .warm_up = plan_.warm_up, .recorded = plan_.recorded});
    if (result.ok()) return result;
    return absl::Status(result.status().code(),
                        absl::StrCat(recorders_[which].name(), " at ", in_flight_,
                                     " in flight: ", result.status().message()));
  }

  // Without an echo, to the disk alone.
  void AddRatios(const SeriesRecorder& recorder, const SeriesRecorder* echo,
                 v1::Level& level) const {
    const std::string& name = recorder.name();
    if (echo != nullptr) {
      *level.add_ratios() =
          MakeRatio(absl::StrCat(name, " / ", echo->name()), recorder.rates(), echo->rates());
    }
    *level.add_ratios() = MakeRatio(absl::StrCat(name, " / ", disk_recorder_.name()),
                                    recorder.rates(), disk_recorder_.rates());
    if (echo != nullptr && in_flight_ == 1) {
      *level.add_ratios() = MakeExcess(recorder, *echo, disk_recorder_);
    }
  }

  const Plan& plan_;
  const int in_flight_;
  const ServerProcess* const server_;
  DiskAnchor* const disk_;
  const std::vector<Workload*> workloads_;
  std::vector<SeriesRecorder> recorders_;
  SeriesRecorder disk_recorder_{"fdatasync"};
};

absl::Status MeasureLevels(const Plan& plan, const ServerProcess& server, DiskAnchor& disk,
                           const std::vector<Workload*>& workloads, v1::Report& report) {
  for (const int in_flight : plan.in_flight) {
    LevelMeter meter(plan, in_flight, &server, &disk, workloads);
    absl::FPrintF(stderr, "measuring %d in flight, %d rounds\n", in_flight, plan.rounds);
    absl::Status status = meter.WarmUp();
    for (int round = 0; round < plan.rounds && status.ok(); ++round) status = meter.Round(round);
    if (!status.ok()) return status;
    *report.add_levels() = meter.ToProto();
  }
  return absl::OkStatus();
}

// Every agent's first login, which binds the license.
absl::Status LogEverybodyIn(const Connections& connections, Site* site) {
  absl::FPrintF(stderr, "setting up %d agents\n", site->agents());
  LoginWorkload first_logins(LoginWorkload::Kind::kFirst, &connections, site);
  return RunClosedLoop(first_logins.MakeOperations(kSetupInFlight),
                       {.recorded = absl::InfiniteDuration()})
      .status();
}

// How large a login is: after one operation was driven for a moment.
absl::StatusOr<MessageSizes> MeasureSizes(LoginWorkload& logins) {
  const auto result =
      RunClosedLoop(logins.MakeOperations(1), {.recorded = absl::Milliseconds(100)});
  if (!result.ok()) return result.status();
  return logins.sizes();
}

std::vector<Workload*> Chosen(const Plan& plan, const std::vector<Workload*>& all) {
  std::vector<Workload*> chosen;
  std::copy_if(all.begin(), all.end(), std::back_inserter(chosen), [&plan](const Workload* one) {
    return std::count(plan.workloads.begin(), plan.workloads.end(), one->name()) > 0;
  });
  return chosen;
}

void Describe(const Plan& plan, const MessageSizes& sizes, v1::Report& report) {
  *report.mutable_machine() = ThisMachine();
  report.set_agents(plan.agents);
  report.set_connections(plan.connections);
  report.set_client_threads(plan.client_threads);
  report.set_rounds(plan.rounds);
  report.set_round_seconds(absl::ToDoubleSeconds(plan.recorded));
  report.set_request_bytes(sizes.request_bytes);
  report.set_response_bytes(sizes.response_bytes);
}

}  // namespace

absl::StatusOr<v1::Report> Measure(const Plan& plan) {
  auto directory = TemporaryDirectory::CreateIn(plan.directory);
  if (!directory.ok()) return directory.status();
  const std::string data_dir = absl::StrCat(directory->path(), "/data");
  auto server = ServerProcess::Start(data_dir, plan.server_wrapper);
  if (!server.ok()) return server.status();
  auto disk = DiskAnchor::Create(directory->path());
  if (!disk.ok()) return disk.status();

  const Connections connections(server->address(), plan.connections);
  const std::string token = ReadOperatorToken(data_dir);
  auto site = Site::Create(connections.at(0), token, plan.agents);
  if (!site.ok()) return site.status();
  absl::Status status = LogEverybodyIn(connections, site->get());
  if (!status.ok()) return status;

  LoginWorkload login(LoginWorkload::Kind::kAgain, &connections, site->get());
  const auto sizes = MeasureSizes(login);
  if (!sizes.ok()) return sizes.status();
  v1::Report report;
  Describe(plan, *sizes, report);

  EchoWorkload echo(&connections, *sizes);
  CallWorkload call(&connections, site->get());
  ExtendWorkload extend(&connections, site->get());
  const bool voice = !Chosen(plan, {&call, &extend}).empty();
  if (voice) status = (*site)->BuyVoice();
  if (!status.ok()) return status;
  WatchedWorkload watched(&login, &connections, site->get());
  status = MeasureLevels(plan, *server, *disk,
                         Chosen(plan, {&echo, &login, &watched, &call, &extend}), report);
  if (!status.ok()) return status;

  const auto verification = (*site)->Verify();
  if (!verification.ok()) return verification.status();
  *report.mutable_verification() = *verification;
  status = server->Stop();
  if (!status.ok()) return status;
  return report;
}

}  // namespace usher::bench
