// NotifySocket: a service manager's ear. Binds a socket, puts it into the environment as systemd
// does for those it starts, and receives what they tell. One thread.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "tests/support/test_server.h"

namespace usher::testing {

class NotifySocket {
 public:
  // Sets NOTIFY_SOCKET for this process and those that it starts from now on; with
  // `watchdog` above zero WATCHDOG_USEC, too.
  explicit NotifySocket(absl::Duration watchdog = absl::ZeroDuration());
  // Takes both out of the environment again.
  ~NotifySocket();
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  // The next datagram; empty where none comes within `wait`.
  std::string Receive(absl::Duration wait = absl::Seconds(10));
  // Receives until a datagram has this line, and returns the datagram; empty where none comes.
  std::string WaitFor(const std::string& line);
  // Receives for so long; how many of the datagrams had this line.
  int CountFor(absl::Duration time, const std::string& line);

 private:
  TempDir directory_;
  int fd_ = -1;
};

}  // namespace usher::testing
