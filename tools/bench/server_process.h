// ServerProcess: a process of its own that serves, so that client and server share nothing but the
// machine, as in life.
//
// It is this program once more, with --serve. It ends when it is told so, or when this process is
// gone, however that happened.
// Threading: one thread, the one that started it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace usher::bench {

class ServerProcess {
 public:
  // Returns when it serves `data_dir`. `wrapper` is empty, or the words of a command that runs
  // another, such as a profiler. To be called before any thread is started.
  static absl::StatusOr<ServerProcess> Start(const std::string& data_dir,
                                             const std::vector<std::string>& wrapper);

  ServerProcess(ServerProcess&& other) noexcept;
  ServerProcess& operator=(ServerProcess&&) = delete;
  // Kills it where it was not stopped.
  ~ServerProcess();

  // HOST:PORT.
  const std::string& address() const { return address_; }
  // Of its metrics.
  int http_port() const { return http_port_; }
  pid_t pid() const { return pid_; }

  // Processor time that all its threads have used.
  absl::Duration CpuTime() const;

  // Tells it to end and waits for it. An error where it ended in another way than it should.
  absl::Status Stop();

 private:
  ServerProcess(pid_t pid, int lifeline) : pid_(pid), lifeline_(lifeline) {}

  absl::Status ReadPorts(int output);

  pid_t pid_;
  // Its standard input; it ends with it.
  int lifeline_;
  std::string address_;
  int http_port_ = 0;
};

}  // namespace usher::bench
