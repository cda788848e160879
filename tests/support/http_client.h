// HttpClient: one connection to an HTTP port of this machine, byte by byte, so that a test may be
// as slow or as rude as it likes. What it waits for comes within ten seconds or fails the test.
//
// One owner thread.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace usher::testing {

struct HttpResponse {
  // 0 where the connection ended instead.
  int status = 0;
  std::string headers;
  std::string body;
};

class HttpClient {
 public:
  explicit HttpClient(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(static_cast<uint16_t>(port));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&server), sizeof server) == 0;
    const timeval wait{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  }
  ~HttpClient() { close(socket_); }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  bool connected() const { return connected_; }

  // A server that has closed the connection is no failure here.
  void Send(std::string_view bytes) { send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

  // The next answer; without its body where `head`.
  HttpResponse Read(bool head = false) {
    HttpResponse response;
    size_t end;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!Receive()) return response;
    }
    response.headers = received_.substr(0, end + 2);
    received_.erase(0, end + 4);
    response.status = std::atoi(response.headers.c_str() + sizeof "HTTP/1.1");
    const size_t length = response.headers.find("Content-Length: ");
    const size_t size =
        length == std::string::npos
            ? 0
            : static_cast<size_t>(std::atol(response.headers.c_str() + length + 16));
    if (head) return response;
    while (received_.size() < size) {
      if (!Receive()) return {};
    }
    response.body = received_.substr(0, size);
    received_.erase(0, size);
    return response;
  }

  HttpResponse Get(const std::string& path) {
    Send("GET " + path + " HTTP/1.1\r\nHost: usher\r\n\r\n");
    return Read();
  }

  // How long it takes until the server closes the connection; InfiniteDuration where it does not.
  absl::Duration TimeToClose() {
    const absl::Time begun = absl::Now();
    char buffer[4096];
    while (true) {
      const ssize_t size = recv(socket_, buffer, sizeof buffer, 0);
      if (size == 0 || (size < 0 && errno == ECONNRESET)) return absl::Now() - begun;
      if (size < 0) return absl::InfiniteDuration();
    }
  }

 private:
  bool Receive() {
    char buffer[4096];
    const ssize_t size = recv(socket_, buffer, sizeof buffer, 0);
    if (size <= 0) return false;
    received_.append(buffer, static_cast<size_t>(size));
    return true;
  }

  const int socket_;
  bool connected_ = false;
  std::string received_;
};

}  // namespace usher::testing
