// Inbox: what waits for the engine's thread, from any thread: commands, and units that were loaded
// for it.
//
// Unbounded by itself: the engine bounds what is in flight before it pushes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/engine.h"
#include "entitlement/account.h"
#include "entitlement/application.h"
#include "storage/store.h"

namespace usher::engine {

// The outcome of a load. Exactly one of the units is set where `status` is OK.
struct LoadedUnit {
  storage::UnitRef ref;
  absl::Status status;
  std::unique_ptr<entitlement::Account> account;
  std::unique_ptr<entitlement::Application> application;
};

struct Intake {
  std::vector<Submission> submissions;
  std::vector<LoadedUnit> loaded;
  // Nothing will come any more but what is being loaded.
  bool closed = false;
};

class Inbox {
 public:
  // False where the inbox is closed; the submission is then untouched.
  bool Push(Submission& submission);
  void Push(LoadedUnit unit);

  // Waits until there is something, `wait` is over or the inbox is closed; takes at most
  // `submissions_max` submissions and all loaded units. `intake` is cleared first.
  void Take(size_t submissions_max, absl::Duration wait, Intake& intake);

  void Close();

 private:
  void WakeUp(bool asleep);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Submission> submissions_;
  std::vector<LoadedUnit> loaded_;
  bool asleep_ = false;
  bool closed_ = false;
};

}  // namespace usher::engine
