// usherd: reads the command line, serves until SIGTERM or SIGINT, and answers everything that was
// accepted before it ends. Exit codes: 0 stopped, 1 could not serve, 2 usage.
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/options.h"
#include "server/server.h"
#include "server/service_manager.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace {

// How long connections may take to say goodbye. Many clients read theirs only while they have a
// call, so most of the time it is spent in vain.
constexpr absl::Duration kShutdownGrace = absl::Milliseconds(500);

void LogToStderr() {
  auto logger =
      std::make_shared<spdlog::logger>("usherd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

// Debian builds Abseil with its search for deadlocks: every lock that gRPC takes would be entered
// in a graph of the whole process.
void TurnDeadlockSearchOff() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

// Each connection takes a descriptor; as many as the system permits.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

int main(int argc, char** argv) {
  usher::CommandLine line = usher::ReadCommandLine(argc, argv, environ);
  if (line.exit_code) return *line.exit_code;
  LogToStderr();
  // gRPC's own log is for those who ask for it by this variable.
  setenv("GRPC_VERBOSITY", "NONE", /*replace=*/0);
  RaiseDescriptorLimit();
  TurnDeadlockSearchOff();
  signal(SIGPIPE, SIG_IGN);
  // Blocked before any thread starts, so that they are delivered to sigwait alone.
  const sigset_t stop_signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  const std::string data_dir = line.options.data_dir;
  const bool only_a_token = line.options.new_operator_token;
  // Nobody is served meanwhile.
  if (only_a_token) {
    line.options.listen = "127.0.0.1:0";
    line.options.http_listen = usher::kHttpOff;
  }
  const bool plaintext_beyond_loopback = line.options.allow_plaintext;
  usher::Server server(std::move(line.options));
  usher::ServiceManager service_manager;
  service_manager.Starting("Opening the data in " + data_dir);
  if (const absl::Status status = server.Start(); !status.ok()) {
    spdlog::error("usherd can't serve: {}", std::string(status.message()));
    return usher::kExitFailure;
  }
  if (only_a_token) {
    if (const absl::Status status = server.MakeOperatorToken(); !status.ok()) {
      spdlog::error("no token was made: {}", std::string(status.message()));
      return usher::kExitFailure;
    }
    return usher::kExitOk;
  }
  if (!server.http_address().empty()) {
    spdlog::info("probes and metrics are on http://{}", server.http_address());
  }
  spdlog::info("usherd {} serves on {}, data in {}", std::string(usher::Version()),
               server.address(), data_dir);
  service_manager.Ready("Serving on " + server.address(),
                        [&server] { return server.LastTurnMicros(); });
  if (plaintext_beyond_loopback) {
    spdlog::warn("plaintext is permitted beyond this machine (--allow-plaintext)");
  }

  int received = 0;
  sigwait(&stop_signals, &received);
  spdlog::info("usherd stops on {}; a second signal ends it at once",
               received == SIGTERM ? "SIGTERM" : "SIGINT");
  pthread_sigmask(SIG_UNBLOCK, &stop_signals, nullptr);
  service_manager.Stopping("Answering what was accepted");
  server.Shutdown(kShutdownGrace);
  spdlog::info("usherd has stopped");
  return usher::kExitOk;
}
