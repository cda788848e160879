#include "engine/worker.h"

#include <pthread.h>

#include <utility>

namespace usher::engine {

Worker::Worker(const char* name) : thread_([this] { Run(); }) {
  pthread_setname_np(thread_.native_handle(), name);
}

Worker::~Worker() { Stop(); }

void Worker::Post(Task task) {
  bool was_empty;
  {
    std::lock_guard lock(mutex_);
    was_empty = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  // A thread that is still busy with earlier tasks looks again before it sleeps.
  if (was_empty) wake_.notify_one();
}

void Worker::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Worker::Run() {
  std::vector<Task> taken;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      taken.swap(tasks_);
    }
    for (Task& task : taken) task();
    taken.clear();
  }
}

}  // namespace usher::engine
