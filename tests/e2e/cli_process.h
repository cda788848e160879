// CliProcess: the real `usher`, or another of the programs, run to its end or in the background.
//
// It is killed when its object goes while it runs. One thread at a time.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/test_server.h"

namespace usher::e2e {

struct Finished {
  // -1 where a signal ended it.
  int exit_code = -1;
  std::string out;
  std::string err;
};

// A program of $USHER_BIN_DIR with these arguments; its standard input is empty.
class CliProcess {
 public:
  explicit CliProcess(std::vector<std::string> arguments, std::string_view program = "usher");
  CliProcess(const CliProcess&) = delete;
  CliProcess& operator=(const CliProcess&) = delete;
  ~CliProcess();

  void Signal(int signal) const;
  // What it has printed so far.
  std::string out() const;
  // Waits for its end; a test failure and a kill where it has not come in that time.
  Finished Wait(absl::Duration patience = absl::Seconds(30));
  bool running();

 private:
  testing::TempDir directory_;
  std::string out_path_;
  std::string err_path_;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

}  // namespace usher::e2e
