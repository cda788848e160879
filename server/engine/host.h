// Host: where the engine's thread is while it has nothing to decide.
//
// It may do other work there: the wire's queue has it serve calls (rpc/call_queue.h), so that a
// command goes from the call to its decision and back without a thread being woken.
// Threading: Wait by the engine's thread, Wake by any.
#pragma once

#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace usher::engine {

// What whoever waits knows of its end.
enum class Expected : char {
  kAnytime,
  // Wake will be called in a moment, so it may be worth while to stay awake for it.
  kSoon
};

class Host {
 public:
  virtual ~Host() = default;

  // Returns after Wake, after some work, or after `longest`. Commands that it submits meanwhile are
  // looked at when it returns.
  virtual void Wait(absl::Duration longest, Expected wake) = 0;

  // Ends a Wait, or the next one where none is under way.
  virtual void Wake() = 0;
};

// Sleeps.
class IdleHost final : public Host {
 public:
  void Wait(absl::Duration longest, Expected /*wake*/) override {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, absl::ToChronoMicroseconds(longest), [this] { return woken_; });
    woken_ = false;
  }

  void Wake() override {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    wake_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
};

}  // namespace usher::engine
