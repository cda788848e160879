#include "tests/support/notify_socket.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "absl/time/clock.h"

namespace usher::testing {
namespace {

constexpr char kSocketVariable[] = "NOTIFY_SOCKET";
constexpr char kWatchdogVariable[] = "WATCHDOG_USEC";

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::abort();
}

bool HasLine(const std::string& datagram, const std::string& line) {
  return ("\n" + datagram + "\n").find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

NotifySocket::NotifySocket(absl::Duration watchdog) {
  const std::string path = directory_.path() + "/notify";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    Die("the path of the temporary directory is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) Die("socket");
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) Die("bind");
  setenv(kSocketVariable, path.c_str(), /*replace=*/1);
  if (watchdog > absl::ZeroDuration()) {
    setenv(kWatchdogVariable, std::to_string(absl::ToInt64Microseconds(watchdog)).c_str(), 1);
  }
}

NotifySocket::~NotifySocket() {
  unsetenv(kSocketVariable);
  unsetenv(kWatchdogVariable);
  close(fd_);
}

std::string NotifySocket::Receive(absl::Duration wait) {
  pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
  if (poll(&ready, 1, static_cast<int>(absl::ToInt64Milliseconds(wait))) <= 0) return "";
  char buffer[4096];
  const ssize_t size = recv(fd_, buffer, sizeof buffer, 0);
  return size <= 0 ? "" : std::string(buffer, static_cast<size_t>(size));
}

std::string NotifySocket::WaitFor(const std::string& line) {
  while (true) {
    const std::string datagram = Receive();
    if (datagram.empty() || HasLine(datagram, line)) return datagram;
  }
}

int NotifySocket::CountFor(absl::Duration time, const std::string& line) {
  const absl::Time end = absl::Now() + time;
  int count = 0;
  for (absl::Time now = absl::Now(); now < end; now = absl::Now()) {
    if (HasLine(Receive(end - now), line)) ++count;
  }
  return count;
}

}  // namespace usher::testing
