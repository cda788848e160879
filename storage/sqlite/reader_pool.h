// ReaderPool: the connections that loads and reads run on, lent one at a time.
//
// Any thread. A Lease must be short: while one reads, the write-ahead log can't start anew. The
// writer asks for a Pause where the log has grown too long: nobody reads as long as it lasts.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/sqlite/database.h"

namespace usher::storage {

class ReaderPool {
 public:
  // Opens `size` connections to the database, which the writer has made ready.
  static absl::StatusOr<std::unique_ptr<ReaderPool>> Open(const std::string& path,
                                                          const std::string& vfs, int size);

  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<Database> database)
        : pool_(pool), database_(std::move(database)) {}
    ~Lease() { pool_.GiveBack(std::move(database_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Database& operator*() { return *database_; }

   private:
    ReaderPool& pool_;
    std::unique_ptr<Database> database_;
  };

  class Pause {
   public:
    explicit Pause(ReaderPool* pool) : pool_(pool) {}
    ~Pause() {
      if (pool_ != nullptr) pool_->Resume();
    }
    Pause(Pause&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}
    Pause& operator=(Pause&& other) noexcept {
      std::swap(pool_, other.pool_);
      return *this;
    }

   private:
    ReaderPool* pool_;
  };

  // Waits until one is free.
  Lease Borrow();

  // Lets no new reader in and waits for those that are at it; nullopt where they take longer than
  // `patience`.
  std::optional<Pause> TryPause(absl::Duration patience);

 private:
  explicit ReaderPool(std::vector<std::unique_ptr<Database>> databases)
      : size_(databases.size()), free_(std::move(databases)) {}

  void GiveBack(std::unique_ptr<Database> database);
  void Resume();

  const size_t size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Database>> free_;
  bool paused_ = false;
};

}  // namespace usher::storage
