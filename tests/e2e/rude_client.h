// RudeClient: HTTP/2 by hand, for what no stock client does. It opens as many calls and sends as
// big headers as it is told, whatever the server has announced.
//
// One owner thread. A server that can't be reached fails the test.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace usher::e2e {

class RudeClient {
 public:
  explicit RudeClient(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(static_cast<uint16_t>(port));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&server), sizeof server), 0);
    Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    Send(Frame(kSettings, 0, 0, ""));
    // The server's own settings are the first that it says, and count once they are acknowledged.
    char said;
    EXPECT_EQ(recv(socket_, &said, 1, 0), 1);
    Send(Frame(kSettings, kAcknowledged, 0, ""));
  }
  ~RudeClient() { close(socket_); }
  RudeClient(const RudeClient&) = delete;
  RudeClient& operator=(const RudeClient&) = delete;

  // Opens a call of "package.Service/Method" that never sends its request; with a header of so many
  // bytes besides what every call has.
  void OpenCall(const std::string& method, size_t header_bytes = 0) {
    std::string headers = "\x83\x86";  // :method: POST, :scheme: http
    headers += '\x04' + Literal("/" + method);
    headers += '\x01' + Literal("usher.test");
    headers += "\x0f\x10" + Literal("application/grpc");
    headers += std::string(1, '\0') + Literal("te") + Literal("trailers");
    headers += std::string(1, '\0') + Literal("x-much") + Literal(std::string(header_bytes, 'x'));
    Send(Frame(kHeaders, kEndOfHeaders, next_stream_, headers));
    next_stream_ += 2;
  }

  // Whether the server closes the connection within `seconds`.
  bool IsClosedWithin(int seconds) {
    const timeval wait{.tv_sec = seconds, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    char buffer[4096];
    ssize_t size;
    while ((size = recv(socket_, buffer, sizeof buffer, 0)) > 0) {
    }
    return size == 0 || errno == ECONNRESET;
  }

 private:
  static constexpr char kHeaders = 1;
  static constexpr char kSettings = 4;
  static constexpr char kAcknowledged = 1;
  static constexpr char kEndOfHeaders = 4;

  // HPACK's text without its compression: the length, in 7 bits and then in as many as it takes.
  static std::string Literal(const std::string& text) {
    constexpr size_t kPrefixMax = 0x7f;
    if (text.size() < kPrefixMax) return static_cast<char>(text.size()) + text;
    std::string literal(1, static_cast<char>(kPrefixMax));
    size_t rest = text.size() - kPrefixMax;
    for (; rest > kPrefixMax; rest >>= 7) literal += static_cast<char>(rest | 0x80);
    return literal + static_cast<char>(rest) + text;
  }

  static std::string Frame(char type, char flags, uint32_t stream, std::string_view payload) {
    const auto byte = [](size_t value, int shift) { return static_cast<char>(value >> shift); };
    std::string frame = {byte(payload.size(), 16),
                         byte(payload.size(), 8),
                         byte(payload.size(), 0),
                         type,
                         flags,
                         byte(stream, 24),
                         byte(stream, 16),
                         byte(stream, 8),
                         byte(stream, 0)};
    frame += payload;
    return frame;
  }

  // A server that has closed the connection is no failure here.
  void Send(std::string_view bytes) { send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

  const int socket_;
  uint32_t next_stream_ = 1;
};

}  // namespace usher::e2e
