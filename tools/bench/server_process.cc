#include "tools/bench/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace usher::bench {
namespace {

constexpr absl::Duration kStartMax = absl::Seconds(30);
constexpr absl::Duration kStopMax = absl::Seconds(30);
constexpr absl::Duration kStopPoll = absl::Milliseconds(5);

// Between fork and exec: nothing but system calls.
[[noreturn]] void BecomeServer(pid_t parent, int input, int output, char* const* arguments) {
  constexpr int kExecFailed = 127;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // It may have died before it was asked about.
  if (getppid() != parent) _exit(kExecFailed);
  // Interruptions of the terminal are this program's to handle; it ends the server in order.
  signal(SIGINT, SIG_IGN);
  if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0) _exit(kExecFailed);
  execvp(arguments[0], arguments);
  _exit(kExecFailed);
}

absl::Status Ended(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  if (WIFSIGNALED(status)) {
    return absl::InternalError(absl::StrCat("the server died of signal ", WTERMSIG(status)));
  }
  return absl::InternalError(absl::StrCat("the server ended with code ", WEXITSTATUS(status)));
}

}  // namespace

absl::StatusOr<ServerProcess> ServerProcess::Start(const std::string& data_dir,
                                                   const std::vector<std::string>& wrapper) {
  std::error_code error_of_path;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error_of_path);
  if (error_of_path) return absl::InternalError("cannot find this program's own file");
  std::vector<std::string> words = wrapper;
  words.insert(words.end(), {program.string(), "--serve", data_dir});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (pipe2(input.data(), O_CLOEXEC) != 0 || pipe2(output.data(), O_CLOEXEC) != 0) {
    return absl::ErrnoToStatus(errno, "cannot make a pipe");
  }
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) BecomeServer(parent, input[0], output[1], arguments.data());
  const int error = errno;
  close(input[0]);
  close(output[1]);
  if (pid < 0) {
    close(input[1]);
    close(output[0]);
    return absl::ErrnoToStatus(error, "cannot start the server");
  }
  ServerProcess server(pid, input[1]);
  const absl::Status status = server.ReadPorts(output[0]);
  close(output[0]);
  if (!status.ok()) return status;
  return server;
}

absl::Status ServerProcess::ReadPorts(int output) {
  const absl::Time deadline = absl::Now() + kStartMax;
  std::string line;
  while (line.empty() || line.back() != '\n') {
    pollfd waiting = {.fd = output, .events = POLLIN};
    const absl::Duration left = deadline - absl::Now();
    const int ready = poll(&waiting, 1, static_cast<int>(absl::ToInt64Milliseconds(left)));
    char letter = 0;
    if (left <= absl::ZeroDuration() || ready == 0) {
      return absl::DeadlineExceededError("the server did not come up");
    }
    if (ready < 0 && errno == EINTR) continue;
    if (read(output, &letter, 1) != 1) {
      return absl::InternalError("the server ended before it served; what it said stands above");
    }
    line.push_back(letter);
  }
  line.pop_back();
  int port = 0;
  const size_t blank = std::min(line.find(' '), line.size());
  if (!absl::SimpleAtoi(line.substr(0, blank), &port) ||
      !absl::SimpleAtoi(line.substr(blank), &http_port_)) {
    return absl::InternalError(absl::StrCat("the server named no ports but: ", line));
  }
  address_ = absl::StrCat("127.0.0.1:", port);
  return absl::OkStatus();
}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      lifeline_(std::exchange(other.lifeline_, -1)),
      address_(std::move(other.address_)),
      http_port_(other.http_port_) {}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (lifeline_ >= 0) close(lifeline_);
}

absl::Duration ServerProcess::CpuTime() const {
  clockid_t clock = 0;
  timespec time = {};
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0) return {};
  return absl::DurationFromTimespec(time);
}

absl::Status ServerProcess::Stop() {
  close(std::exchange(lifeline_, -1));
  const absl::Time deadline = absl::Now() + kStopMax;
  while (absl::Now() < deadline) {
    int status = 0;
    const pid_t ended = waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) {
      pid_ = -1;
      return Ended(status);
    }
    if (ended < 0 && errno != EINTR)
      return absl::ErrnoToStatus(errno, "cannot wait for the server");
    absl::SleepFor(kStopPoll);
  }
  return absl::DeadlineExceededError("the server did not end when it was told to");
}

}  // namespace usher::bench
