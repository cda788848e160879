// CallQueue: a completion queue, and the count of calls that live on it.
//
// Two may serve it: the engine's thread, whose host it is (engine/host.h), or a thread of its own.
// With the first a call is received, decided and answered by one thread. A queue must not be shut
// down while a call may still be posted or finished on it, so every call is counted from its
// posting to its end, and Drain waits for the last.
// Threading: Wake, Enter, Leave and StopPosting from any thread; Wait by one, and not once Start
// was called; Start and Drain by the owner.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "absl/time/time.h"
#include "engine/host.h"
#include "grpc/support/time.h"
#include "grpcpp/completion_queue.h"
#include "rpc/busy_poll.h"

namespace usher::rpc {

// What a completion queue hands back when an operation is done.
class CompletionTag {
 public:
  virtual ~CompletionTag() = default;
  // `ok` as gRPC defines it: a call arrived, or an answer went out. May destroy the tag.
  virtual void Complete(bool ok) = 0;
};

class CallQueue final : public engine::Host {
 public:
  explicit CallQueue(std::unique_ptr<grpc::ServerCompletionQueue> queue);
  // Every call must have left.
  ~CallQueue() override;

  CallQueue(const CallQueue&) = delete;
  CallQueue& operator=(const CallQueue&) = delete;

  grpc::ServerCompletionQueue* get() { return queue_.get(); }

  // Serves what has come, or comes first; then whatever is there without sleeping, until Wake.
  void Wait(absl::Duration longest, engine::Expected wake) override;
  // Counts as a call until it has been waited for; must not be called once Drain has returned. By
  // a handler it is nothing: whoever waits looks around when what is there has been served.
  void Wake() override;

  // Serves on a thread of its own from now on. Idempotent.
  void Start();

  // Counts a call that is about to be posted. False once draining: then it must not be.
  bool Enter();
  void Leave();

  // From now on calls that end are not replaced by new ones.
  void StopPosting() { draining_.store(true); }

  // Waits until every call has left, then ends the thread. Somebody must serve. Idempotent.
  void Drain();

 private:
  void Serve();
  // Serves what comes until `deadline`, one thing at most; whether there was one.
  bool ServeNext(gpr_timespec deadline);
  // Polls without sleeping, for a moment; true once something came.
  bool Poll();
  void Handle(void* tag, bool ok);

  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::thread thread_;
  BusyPoll busy_poll_{std::thread::hardware_concurrency()};
  // Who waits, and serves meanwhile.
  std::atomic<std::thread::id> waiter_;
  // Wake was called, and no Wait has ended for it yet.
  std::atomic<bool> woken_ = false;
  // Who waits sleeps, or is about to.
  std::atomic<bool> asleep_ = false;
  std::atomic<bool> draining_ = false;
  std::atomic<int64_t> calls_ = 0;
  bool shut_down_ = false;
};

}  // namespace usher::rpc
