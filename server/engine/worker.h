// Worker: a thread that runs what it is given, one after the other, in the order in which it was
// posted.
//
// The engine has two: one that reads the store for it, one that writes it. Post from any
// thread; never blocks but for the lock. Stop runs what was posted before it and ends the thread.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace usher::engine {

class Worker {
 public:
  using Task = absl::AnyInvocable<void()>;

  // `name` is shown by debuggers and top; at most 15 characters.
  explicit Worker(const char* name);
  ~Worker();

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void Post(Task task);

  // Idempotent. Nothing may be posted any more.
  void Stop();

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Task> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace usher::engine
