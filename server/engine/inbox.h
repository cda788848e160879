// Inbox: what waits for the engine's thread, from any thread: commands, units that were loaded for
// it, pages that were read, and how its last work with the store went.
//
// Unbounded by itself: the engine bounds what is in flight before it pushes.
// Threading: Push and Close from any thread; Take… and Wait by the engine's.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/host.h"
#include "engine/pending.h"
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

// How a piece of work with the store went.
struct StoreOutcome {
  absl::Status status;
  absl::Duration duration;
};

struct Intake {
  std::vector<PendingPtr> commands;
  std::vector<LoadedUnit> loaded;
  // No command will come any more.
  bool closed = false;
};

// What brings the thread back: while a batch is full it can take nothing but the end of the work
// with the store.
enum class Attention : char { kAll, kStoreOnly };

class Inbox {
 public:
  // Hosts outlive it.
  explicit Inbox(Host* host) : host_(host) {}

  // Before the engine's thread starts.
  void MoveTo(Host* host) { host_ = host; }

  // False where the inbox is closed; the command is then untouched.
  bool Push(PendingPtr& command);
  void Push(LoadedUnit unit);
  void Push(StoreOutcome outcome);
  // An answer that was read from the store.
  void PushAnswer(PendingPtr answer);

  std::optional<StoreOutcome> TakeStoreOutcome();
  // Adds them to `answers`; how many.
  size_t TakeAnswers(std::vector<PendingPtr>& answers);
  // At most `commands_max` commands, and all loaded units. `intake` is cleared first.
  void Take(size_t commands_max, Intake& intake);

  // Is at the host until there is something to take, or `longest` is over; at once where there is.
  // May return early. That the inbox was closed is something, once. `store` is when an outcome of
  // the store is expected.
  void Wait(Attention attention, absl::Duration longest, Expected store);

  void Close();

 private:
  enum class Sleep : char { kAwake, kUntilAnything, kUntilStore };

  // Runs `put` under the mutex, and wakes the thread where it waits for at least that.
  template <typename Function>
  void Put(Attention least, Function put);
  // Under the mutex: whether the thread must be woken for what was just pushed.
  bool MustWake(Attention least);
  bool AnythingToTake(Attention attention);

  Host* host_;
  std::mutex mutex_;
  std::vector<PendingPtr> commands_;
  std::vector<LoadedUnit> loaded_;
  std::vector<PendingPtr> answers_;
  std::optional<StoreOutcome> outcome_;
  Sleep sleep_ = Sleep::kAwake;
  bool closed_ = false;
  bool close_told_ = false;
};

}  // namespace usher::engine
