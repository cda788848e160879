#include "engine/inbox.h"

#include <iterator>
#include <utility>

namespace usher::engine {

template <typename Function>
void Inbox::Put(Attention least, Function put) {
  bool wake;
  {
    const std::lock_guard lock(mutex_);
    put();
    wake = MustWake(least);
  }
  if (wake) host_->Wake();
}

bool Inbox::Push(PendingPtr& command) {
  bool open = false;
  Put(Attention::kAll, [&] {
    open = !closed_;
    if (open) commands_.push_back(std::move(command));
  });
  return open;
}

void Inbox::Push(LoadedUnit unit) {
  Put(Attention::kAll, [&] { loaded_.push_back(std::move(unit)); });
}

void Inbox::Push(StoreOutcome outcome) {
  Put(Attention::kStoreOnly, [&] { outcome_ = std::move(outcome); });
}

void Inbox::PushAnswer(PendingPtr answer) {
  Put(Attention::kStoreOnly, [&] { answers_.push_back(std::move(answer)); });
}

void Inbox::Close() {
  Put(Attention::kAll, [&] { closed_ = true; });
}

std::optional<StoreOutcome> Inbox::TakeStoreOutcome() {
  const std::lock_guard lock(mutex_);
  return std::exchange(outcome_, std::nullopt);
}

size_t Inbox::TakeAnswers(std::vector<PendingPtr>& answers) {
  const std::lock_guard lock(mutex_);
  const size_t count = answers_.size();
  std::move(answers_.begin(), answers_.end(), std::back_inserter(answers));
  answers_.clear();
  return count;
}

void Inbox::Take(size_t commands_max, Intake& intake) {
  intake.commands.clear();
  intake.loaded.clear();
  const std::lock_guard lock(mutex_);
  intake.closed = closed_;
  intake.loaded.swap(loaded_);
  if (commands_.size() <= commands_max) {
    intake.commands.swap(commands_);
    return;
  }
  const auto end = commands_.begin() + static_cast<std::ptrdiff_t>(commands_max);
  intake.commands.assign(std::make_move_iterator(commands_.begin()), std::make_move_iterator(end));
  commands_.erase(commands_.begin(), end);
}

void Inbox::Wait(Attention attention, absl::Duration longest, Expected store) {
  {
    const std::lock_guard lock(mutex_);
    if (AnythingToTake(attention)) return;
    sleep_ = attention == Attention::kAll ? Sleep::kUntilAnything : Sleep::kUntilStore;
  }
  host_->Wait(longest, store);
  const std::lock_guard lock(mutex_);
  sleep_ = Sleep::kAwake;
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
  return !commands_.empty() || !loaded_.empty();
}

}  // namespace usher::engine
