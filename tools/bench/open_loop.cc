#include "tools/bench/open_loop.h"

#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tools/bench/interruption.h"
#include "tools/bench/poisson.h"

namespace usher::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Instant = SteadyClock::time_point;

// How long a thread goes without a look at what ends it.
constexpr std::chrono::milliseconds kLook(50);

struct Schedule {
  Instant start;
  // What is to be called from here to there is recorded.
  Instant begin;
  Instant end;

  bool Records(Instant arrival) const { return arrival >= begin; }
};

// The operations of one sender and one receiver.
class Lane {
 public:
  Lane(const Schedule& schedule, double rate_per_second, uint64_t seed, absl::Duration silence_max)
      : schedule_(schedule),
        arrivals_(rate_per_second, seed),
        silence_max_(absl::ToChronoNanoseconds(silence_max)) {}

  // Before it is run.
  void Add(Operation* operation) {
    callers_.emplace_back();
    callers_.back().operation = operation;
    free_.push_back(&callers_.back());
  }

  // The sender: makes each call when it is its turn.
  void Send() {
    // Sleeps end when they should, not 50 us later.
    prctl(PR_SET_TIMERSLACK, 1UL);
    Instant arrival = NextArrival();
    while (arrival < schedule_.end && SleepUntil(arrival)) {
      if (Caller* caller = TakeFree(arrival)) {
        Begin(*caller, arrival, sender_delay_);
      } else if (schedule_.Records(arrival)) {
        ++held_back_;
      }
      arrival = NextArrival();
    }
    const std::lock_guard lock(mutex_);
    sending_ = false;
  }

  // The receiver: takes answers until the last one is there.
  void Receive() {
    Instant last_answer = SteadyClock::now();
    while (!Done()) {
      void* tag = nullptr;
      bool ok = false;
      const auto deadline = std::chrono::system_clock::now() + kLook;
      const auto next = queue_.AsyncNext(&tag, &ok, deadline);
      const Instant now = SteadyClock::now();
      if (next == grpc::CompletionQueue::GOT_EVENT) {
        last_answer = now;
        Handle(*static_cast<Caller*>(tag));
      } else if (Idle()) {
        last_answer = now;
      } else if (now - last_answer > silence_max_) {
        Fail(absl::DeadlineExceededError(
            absl::StrCat("no answer for ", absl::FormatDuration(absl::FromChrono(silence_max_)))));
      }
      if (Interrupted()) Fail(absl::CancelledError("interrupted"));
    }
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  // When both have ended.
  const absl::Status& status() const { return status_; }
  void AddTo(OpenLoadResult& result) const {
    result.latency.Merge(latency_);
    result.send_delay.Merge(sender_delay_);
    result.send_delay.Merge(receiver_delay_);
    result.calls_in_all += calls_in_all_;
    result.held_back += held_back_;
  }

 private:
  struct Caller {
    Operation* operation = nullptr;
    // Held while the operation is at work: an answer may come before the call's start has returned.
    std::mutex mutex;
    Instant arrival;
    bool busy = false;
  };

  Instant NextArrival() { return schedule_.start + std::chrono::nanoseconds(arrivals_.Next()); }

  // False where the load has ended meanwhile.
  bool SleepUntil(Instant arrival) const {
    for (Instant now = SteadyClock::now(); now < arrival; now = SteadyClock::now()) {
      if (failed_) return false;
      std::this_thread::sleep_until(std::min(arrival, now + kLook));
    }
    return !failed_;
  }

  // Nobody where all are busy: then the arrival waits for the first one who isn't any more.
  Caller* TakeFree(Instant arrival) {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      waiting_.push_back(arrival);
      return nullptr;
    }
    Caller* caller = free_.back();
    free_.pop_back();
    ++in_flight_;
    return caller;
  }

  void Begin(Caller& caller, Instant arrival, Histogram& delay) {
    {
      const std::lock_guard lock(caller.mutex);
      const Instant now = SteadyClock::now();
      caller.arrival = arrival;
      caller.busy = caller.operation->Start(&queue_, &caller);
      if (caller.busy) {
        if (schedule_.Records(arrival)) {
          delay.Record(std::chrono::nanoseconds(now - arrival).count());
        }
        // Who failed may have cancelled all calls just before this one.
        if (failed_) caller.operation->Cancel();
        return;
      }
    }
    Retire(arrival, delay);
  }

  // An operation has nothing left to do: another one makes its call.
  void Retire(Instant arrival, Histogram& delay) {
    bool last = false;
    {
      const std::lock_guard lock(mutex_);
      --in_flight_;
      last = ++retired_ == callers_.size();
    }
    if (last) return Fail(absl::ResourceExhaustedError("nothing is left to do"));
    if (Caller* caller = TakeFree(arrival)) Begin(*caller, arrival, delay);
  }

  void Handle(Caller& caller) {
    Instant arrival;
    absl::Status right;
    {
      const std::lock_guard lock(caller.mutex);
      caller.busy = false;
      right = caller.operation->Finish();
      arrival = caller.arrival;
    }
    const Instant now = SteadyClock::now();
    ++calls_in_all_;
    if (schedule_.Records(arrival)) {
      latency_.Record(std::chrono::nanoseconds(now - arrival).count());
    }
    if (!right.ok()) Fail(right);
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        free_.push_back(&caller);
        --in_flight_;
        return;
      }
      arrival = waiting_.front();
      waiting_.pop_front();
    }
    if (now - arrival > silence_max_) {
      Fail(absl::ResourceExhaustedError("calls arrive faster than they are answered"));
    }
    Begin(caller, arrival, receiver_delay_);
  }

  void Fail(const absl::Status& why) {
    {
      const std::lock_guard lock(mutex_);
      if (!status_.ok()) return;
      status_ = why;
      failed_ = true;
      waiting_.clear();
    }
    for (Caller& caller : callers_) {
      const std::lock_guard lock(caller.mutex);
      if (caller.busy) caller.operation->Cancel();
    }
  }

  bool Idle() {
    const std::lock_guard lock(mutex_);
    return in_flight_ == 0;
  }
  bool Done() {
    const std::lock_guard lock(mutex_);
    return !sending_ && in_flight_ == 0 && waiting_.empty();
  }

  const Schedule schedule_;
  PoissonArrivals arrivals_;
  const std::chrono::nanoseconds silence_max_;
  grpc::CompletionQueue queue_;
  // They stay where they are: a mutex can't move.
  std::deque<Caller> callers_;

  std::mutex mutex_;
  std::vector<Caller*> free_;
  // Arrivals for whom nobody was free, in their order.
  std::deque<Instant> waiting_;
  size_t in_flight_ = 0;
  size_t retired_ = 0;
  bool sending_ = true;
  absl::Status status_;
  std::atomic<bool> failed_ = false;

  // The sender's.
  int64_t held_back_ = 0;
  Histogram sender_delay_;
  // The receiver's.
  Histogram receiver_delay_;
  Histogram latency_;
  int64_t calls_in_all_ = 0;
};

}  // namespace

absl::StatusOr<OpenLoadResult> RunOpenLoop(
    const std::vector<std::unique_ptr<Operation>>& operations, const OpenLoopOptions& options) {
  const int lane_count = std::max(1, options.threads);
  const Instant start = SteadyClock::now();
  const Instant begin = start + absl::ToChronoNanoseconds(options.warm_up);
  const Schedule schedule{
      .start = start, .begin = begin, .end = begin + absl::ToChronoNanoseconds(options.recorded)};
  std::vector<std::unique_ptr<Lane>> lanes;
  for (int i = 0; i < lane_count; ++i) {
    // Poisson processes together are one, of the sum of their rates.
    lanes.push_back(std::make_unique<Lane>(schedule, options.rate_per_second / lane_count,
                                           options.seed * 1000 + static_cast<uint64_t>(i),
                                           options.silence_max));
  }
  for (size_t i = 0; i < operations.size(); ++i) lanes[i % lanes.size()]->Add(operations[i].get());
  std::vector<std::thread> threads;
  for (const auto& lane : lanes) {
    threads.emplace_back([&lane] { lane->Send(); });
    threads.emplace_back([&lane] { lane->Receive(); });
  }
  for (std::thread& thread : threads) thread.join();

  OpenLoadResult result;
  for (const auto& lane : lanes) {
    if (!lane->status().ok()) return lane->status();
    lane->AddTo(result);
  }
  result.calls = result.latency.count();
  result.seconds = absl::ToDoubleSeconds(options.recorded);
  return result;
}

}  // namespace usher::bench
