// How a Client reaches its server and how long it tries. Plain values, any thread.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/time/time.h"

namespace usher {

inline constexpr char kDefaultServer[] = "127.0.0.1:7600";

// What is tried again, and when: UNAVAILABLE and the reasons OVERLOADED, STORE_UNAVAILABLE and
// SERVER_DRAINING, for calls that may be repeated. The wait doubles from attempt to attempt, is
// shortened at random by up to a half, and is never shorter than the server asks (RetryInfo).
// Nothing is waited for beyond the call's own deadline: its last error is answered instead.
struct RetryPolicy {
  // The first one included; 1 never tries again.
  int attempts_max = 5;
  absl::Duration backoff_initial = absl::Milliseconds(100);
  absl::Duration backoff_max = absl::Seconds(2);
  // How to wait; false where the wait was stopped. Unset sleeps; tests put their own here.
  std::function<bool(absl::Duration, const std::stop_token&)> pause;
};

// TLS towards the server. Paths of PEM files.
struct TlsOptions {
  bool enabled = false;
  // Who may have signed the server's certificate; the machine's own authorities where empty.
  std::string ca_file;
  // What the client shows of itself, where the server asks for it.
  std::string certificate_file;
  std::string key_file;
};

struct ClientOptions {
  // HOST:PORT or any target that gRPC resolves.
  std::string server = kDefaultServer;
  TlsOptions tls;
  // Sent with each call as `authorization: Bearer <token>`; none where empty.
  std::string token;
  // Of a call with all its attempts.
  absl::Duration timeout = absl::Seconds(10);
  RetryPolicy retry;
  // Named before gRPC's own in the `user-agent`, "my-console/2.1".
  std::string user_agent;
};

// What one call may set for itself.
struct CallOptions {
  std::optional<absl::Duration> timeout;
  // A request to stop cancels the call, which then ends with CANCELLED.
  std::stop_token stop;
};

}  // namespace usher
