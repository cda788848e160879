#include "tests/e2e/cli_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace usher::e2e {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(5);

std::string Contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string PathOf(std::string_view program) {
  const char* directory = std::getenv("USHER_BIN_DIR");  // NOLINT: no other thread.
  EXPECT_NE(directory, nullptr) << "USHER_BIN_DIR must say where " << program << " is";
  return std::string(directory == nullptr ? "." : directory).append("/").append(program);
}

}  // namespace

CliProcess::CliProcess(std::vector<std::string> arguments, std::string_view program)
    : out_path_(directory_.path() + "/out"), err_path_(directory_.path() + "/err") {
  arguments.insert(arguments.begin(), PathOf(program));
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
  constexpr mode_t kMode = 0600;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out_path_.c_str(), kWrite, kMode);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err_path_.c_str(), kWrite, kMode);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const int failed = posix_spawn(&pid_, pointers[0], &files, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) {
    ADD_FAILURE() << arguments[0] << " can't be started: error " << failed;
    pid_ = -1;
    status_ = -1;
  }
}

CliProcess::~CliProcess() {
  if (running()) {
    Signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

void CliProcess::Signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

std::string CliProcess::out() const { return Contents(out_path_); }

bool CliProcess::running() {
  if (status_.has_value()) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  status_ = status;
  return false;
}

Finished CliProcess::Wait(absl::Duration patience) {
  const absl::Time give_up = absl::Now() + patience;
  while (running()) {
    if (absl::Now() > give_up) {
      ADD_FAILURE() << "The process has not ended in " << patience
                    << "; it said: " << Contents(err_path_);
      Signal(SIGKILL);
    }
    absl::SleepFor(kPoll);
  }
  const int code = WIFEXITED(*status_) ? WEXITSTATUS(*status_) : -1;
  return {.exit_code = code, .out = Contents(out_path_), .err = Contents(err_path_)};
}

}  // namespace usher::e2e
