// Interruption: requests a stop when the user interrupts the program (Ctrl-C, SIGTERM), for as long
// as it lives. A handler of signals may not do that itself. One owner; the token for any thread.
#pragma once

#include <functional>
#include <stop_token>
#include <thread>

#include "absl/time/time.h"
#include "client/cli/context.h"
#include "client/lib/retry.h"

namespace usher::cli {

// How soon what was interrupted ends.
inline constexpr absl::Duration kInterruptionPoll = absl::Milliseconds(50);

class Interruption {
 public:
  explicit Interruption(const Streams& streams) : interrupted_(streams.interrupted) {
    if (interrupted_()) stop_.request_stop();
    thread_ = std::jthread([this](const std::stop_token& done) {
      while (client::Pause(kInterruptionPoll, done)) {
        if (interrupted_()) stop_.request_stop();
      }
    });
  }

  std::stop_token token() const { return stop_.get_token(); }

 private:
  const std::function<bool()> interrupted_;
  std::stop_source stop_;
  // The last member: it uses the others.
  std::jthread thread_;
};

}  // namespace usher::cli
