#include "tools/bench/store_figures.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace usher::bench {
namespace {

constexpr timeval kAnswerMax = {.tv_sec = 10, .tv_usec = 0};
constexpr std::string_view kRequest =
    "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

class Socket {
 public:
  Socket() : file_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() { close(file_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int file() const { return file_; }

 private:
  const int file_;
};

absl::StatusOr<std::string> GetMetrics(int port) {
  const Socket socket;
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<uint16_t>(port));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(socket.file(), SOL_SOCKET, SO_RCVTIMEO, &kAnswerMax, sizeof kAnswerMax);
  if (connect(socket.file(), reinterpret_cast<sockaddr*>(&server), sizeof server) != 0 ||
      send(socket.file(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) {
    return absl::ErrnoToStatus(errno, "cannot ask the server for its metrics");
  }
  std::string answer;
  std::array<char, 16384> bytes{};
  ssize_t count = 0;
  while ((count = recv(socket.file(), bytes.data(), bytes.size(), 0)) > 0) {
    answer.append(bytes.data(), static_cast<size_t>(count));
  }
  if (count < 0) return absl::ErrnoToStatus(errno, "the server does not tell its metrics");
  return answer;
}

absl::StatusOr<int64_t> Value(const std::string& page, std::string_view name) {
  const std::string line = absl::StrCat("\n", std::string(name), " ");
  const size_t at = page.find(line);
  double value = 0;
  if (at != std::string::npos) {
    const size_t from = at + line.size();
    if (absl::SimpleAtod(page.substr(from, page.find('\n', from) - from), &value)) {
      return static_cast<int64_t>(value);
    }
  }
  return absl::InternalError(absl::StrCat("the server's metrics lack ", std::string(name)));
}

}  // namespace

absl::StatusOr<StoreFigures> ReadStoreFigures(int http_port) {
  const auto page = GetMetrics(http_port);
  if (!page.ok()) return page.status();
  const auto syncs = Value(*page, "usher_store_sync_seconds_count");
  if (!syncs.ok()) return syncs.status();
  const auto checkpoints = Value(*page, "usher_store_checkpoint_seconds_count");
  if (!checkpoints.ok()) return checkpoints.status();
  return StoreFigures{.syncs = *syncs, .checkpoints = *checkpoints};
}

}  // namespace usher::bench
