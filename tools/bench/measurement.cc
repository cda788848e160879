#include "tools/bench/measurement.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/operator_token.h"
#include "tools/bench/connections.h"
#include "tools/bench/disk_anchor.h"
#include "tools/bench/level_meter.h"
#include "tools/bench/machine.h"
#include "tools/bench/open_meter.h"
#include "tools/bench/server_process.h"
#include "tools/bench/suite.h"
#include "tools/bench/temporary_directory.h"

namespace usher::bench {
namespace {

absl::Status MeasureLevels(const Plan& plan, const ServerProcess& server, DiskAnchor& disk,
                           const Suite& suite, v1::Report& report) {
  for (const int in_flight : plan.in_flight) {
    LevelMeter meter(&plan, in_flight, &server, &disk, &suite.workloads());
    absl::FPrintF(stderr, "measuring %d in flight, %d rounds\n", in_flight, plan.rounds);
    absl::Status status = meter.WarmUp();
    for (int round = 0; round < plan.rounds && status.ok(); ++round) status = meter.Round(round);
    if (!status.ok()) return status;
    *report.add_levels() = meter.ToProto();
  }
  return absl::OkStatus();
}

Workload* Find(const Suite& suite, std::string_view name) {
  for (const auto& workload : suite.workloads()) {
    if (workload->name() == name) return workload.get();
  }
  return nullptr;
}

// What the closed loop reached at its best level.
double PeakOf(std::string_view workload, const v1::Report& report) {
  double peak = 0;
  for (const v1::Level& level : report.levels()) {
    for (const v1::Series& series : level.series()) {
      if (series.name() == workload) peak = std::max(peak, series.rate_per_second().median());
    }
  }
  return peak;
}

absl::Status MeasureOpenLoops(const Plan& plan, const ServerProcess& server, DiskAnchor& disk,
                              const Suite& suite, v1::Report& report) {
  for (const std::string& name : plan.open_workloads) {
    if (!plan.Opens(name)) continue;
    ArrivalRate rate{.per_second = plan.open_rate};
    if (rate.per_second <= 0) {
      rate = {.per_second = std::max(kRateMin, plan.open_rate_share * PeakOf(name, report)),
              .share_of_peak = plan.open_rate_share};
    }
    OpenMeter meter(&plan, rate, &server, &disk, Find(suite, kEcho), Find(suite, name));
    absl::FPrintF(stderr, "measuring %s at %.0f calls/s, %d rounds\n", name, rate.per_second,
                  plan.rounds);
    for (int round = 0; round < plan.rounds; ++round) {
      const absl::Status status = meter.Round(round);
      if (!status.ok()) return status;
    }
    *report.add_open_loops() = meter.ToProto();
  }
  return absl::OkStatus();
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

  auto connections = std::make_unique<Connections>(server->address(), plan.connections);
  auto suite = Suite::Create(plan, connections.get(), ReadOperatorToken(data_dir));
  if (!suite.ok()) return suite.status();
  v1::Report report;
  Describe(plan, (*suite)->login_sizes(), report);
  absl::Status status = MeasureLevels(plan, *server, *disk, **suite, report);
  if (status.ok()) status = MeasureOpenLoops(plan, *server, *disk, **suite, report);
  if (!status.ok()) return status;

  const auto verification = (*suite)->Verify();
  if (!verification.ok()) return verification.status();
  *report.mutable_verification() = *verification;
  // The server would wait for connections that are still open.
  suite->reset();
  connections.reset();
  status = server->Stop();
  if (!status.ok()) return status;
  return report;
}

}  // namespace usher::bench
