#include "engine/inbox.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace usher::engine {

bool Inbox::Push(Submission& submission) {
  bool asleep;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return false;
    submissions_.push_back(std::move(submission));
    asleep = std::exchange(asleep_, false);
  }
  WakeUp(asleep);
  return true;
}

void Inbox::Push(LoadedUnit unit) {
  bool asleep;
  {
    std::lock_guard lock(mutex_);
    loaded_.push_back(std::move(unit));
    asleep = std::exchange(asleep_, false);
  }
  WakeUp(asleep);
}

void Inbox::Take(size_t submissions_max, absl::Duration wait, Intake& intake) {
  intake.submissions.clear();
  intake.loaded.clear();
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return closed_ || !submissions_.empty() || !loaded_.empty(); };
  if (!ready() && wait > absl::ZeroDuration()) {
    asleep_ = true;
    wake_.wait_for(lock, absl::ToChronoMicroseconds(wait), ready);
    asleep_ = false;
  }
  intake.closed = closed_;
  intake.loaded.swap(loaded_);
  if (submissions_.size() <= submissions_max) {
    intake.submissions.swap(submissions_);
    return;
  }
  const auto end = submissions_.begin() + static_cast<std::ptrdiff_t>(submissions_max);
  intake.submissions.assign(std::make_move_iterator(submissions_.begin()),
                            std::make_move_iterator(end));
  submissions_.erase(submissions_.begin(), end);
}

void Inbox::Close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_one();
}

// A system call only where the engine's thread sleeps: under load it comes by anyway.
void Inbox::WakeUp(bool asleep) {
  if (asleep) wake_.notify_one();
}

}  // namespace usher::engine
