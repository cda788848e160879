// Sends a call as often as its policy allows.
//
// Any thread; blocks while it waits.
#pragma once

#include <optional>
#include <stop_token>

#include "absl/time/time.h"
#include "client/lib/connection.h"
#include "client/lib/options.h"

namespace usher::client {

// Whether `error` promises that another attempt of the same call may succeed.
bool MayTryAgain(const Error& error);

// Waits for that long; false where `stop` was requested before or meanwhile.
bool Pause(absl::Duration duration, const std::stop_token& stop);

// The waits between attempts. One thread at a time; outlived by its policy.
class Backoff {
 public:
  explicit Backoff(const RetryPolicy& policy) : policy_(policy), next_(policy.backoff_initial) {}

  // How long to wait after `error`: longer from time to time, and as long as the server asks.
  absl::Duration Next(const Error& error);
  // Waits as the policy says; false where `stop` was requested before or meanwhile.
  bool Wait(absl::Duration duration, const std::stop_token& stop) const;

 private:
  const RetryPolicy& policy_;
  absl::Duration next_;
};

// Calls until an attempt succeeds, fails for good, the attempts are used up or `timeout` does
// not hold another wait. Returns the last attempt's error.
std::optional<Error> CallWithRetries(Connection& connection, const Method& method,
                                     const google::protobuf::Message& request,
                                     google::protobuf::Message& response, const RetryPolicy& policy,
                                     absl::Duration timeout, const std::stop_token& stop);

}  // namespace usher::client
