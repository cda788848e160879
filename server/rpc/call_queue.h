// CallQueue: a completion queue, the thread that serves it, and the count of calls that live on it.
//
// A queue must not be shut down while a call may still be posted or finished on it, so every call
// is counted from its posting to its end, and Drain waits for the last.
// Threading: Run, Enter, Leave and StopPosting from any thread; Start and Drain once each, by the
// owner.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "grpcpp/completion_queue.h"

namespace usher::rpc {

// What a completion queue hands back when an operation is done.
class CompletionTag {
 public:
  virtual ~CompletionTag() = default;
  // `ok` as gRPC defines it: a call arrived, or an answer went out. May destroy the tag.
  virtual void Complete(bool ok) = 0;
};

class CallQueue {
 public:
  using Task = absl::AnyInvocable<void()>;

  explicit CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue);
  // Every call must have left.
  ~CallQueue();

  CallQueue(const CallQueue&) = delete;
  CallQueue& operator=(const CallQueue&) = delete;

  grpc::ServerCompletionQueue* get() { return queue_.get(); }

  void Start();

  // Runs the task on the queue's thread, soon. It counts as a call, so Drain waits for it; must
  // not be called once Drain has returned.
  void Run(Task task);

  // Counts a call that is about to be posted. False once draining: then it must not be.
  bool Enter();
  void Leave();

  // From now on calls that end are not replaced by new ones.
  void StopPosting() { draining_.store(true); }

  // Waits until every call has left, then ends the thread. Idempotent.
  void Drain();

 private:
  void Serve();

  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::thread thread_;
  std::atomic<bool> draining_ = false;
  std::atomic<int64_t> calls_ = 0;
  bool shut_down_ = false;
};

}  // namespace usher::rpc
