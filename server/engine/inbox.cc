#include "engine/inbox.h"

#include <iterator>
#include <utility>

namespace usher::engine {

bool Inbox::Push(Submission& submission) {
  bool wake;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    submissions_.push_back(std::move(submission));
    wake = MustWake(Attention::kAll);
  }
  if (wake) host_->Wake();
  return true;
}

void Inbox::Push(LoadedUnit unit) {
  bool wake;
  {
    const std::lock_guard lock(mutex_);
    loaded_.push_back(std::move(unit));
    wake = MustWake(Attention::kAll);
  }
  if (wake) host_->Wake();
}

void Inbox::Push(StoreOutcome outcome) {
  bool wake;
  {
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
    wake = MustWake(Attention::kStoreOnly);
  }
  if (wake) host_->Wake();
}

void Inbox::Push(Batch::Pending answer) {
  bool wake;
  {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(answer));
    wake = MustWake(Attention::kStoreOnly);
  }
  if (wake) host_->Wake();
}

std::optional<StoreOutcome> Inbox::TakeStoreOutcome() {
  const std::lock_guard lock(mutex_);
  return std::exchange(outcome_, std::nullopt);
}

size_t Inbox::TakeAnswers(std::vector<Batch::Pending>& answers) {
  const std::lock_guard lock(mutex_);
  const size_t count = answers_.size();
  std::move(answers_.begin(), answers_.end(), std::back_inserter(answers));
  answers_.clear();
  return count;
}

void Inbox::Take(size_t submissions_max, Intake& intake) {
  intake.submissions.clear();
  intake.loaded.clear();
  const std::lock_guard lock(mutex_);
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

void Inbox::Wait(Attention attention, absl::Duration longest) {
  {
    const std::lock_guard lock(mutex_);
    if (AnythingToTake(attention)) return;
    sleep_ = attention == Attention::kAll ? Sleep::kUntilAnything : Sleep::kUntilStore;
  }
  host_->Wait(longest);
  const std::lock_guard lock(mutex_);
  sleep_ = Sleep::kAwake;
}

void Inbox::Close() {
  bool wake;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    wake = MustWake(Attention::kAll);
  }
  if (wake) host_->Wake();
}

// Once for each sleep: under load the thread comes by anyway.
bool Inbox::MustWake(Attention least) {
  const bool sleeps = sleep_ == Sleep::kUntilAnything ||
                      (sleep_ == Sleep::kUntilStore && least == Attention::kStoreOnly);
  if (sleeps) sleep_ = Sleep::kAwake;
  return sleeps;
}

bool Inbox::AnythingToTake(Attention attention) {
  if (outcome_.has_value() || !answers_.empty()) return true;
  if (attention == Attention::kStoreOnly) return false;
  if (closed_ && !std::exchange(close_told_, true)) return true;
  return !submissions_.empty() || !loaded_.empty();
}

}  // namespace usher::engine
