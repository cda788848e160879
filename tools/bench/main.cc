// usher-bench: how fast Usher is, by the measure of an empty RPC and of the disk.
//
//   usher-bench                          measures for about two minutes
//   usher-bench --quick --json out.json  everything, in less than a minute
//
// Exit codes: 0 measured, however slow; 1 the server answered wrongly, or something failed; 2
// usage.

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/synchronization/mutex.h"
#include "tools/bench/interruption.h"
#include "tools/bench/json_file.h"
#include "tools/bench/measurement.h"
#include "tools/bench/plan.h"
#include "tools/bench/report_text.h"
#include "tools/bench/serve.h"
#include "tools/bench/site.h"

namespace usher::bench {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

constexpr char kFooter[] = R"(
Workloads; each call is checked, and counts as one:
  echo           no work, with as many bytes each way as a login: the measure of the others
  login          a new session of an agent who is logged in, from a fresh client_id: a takeover
  login-watched  the same, while a hundred consoles watch the account
  first-login    binds an idle license to an email that was never seen
  logout         ends a live session
  renew          renews a session
  renew-1000     renews a thousand at once
  shift          in turn a login, 20 renewals, a logout; of the logins 1 % are refused, as they must be
  check          whether an agent could log in
  entitlements   all of an application at one glance
  call           in turn the start, connection, extension and end of a Voice AI call
  extend-1000    extends a thousand calls at once

Closed loop: so many calls are always in flight. With --rate or --rate-share what --open names is
also called at the instants of a Poisson process, whatever the answers take; latency counts from
these instants. Beside all that, the disk: 4 KiB overwrites, each with fdatasync.
Each ratio is the median of its rounds, with the interval that holds the true one as surely as its
head says; "wanted" is what Usher aims at. Slowness is no failure, a wrong answer is.

Exit codes: 0 measured; 1 an answer was wrong, or something failed; 2 usage.)";

struct Arguments {
  Plan plan;
  bool quick = false;
  std::vector<std::string> workloads;
  std::vector<int> in_flight;
  std::optional<int> rounds;
  std::optional<double> seconds;
  std::vector<std::string> open_workloads;
  std::optional<double> rate_share;
  std::optional<double> open_seconds;
  std::string json;
  std::string serve;
};

std::string DefaultDirectory() {
  const char* directory = std::getenv("TMPDIR");
  return directory != nullptr && *directory != '\0' ? directory : "/tmp";
}

void Describe(CLI::App& app, Arguments& arguments) {
  Plan& plan = arguments.plan;
  app.add_flag("--quick", arguments.quick, "Everything for a moment, less than a minute in all");
  std::vector<std::string> names(kWorkloads.begin(), kWorkloads.end());
  names.emplace_back(kAll);
  app.add_option("--workloads", arguments.workloads,
                 "What to measure [echo,login,call; quick: all]")
      ->delimiter(',')
      ->check(CLI::IsMember(std::move(names)));
  app.add_option("--in-flight", arguments.in_flight,
                 "Calls in flight, one level after the other [64,1,256; quick: 64]")
      ->delimiter(',')
      ->check(CLI::Range(1, kInFlightMax));
  app.add_option("--rounds", arguments.rounds, "Rounds of each level [7; quick: 5]")
      ->check(CLI::Range(1, kRoundsMax));
  app.add_option("--seconds", arguments.seconds, "Of each workload in each round [2; quick: 0.3]")
      ->check(CLI::Range(kRoundSecondsMin, kRoundSecondsMax));
  app.add_option("--open", arguments.open_workloads,
                 "Of --workloads, what is called at a given rate, too, with --rate or --rate-share "
                 "[login]")
      ->delimiter(',')
      ->check(CLI::IsMember(std::vector<std::string>(kWorkloads.begin(), kWorkloads.end())));
  auto* rate = app.add_option("--rate", plan.open_rate, "Poisson arrivals: so many calls a second")
                   ->check(CLI::Range(kRateMin, kRateMax));
  app.add_option("--rate-share", arguments.rate_share,
                 "Poisson arrivals: this share of the best level's rate [quick: 0.5]")
      ->check(CLI::Range(kRateShareMin, kRateShareMax))
      ->excludes(rate);
  app.add_option("--open-seconds", arguments.open_seconds,
                 "Of each workload in each round at a given rate [5; quick: 1]")
      ->check(CLI::Range(kRoundSecondsMin, kOpenSecondsMax));
  app.add_option("--agents", plan.agents, "Agents with a license")
      ->check(CLI::Range(kAgentsMin, kAgentsMax))
      ->capture_default_str();
  app.add_option("--connections", plan.connections, "TCP connections")
      ->check(CLI::Range(1, kConnectionsMax))
      ->capture_default_str();
  app.add_option("--client-threads", plan.client_threads, "Threads that call")
      ->check(CLI::Range(1, kClientThreadsMax))
      ->capture_default_str();
  app.add_option("--dir", plan.directory, "Where the server's data goes for that time")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  app.add_option("--server-wrapper", plan.server_wrapper,
                 "Command to run the server by, such as 'valgrind --tool=callgrind'")
      ->delimiter(' ');
  app.add_option("--json", arguments.json, "Also write the figures to this file");
  // How it starts its server; hidden, as it has no group.
  app.add_option("--serve", arguments.serve)->group("");
}

// What was not said stays as it is. False, and a sentence, where it does not fit together.
bool Complete(const Arguments& arguments, Plan& plan) {
  if (arguments.quick) MakeQuick(plan);
  if (!arguments.workloads.empty()) plan.workloads = arguments.workloads;
  if (!arguments.in_flight.empty()) plan.in_flight = arguments.in_flight;
  if (arguments.rounds) plan.rounds = *arguments.rounds;
  if (arguments.seconds) plan.recorded = absl::Seconds(*arguments.seconds);
  plan.warm_up = std::min(plan.warm_up, plan.recorded);
  if (arguments.rate_share) plan.open_rate_share = *arguments.rate_share;
  if (arguments.open_seconds) plan.open_recorded = absl::Seconds(*arguments.open_seconds);
  for (const std::string& name : arguments.open_workloads) {
    if (plan.Measures(name)) continue;
    std::cerr << "usher-bench: --open names " << name << ", but --workloads does not\n";
    return false;
  }
  if (!arguments.open_workloads.empty()) plan.open_workloads = arguments.open_workloads;
  return true;
}

int Serve(const std::string& data_dir) {
  const absl::Status status = ServeUntilInputEnds(data_dir);
  if (status.ok()) return 0;
  std::cerr << "usher-bench --serve: " << status.message() << "\n";
  return kExitFailed;
}

int MeasureAndReport(const Arguments& arguments) {
  WatchForInterruption();
  const auto report = Measure(arguments.plan);
  if (!report.ok()) {
    std::cerr << "usher-bench: " << report.status().message() << "\n";
    return kExitFailed;
  }
  std::cout << ToText(*report);
  if (arguments.json.empty()) return 0;
  const absl::Status written = WriteJson(*report, arguments.json);
  if (written.ok()) return 0;
  std::cerr << "usher-bench: " << written.message() << "\n";
  return kExitFailed;
}

int Main(int argc, char** argv) {
  // As usherd does, and for the client as well.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  Arguments arguments;
  Plan& plan = arguments.plan;
  plan.directory = DefaultDirectory();
  CLI::App app(
      "Measures how many durable logins a second Usher takes, beside an echo RPC and the disk.",
      "usher-bench");
  Describe(app, arguments);
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  if (!arguments.serve.empty()) return Serve(arguments.serve);
  if (!Complete(arguments, plan)) return kExitUsage;
  return MeasureAndReport(arguments);
}

}  // namespace
}  // namespace usher::bench

int main(int argc, char** argv) { return usher::bench::Main(argc, argv); }
