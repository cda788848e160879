// BusyPoll: how long whoever waits for something that is nearly there polls for it, instead of
// sleeping.
//
// A thread that sleeps is late to wake, above all on a virtual machine, whose core has to be woken
// by the host. To poll costs a core meanwhile, which somebody else may need: a poll that took much
// longer than polls take was interrupted for others, who then have the core to themselves for a
// while.
// Threading: by one thread.
#pragma once

#include <chrono>

namespace usher::rpc {

class BusyPoll {
 public:
  using Clock = std::chrono::steady_clock;

  // A commit of a few logins is over within this time where the disk is quick.
  static constexpr Clock::duration kLongest = std::chrono::microseconds(400);
  // Longer than the committing thread needs a core without a break, shorter than the kernel's
  // slices.
  static constexpr Clock::duration kInterruption = std::chrono::microseconds(500);
  // After an interruption.
  static constexpr Clock::duration kPause = std::chrono::milliseconds(200);

  // On a single core whoever polls only keeps away what it waits for.
  explicit BusyPoll(unsigned cores)
      : resume_(cores > 1 ? Clock::time_point::min() : Clock::time_point::max()) {}

  // Whether to poll at all.
  bool Begin(Clock::time_point now) {
    end_ = now + kLongest;
    last_ = now;
    return now >= resume_;
  }

  // After a poll that found nothing: whether to poll again.
  bool Again(Clock::time_point now) {
    if (now - last_ > kInterruption) resume_ = now + kPause;
    last_ = now;
    return now < end_ && now >= resume_;
  }

 private:
  Clock::time_point end_;
  Clock::time_point last_;
  Clock::time_point resume_;
};

}  // namespace usher::rpc
