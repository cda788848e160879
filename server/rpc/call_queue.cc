#include "rpc/call_queue.h"

#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/alarm.h"

namespace usher::rpc {

namespace {

// A task on its way through the queue: one wake-up, however many answers it gives.
class QueuedTask final : public CompletionTag {
 public:
  QueuedTask(CallQueue* queue, CallQueue::Task task) : queue_(queue), task_(std::move(task)) {}

  void Send() {
    alarm_.Set(queue_->get(), absl::ToChronoTime(absl::UnixEpoch()),
               static_cast<CompletionTag*>(this));
  }

  void Complete(bool /*ok*/) override {
    CallQueue* const queue = queue_;
    task_();
    delete this;
    queue->Leave();
  }

 private:
  CallQueue* const queue_;
  CallQueue::Task task_;
  grpc::Alarm alarm_;
};

}  // namespace

CallQueue::CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue)
    : queue_(std::move(queue)) {}

CallQueue::~CallQueue() { Drain(); }

void CallQueue::Start() {
  thread_ = std::thread([this] { Serve(); });
}

void CallQueue::Run(Task task) {
  auto queued = std::make_unique<QueuedTask>(this, std::move(task));
  // Counted like a call, whether draining or not: the queue waits for it.
  calls_.fetch_add(1);
  queued.release()->Send();
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
  while (queue_->Next(&tag, &ok)) {
    // Whoever posted the tag has counted it before, so this shows the tag as it was then. gRPC's
    // own locks do so, too, but sanitizers don't see them.
    calls_.load(std::memory_order_acquire);
    static_cast<CompletionTag*>(tag)->Complete(ok);
  }
}

}  // namespace usher::rpc
