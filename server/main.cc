// usherd: reads the command line, serves until SIGTERM or SIGINT, and answers everything that was
// accepted before it ends. Exit codes: 0 stopped, 1 could not serve, 2 usage.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "google/protobuf/stubs/logging.h"
#include "observe/log.h"
#include "rpc/listener_watch.h"
#include "server/options.h"
#include "server/server.h"
#include "server/service_manager.h"

namespace {

namespace observe = usher::observe;
using observe::LogLevel;

// How long connections may take to say goodbye. Many clients read theirs only while they have a
// call, so most of the time it is spent in vain.
constexpr absl::Duration kShutdownGrace = absl::Milliseconds(500);

// What libraries have to say is of use to who looks for a defect. Callers cause most of it: a text
// that is no UTF-8 makes protobuf complain.
void LogOfProtobuf(google::protobuf::LogLevel /*level*/, const char* /*file*/, int /*line*/,
                   const std::string& message) {
  observe::Log(observe::LogLevel::kDebug, "protobuf says", {{"what", message}});
}

void SayThatListenerIsLost(std::string_view what) {
  observe::Log(LogLevel::kError,
               "no new connection is accepted any more, as there was no descriptor for one: start "
               "the server anew, and see LimitNOFILE",
               {{"what", std::string(what)}});
}

void StartLogs(const observe::LogOptions& options) {
  observe::StartLog(options);
  google::protobuf::SetLogHandler(LogOfProtobuf);
  usher::rpc::WatchListener(SayThatListenerIsLost);
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
  StartLogs(line.options.log);
  RaiseDescriptorLimit();
  TurnDeadlockSearchOff();
  signal(SIGPIPE, SIG_IGN);
  // A file that may not grow is a full disk, and no reason to die.
  signal(SIGXFSZ, SIG_IGN);
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
    const char* const what = only_a_token ? "no token was made: " : "usherd can't serve: ";
    observe::Log(LogLevel::kError, absl::StrCat(what, status.message()));
    return usher::kExitFailure;
  }
  if (only_a_token) return usher::kExitOk;
  if (!server.http_address().empty()) {
    observe::Log(LogLevel::kInfo,
                 absl::StrCat("probes and metrics are on http://", server.http_address()));
  }
  observe::Log(LogLevel::kInfo,
               absl::StrCat("usherd ", std::string(usher::Version()), " serves on ",
                            server.address(), ", data in ", data_dir));
  service_manager.Ready("Serving on " + server.address(),
                        [&server] { return server.LastSignOfLifeMicros(); });
  if (plaintext_beyond_loopback) {
    observe::Log(LogLevel::kWarning,
                 "plaintext is permitted beyond this machine (--allow-plaintext)");
  }

  int received = 0;
  sigwait(&stop_signals, &received);
  observe::Log(LogLevel::kInfo,
               absl::StrCat("usherd stops on ", received == SIGTERM ? "SIGTERM" : "SIGINT",
                            "; a second signal ends it at once"));
  pthread_sigmask(SIG_UNBLOCK, &stop_signals, nullptr);
  service_manager.Stopping("Answering what was accepted");
  server.Shutdown(kShutdownGrace);
  observe::Log(LogLevel::kInfo, "usherd has stopped");
  return usher::kExitOk;
}
