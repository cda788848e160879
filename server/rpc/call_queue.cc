#include "rpc/call_queue.h"

#include <utility>

#include "grpcpp/alarm.h"

namespace usher::rpc {

namespace {

// Before whoever waits looks after its own work: more than arrives in a moment.
constexpr int kEventsPerWaitMax = 128;

gpr_timespec AtOnce() { return gpr_inf_past(GPR_CLOCK_MONOTONIC); }

// Ends a wait.
class WakeUp final : public CompletionTag {
 public:
  explicit WakeUp(CallQueue* queue) : queue_(queue) {}

  // To the completion queue of the CallQueue; whoever handles it may delete it before this returns.
  void Send(grpc::CompletionQueue* queue) {
    alarm_.Set(queue, gpr_inf_past(GPR_CLOCK_REALTIME), static_cast<CompletionTag*>(this));
  }

  void Complete(bool /*ok*/) override {
    CallQueue* const queue = queue_;
    delete this;
    queue->Leave();
  }

 private:
  CallQueue* const queue_;
  grpc::Alarm alarm_;
};

}  // namespace

CallQueue::CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue)
    : queue_(std::move(queue)) {}

CallQueue::~CallQueue() { Drain(); }

void CallQueue::Wait(absl::Duration longest, engine::Expected wake) {
  waiter_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  gpr_timespec deadline = AtOnce();
  // gRPC rounds a time up to milliseconds, so that none at all would be slept through.
  const bool may_wait = longest > absl::ZeroDuration();
  if (may_wait && !(wake == engine::Expected::kSoon && Poll())) {
    deadline = gpr_time_from_micros(absl::ToInt64Microseconds(longest), GPR_TIMESPAN);
    // Told before the look at woken_: whoever wakes tells first and looks then, so one sees the
    // other.
    asleep_.store(true);
  }
  for (int i = 0; i < kEventsPerWaitMax && !woken_.exchange(false); ++i) {
    if (!ServeNext(deadline)) break;
    deadline = AtOnce();
  }
  asleep_.store(false, std::memory_order_relaxed);
}

bool CallQueue::Poll() {
  if (!busy_poll_.Begin(BusyPoll::Clock::now())) return false;
  do {
    if (woken_.load(std::memory_order_relaxed) || ServeNext(AtOnce())) return true;
  } while (busy_poll_.Again(BusyPoll::Clock::now()));
  return false;
}

bool CallQueue::ServeNext(gpr_timespec deadline) {
  void* tag = nullptr;
  bool ok = false;
  const auto next = queue_->AsyncNext(&tag, &ok, deadline);
  asleep_.store(false, std::memory_order_relaxed);
  if (next != grpc::CompletionQueue::GOT_EVENT) return false;
  Handle(tag, ok);
  return true;
}

void CallQueue::Wake() {
  // Otherwise the first call of a moment would be decided without the others.
  if (waiter_.load(std::memory_order_relaxed) == std::this_thread::get_id()) return;
  woken_.store(true);
  // Who is awake looks before it sleeps.
  if (!asleep_.exchange(false)) return;
  auto* const wake_up = new WakeUp(this);
  // Counted like a call, whether draining or not: the queue waits for it.
  calls_.fetch_add(1);
  wake_up->Send(queue_.get());
}

void CallQueue::Start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { Serve(); });
}

bool CallQueue::Enter() {
  // Counted before the look at the flag: who has set the flag and then sees a count of 0 can be
  // sure that no call comes behind its back.
  calls_.fetch_add(1);
  if (!draining_.load()) return true;
  Leave();
  return false;
}

void CallQueue::Leave() {
  if (calls_.fetch_sub(1) == 1) calls_.notify_all();
}

void CallQueue::Drain() {
  if (shut_down_) return;
  StopPosting();
  for (int64_t calls = calls_.load(); calls != 0; calls = calls_.load()) calls_.wait(calls);
  queue_->Shutdown();
  shut_down_ = true;
  // One that was never started has what was posted on it to hand back, too.
  if (!thread_.joinable()) return Serve();
  thread_.join();
}

void CallQueue::Serve() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) Handle(tag, ok);
}

void CallQueue::Handle(void* tag, bool ok) {
  // Whoever posted the tag has counted it before, so this shows the tag as it was then. gRPC's own
  // locks do so, too, but sanitizers don't see them.
  calls_.load(std::memory_order_acquire);
  static_cast<CompletionTag*>(tag)->Complete(ok);
}

}  // namespace usher::rpc
