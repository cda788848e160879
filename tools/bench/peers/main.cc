// usher-bench-etcd: how many compare-and-puts a second an etcd takes, called as usher-bench calls
// Usher: by the same closed loop, with as many connections and client threads.
// tools/bench/peers/run starts the etcd and calls this.
//
// Prints one line of JSON. Exit codes: 0 measured; 1 etcd answered wrongly, or something failed; 2
// usage.

#include <cstdint>
#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "tools/bench/connections.h"
#include "tools/bench/interruption.h"
#include "tools/bench/load.h"
#include "tools/bench/peers/compare_put.h"
#include "tools/bench/plan.h"

namespace usher::bench {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr int kAgentsMax = 1'000'000;
constexpr int kValueBytesMax = 1'000'000;
constexpr double kWarmUpSecondsMax = 10;

struct Arguments {
  std::string address;
  int in_flight = 64;
  double seconds = 2;
  double warm_up_seconds = 0.2;
  int agents = 3000;
  // Of an answer to a login, which holds the session and its license.
  int value_bytes = 200;
  int connections = 4;
  int client_threads = 1;
};

void Describe(CLI::App& app, Arguments& arguments) {
  app.add_option("--address", arguments.address, "HOST:PORT of the etcd")->required();
  app.add_option("--in-flight", arguments.in_flight, "Calls in flight")
      ->check(CLI::Range(1, kInFlightMax))
      ->capture_default_str();
  app.add_option("--seconds", arguments.seconds, "How long to measure")
      ->check(CLI::Range(kRoundSecondsMin, kRoundSecondsMax))
      ->capture_default_str();
  app.add_option("--warm-up", arguments.warm_up_seconds, "Seconds before that")
      ->check(CLI::Range(0.0, kWarmUpSecondsMax))
      ->capture_default_str();
  app.add_option("--agents", arguments.agents, "Keys")
      ->check(CLI::Range(1, kAgentsMax))
      ->capture_default_str();
  app.add_option("--value-bytes", arguments.value_bytes, "Length of the value of each")
      ->check(CLI::Range(ComparePut::kValueBytesMin, kValueBytesMax))
      ->capture_default_str();
  app.add_option("--connections", arguments.connections, "TCP connections")
      ->check(CLI::Range(1, kConnectionsMax))
      ->capture_default_str();
  app.add_option("--client-threads", arguments.client_threads, "Threads that call")
      ->check(CLI::Range(1, kClientThreadsMax))
      ->capture_default_str();
}

absl::StatusOr<LoadResult> Measure(const Arguments& arguments) {
  const Connections connections(arguments.address, arguments.connections);
  ComparePut workload(&connections, arguments.agents, arguments.value_bytes);

  ClosedLoopOptions options;
  options.threads = arguments.client_threads;
  options.recorded = absl::InfiniteDuration();
  auto first = RunClosedLoop(workload.MakeOperations(ComparePut::Kind::kFirst, arguments.in_flight),
                             options);
  if (!first.ok()) return first;
  const absl::Status refused = workload.CheckThatStaleOnesAreRefused();
  if (!refused.ok()) return refused;

  options.warm_up = absl::Seconds(arguments.warm_up_seconds);
  options.recorded = absl::Seconds(arguments.seconds);
  const int64_t before = workload.NewestRevision();
  auto result = RunClosedLoop(
      workload.MakeOperations(ComparePut::Kind::kTakeover, arguments.in_flight), options);
  if (!result.ok()) return result;
  const int64_t grown = workload.NewestRevision() - before;
  if (grown != result->calls_in_all) {
    return absl::InternalError(absl::StrCat("the revision grew by ", grown, ", but ",
                                            result->calls_in_all, " puts were answered"));
  }
  return result;
}

std::string ToJson(const LoadResult& result) {
  constexpr double kNanosPerMicro = 1000;
  const auto micros = [&](double fraction) {
    return static_cast<double>(result.latency.Percentile(fraction)) / kNanosPerMicro;
  };
  return absl::StrFormat(
      R"({"rate_per_second": %.1f, "calls": %d, "p50_us": %.1f, "p99_us": %.1f})", result.Rate(),
      result.calls, micros(0.5), micros(0.99));
}

int Main(int argc, char** argv) {
  // As in usher-bench, whose client this is.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  Arguments arguments;
  CLI::App app("Measures how many durable compare-and-puts a second an etcd takes.",
               "usher-bench-etcd");
  Describe(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  WatchForInterruption();
  const auto result = Measure(arguments);
  if (!result.ok()) {
    std::cerr << "usher-bench-etcd: " << result.status().message() << "\n";
    return kExitFailed;
  }
  std::cout << ToJson(*result) << "\n";
  return 0;
}

}  // namespace
}  // namespace usher::bench

int main(int argc, char** argv) { return usher::bench::Main(argc, argv); }
