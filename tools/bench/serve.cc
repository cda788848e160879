#include "tools/bench/serve.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "rpc/call_registry.h"
#include "server/server.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"
#include "tools/bench/echo.grpc.pb.h"

namespace usher::bench {
namespace {

constexpr int kEchoBytesMax = 1024 * 1024;
constexpr absl::Duration kShutdownGrace = absl::Seconds(10);

void RegisterEchoService(rpc::CallRegistry& calls) {
  using Service = v1::EchoService::AsyncService;
  auto* service = calls.Serve<Service>();
  calls.Add<Service>(
      service, &Service::RequestEcho,
      [](const grpc::ServerContext&, rpc::Responder<v1::EchoRequest, v1::EchoResponse> responder) {
        const int bytes = std::clamp(responder.request().answer_bytes(), 0, kEchoBytesMax);
        responder.message().mutable_payload()->assign(static_cast<size_t>(bytes), 'x');
        responder.Answer();
      });
}

// The first line on standard output are the ports.
void LogTroubleToStandardError() {
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "usher-bench", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  spdlog::set_level(spdlog::level::warn);
}

// Writes a line to standard output, and has it show what standard error shows from then on: the
// server's log is for people, and who reads the line will not go on reading.
absl::Status SayAndCloseOutput(const std::string& line) {
  const auto bytes = static_cast<ssize_t>(line.size());
  if (write(STDOUT_FILENO, line.data(), line.size()) == bytes &&
      dup2(STDERR_FILENO, STDOUT_FILENO) == STDOUT_FILENO) {
    return absl::OkStatus();
  }
  return absl::ErrnoToStatus(errno, "cannot say the ports");
}

}  // namespace

absl::Status ServeUntilInputEnds(const std::string& data_dir) {
  signal(SIGPIPE, SIG_IGN);
  LogTroubleToStandardError();
  ServerOptions options;
  options.data_dir = data_dir;
  options.listen = "127.0.0.1:0";
  options.http_listen = "127.0.0.1:0";
  // The workload first-login needs one for each measurement.
  options.policy.resets_per_month = std::numeric_limits<int>::max();
  options.extra_services = RegisterEchoService;
  Server server(std::move(options));
  absl::Status status = server.Start();
  if (!status.ok()) return status;
  status = SayAndCloseOutput(absl::StrCat(server.port(), " ", server.http_port(), "\n"));
  if (!status.ok()) return status;
  char ignored = 0;
  while (read(STDIN_FILENO, &ignored, 1) > 0) {
  }
  server.Shutdown(kShutdownGrace);
  return absl::OkStatus();
}

}  // namespace usher::bench
