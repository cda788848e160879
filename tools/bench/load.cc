#include "tools/bench/load.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tools/bench/interruption.h"

namespace usher::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Instant = SteadyClock::time_point;

// When answers are recorded; shared by all drivers.
class Window {
 public:
  Window(Instant begin, Instant end) : begin_(begin), end_(end) {}

  Instant begin() const { return begin_; }
  Instant end() const { return end_.load(std::memory_order_relaxed); }
  bool open_ended() const { return end() == Instant::max(); }

  // Ends it now, where it has an end that is still to come.
  void Close(Instant now) {
    if (!open_ended() && now < end()) end_.store(now, std::memory_order_relaxed);
  }

 private:
  const Instant begin_;
  std::atomic<Instant> end_;
};

// The operations of one thread.
class Driver {
 public:
  Driver(Window* window, absl::Duration silence_max) : window_(window), silence_max_(silence_max) {}

  void Add(Operation* operation) { callers_.push_back({.operation = operation}); }

  // Drives the operations until the window closes and all are answered.
  void Run() {
    for (Caller& caller : callers_) StartCall(caller, SteadyClock::now());
    while (in_flight_ > 0) Wait();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  const absl::Status& status() const { return status_; }
  const Histogram& latency() const { return latency_; }
  int64_t calls_in_all() const { return calls_in_all_; }

 private:
  struct Caller {
    Operation* operation = nullptr;
    Instant started;
    bool busy = false;
  };

  void StartCall(Caller& caller, Instant now) {
    caller.started = now;
    caller.busy = caller.operation->Start(&queue_, &caller);
    if (caller.busy) {
      ++in_flight_;
    } else {
      window_->Close(now);
    }
  }

  // Handles answers until the server is silent for too long or nothing is in flight.
  void Wait() {
    // The deadline is renewed with each look at the interruption, not for each answer.
    constexpr int kAnswersPerDeadline = 256;
    const auto deadline = absl::ToChronoTime(absl::Now() + silence_max_);
    for (int i = 0; i < kAnswersPerDeadline && in_flight_ > 0; ++i) {
      void* tag = nullptr;
      bool ok = false;
      if (queue_.AsyncNext(&tag, &ok, deadline) != grpc::CompletionQueue::GOT_EVENT) {
        Fail(absl::DeadlineExceededError(absl::StrCat(
            "no answer for ", absl::FormatDuration(silence_max_), ", ", in_flight_, " in flight")));
        return;
      }
      Handle(*static_cast<Caller*>(tag));
    }
    if (Interrupted()) Fail(absl::CancelledError("interrupted"));
  }

  void Handle(Caller& caller) {
    caller.busy = false;
    --in_flight_;
    const absl::Status right = caller.operation->Finish();
    const Instant now = SteadyClock::now();
    if (!right.ok()) Fail(right);
    ++calls_in_all_;
    const Instant end = window_->end();
    if (now >= window_->begin() && now < end) {
      latency_.Record(std::chrono::nanoseconds(now - caller.started).count());
    }
    if (now < end && status_.ok()) StartCall(caller, now);
  }

  void Fail(const absl::Status& why) {
    if (!status_.ok()) return;
    status_ = why;
    for (const Caller& caller : callers_) {
      if (caller.busy) caller.operation->Cancel();
    }
  }

  Window* const window_;
  const absl::Duration silence_max_;
  grpc::CompletionQueue queue_;
  std::vector<Caller> callers_;
  int64_t in_flight_ = 0;
  int64_t calls_in_all_ = 0;
  Histogram latency_;
  absl::Status status_;
};

Instant EndOf(Instant begin, absl::Duration recorded) {
  if (recorded == absl::InfiniteDuration()) return Instant::max();
  return begin + absl::ToChronoNanoseconds(recorded);
}

}  // namespace

absl::StatusOr<LoadResult> RunClosedLoop(const std::vector<std::unique_ptr<Operation>>& operations,
                                         const ClosedLoopOptions& options) {
  const Instant begin = SteadyClock::now() + absl::ToChronoNanoseconds(options.warm_up);
  Window window(begin, EndOf(begin, options.recorded));
  std::vector<std::unique_ptr<Driver>> drivers;
  for (int i = 0; i < std::max(1, options.threads); ++i) {
    drivers.push_back(std::make_unique<Driver>(&window, options.silence_max));
  }
  for (size_t i = 0; i < operations.size(); ++i) {
    drivers[i % drivers.size()]->Add(operations[i].get());
  }
  std::vector<std::thread> threads;
  for (const auto& driver : drivers) threads.emplace_back([&driver] { driver->Run(); });
  for (std::thread& thread : threads) thread.join();

  LoadResult result;
  for (const auto& driver : drivers) {
    if (!driver->status().ok()) return driver->status();
    result.latency.Merge(driver->latency());
    result.calls_in_all += driver->calls_in_all();
  }
  result.calls = result.latency.count();
  const Instant end = std::min(window.end(), SteadyClock::now());
  if (end <= begin && !window.open_ended()) {
    return absl::ResourceExhaustedError("nothing was left to do before the warm-up was over");
  }
  result.seconds = std::chrono::duration<double>(end - begin).count();
  return result;
}

}  // namespace usher::bench
