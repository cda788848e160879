// HttpServer: the small HTTP/1.1 port beside gRPC, for probes and for Prometheus.
//
// Answers GET and HEAD of the pages that it was given; knows neither secrets nor callers, so what a
// page says is open to whoever reaches the port. Each connection is bounded by the constants below,
// and so is their number: a client that goes past a bound loses its own connection and nothing
// else.
//
// Threading: Add, Start and Stop by one owner; pages are made on a thread of the server's own, one
// after another, so they must be quick.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace usher::observe {

// Of a request's headers, and of its first line; more is answered with 431. A body, which nobody
// needs: 413.
inline constexpr size_t kHttpHeaderBytesMax = size_t{8} * 1024;
inline constexpr size_t kHttpBodyBytesMax = size_t{1} * 1024;
// One more is closed at once.
inline constexpr size_t kHttpConnectionsMax = 64;

struct HttpTimes {
  // From a connection's or request's first byte to its last, and as long again for the answer.
  absl::Duration request = absl::Seconds(10);
  // Between an answer and the next request.
  absl::Duration idle = absl::Seconds(60);
};

struct HttpAnswer {
  int status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
};

class HttpServer {
 public:
  using Page = std::function<HttpAnswer()>;

  explicit HttpServer(HttpTimes times = {});
  // Stops at once.
  ~HttpServer();

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Before Start. "/metrics"
  void Add(const std::string& path, Page page);

  // Serves from now on; port 0 takes any that is free. kUnavailable where the address can't be
  // taken, with the system's reason.
  absl::Status Start(const std::string& host, int port);

  // The port that is bound.
  int port() const;

  // Takes no more connections and waits at most `grace` for answers that are on their way.
  // Idempotent; what the pages read may go afterwards.
  void Stop(absl::Duration grace);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace usher::observe
