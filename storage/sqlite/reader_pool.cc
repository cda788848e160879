#include "storage/sqlite/reader_pool.h"

namespace usher::storage {

absl::StatusOr<std::unique_ptr<ReaderPool>> ReaderPool::Open(const std::string& path,
                                                             const std::string& vfs, int size) {
  std::vector<std::unique_ptr<Database>> databases;
  for (int i = 0; i < size; ++i) {
    absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(path, Access::kReader, vfs);
    if (!database.ok()) return database.status();
    databases.push_back(std::move(*database));
  }
  return std::unique_ptr<ReaderPool>(new ReaderPool(std::move(databases)));
}

ReaderPool::Lease ReaderPool::Borrow() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !paused_ && !free_.empty(); });
  std::unique_ptr<Database> database = std::move(free_.back());
  free_.pop_back();
  return Lease(*this, std::move(database));
}

void ReaderPool::GiveBack(std::unique_ptr<Database> database) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(database));
  }
  changed_.notify_all();
}

std::optional<ReaderPool::Pause> ReaderPool::TryPause(absl::Duration patience) {
  std::unique_lock lock(mutex_);
  paused_ = true;
  if (changed_.wait_for(lock, absl::ToChronoMicroseconds(patience),
                        [this] { return free_.size() == size_; })) {
    return Pause(this);
  }
  paused_ = false;
  lock.unlock();
  changed_.notify_all();
  return std::nullopt;
}

void ReaderPool::Resume() {
  {
    const std::lock_guard lock(mutex_);
    paused_ = false;
  }
  changed_.notify_all();
}

}  // namespace usher::storage
