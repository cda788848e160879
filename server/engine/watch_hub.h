// WatchHub: who watches which account's events, and how far each has got.
//
// It hangs behind the commit: the engine hands it the entries of each batch and goes on. A thread
// of its own offers them to the watchers, from memory to those that keep up, from the journal to
// those that resume. Nobody is waited for: one that can't take what is offered while the memory of
// its account's events runs full is cut off with WatcherTooSlow.
//
// Promises: a watcher is offered every entry of its account behind the position it started from,
// each once and in order, or it is ended; what it is offered is committed.
//
// Threading: any function from any thread; sinks are called by the hub's thread, one call at a
// time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "entitlement/ids.h"
#include "entitlement/refusal.h"
#include "storage/store.h"

namespace usher::engine {

// An entry of the journal that several watchers are offered.
struct SharedEntry {
  explicit SharedEntry(storage::JournalEntry of) : entry(std::move(of)) {}

  const storage::JournalEntry entry;
  // What the first sink has made of the payload, for the others; the hub's thread alone.
  mutable std::shared_ptr<const void> decoded;
};
struct WatchedEntry {
  int64_t position = 0;
  std::shared_ptr<const SharedEntry> shared;

  const std::string& payload() const { return shared->entry.payload; }
};

// One watcher's end of the hub.
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  // Whether everything that it was offered has gone out.
  virtual bool Ready() const = 0;
  // Entries of the account, and the position up to which there are no others. Whether anything of
  // them is sent; where not, it is ready still. Called only where Ready.
  virtual bool Offer(absl::Span<const WatchedEntry> entries, int64_t up_to) = 0;
  // There is nothing new: the watcher is up to date at that position. Called only where Ready.
  virtual void Checkpoint(int64_t up_to) = 0;
  // The last call.
  virtual void End(const entitlement::Refusal& why) = 0;
};

struct WatchOptions {
  // Watchers of one account, and of all.
  int64_t watchers_per_account_max = 100;
  int64_t watchers_max = 1000;
  // Bytes of events that are kept in memory for the watchers of one account, and of all.
  int64_t account_bytes_max = int64_t{4} * 1024 * 1024;
  int64_t bytes_max = int64_t{64} * 1024 * 1024;
  // Watchers are served in rounds: events that come within one go out together.
  absl::Duration round = absl::Milliseconds(10);
  // A watcher without news hears so often that it is up to date.
  absl::Duration checkpoint_period = absl::Seconds(5);
  // How long a message may be on its way before its reader counts as too slow.
  absl::Duration stall_max = absl::Seconds(60);
};

// Where a watcher starts.
struct WatchStart {
  // None: the server's own events.
  entitlement::AccountNo account;
  // Behind that position, or with the oldest entry that is kept; unset: with the next event.
  std::optional<int64_t> after;
};
inline constexpr int64_t kFromOldest = -1;

class WatchHub {
 public:
  using WatchId = int64_t;

  // `store` outlives the hub.
  WatchHub(WatchOptions options, storage::Store* store);
  ~WatchHub();

  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  // Before the engine starts: where its journal ends.
  absl::Status Start();

  // As EngineOptions::publish_events. Never waits for a watcher.
  void Publish(std::vector<storage::JournalEntry>& entries, int64_t first_position);

  // Refusals: TooManyWatchers, ServerDraining. A position that the journal does not reach back to
  // ends the watcher with ResumeTokenExpired.
  std::variant<WatchId, entitlement::Refusal> Add(const WatchStart& start,
                                                  std::shared_ptr<WatchSink> sink);
  // The sink is ready again.
  void Wake();
  // The watcher has gone; its sink may be called once more at most.
  void Remove(WatchId id);

  // Offers what was published, ends all watchers with ServerDraining, and ends the thread. Nothing
  // may be published any more. Idempotent.
  void Close();

  int64_t watchers();

 private:
  // What is in memory of an account that is watched.
  struct Feed {
    std::deque<WatchedEntry> entries;
    int64_t bytes = 0;
    // Every entry of the account behind that position is in `entries`.
    int64_t complete_after = 0;
    int64_t watchers = 0;
  };
  struct Watcher {
    entitlement::AccountNo account;
    std::shared_ptr<WatchSink> sink;
    // It has been offered everything up to there; kFromOldest before the first.
    int64_t cursor = 0;
    // Whether it has caught up with what is in memory; until then it reads the journal.
    bool live = false;
    bool removed = false;
    // By a clock that never steps.
    absl::Time offered_time;
    absl::Time checkpoint_time = absl::InfinitePast();
  };

  // What is in memory behind a position of an account.
  struct News {
    std::vector<WatchedEntry> entries;
    int64_t up_to = 0;
  };

  void Run();
  // Whether somebody has to be served again soon.
  bool Round(absl::Time now);
  void Serve(WatchId id, Watcher& watcher, absl::Time now);
  void ServeFromJournal(WatchId id, Watcher& watcher, absl::Time now);
  void ServeFromMemory(Watcher& watcher, absl::Time now);
  // Null where not all of it is in memory.
  const News* NewsFor(const Watcher& watcher);
  void Offer(Watcher& watcher, absl::Span<const WatchedEntry> entries, absl::Time now);
  bool TooSlow(const Watcher& watcher, absl::Time now);
  void Expire(WatchId id, Watcher& watcher);
  void End(WatchId id, Watcher& watcher, const entitlement::Refusal& why);
  void Forget(WatchId id);
  void EndAll();
  // Under the mutex.
  bool AddToFeed(entitlement::AccountNo account, const WatchedEntry& entry);
  void DropOldest(Feed& feed);
  void DropWhatAllHave();
  void WakeUp();

  const WatchOptions options_;
  storage::Store* const store_;
  // Of this round, by account and position: watchers that keep up stand at the same one, so it is
  // put together once for all of them. The thread's own.
  absl::flat_hash_map<std::pair<entitlement::AccountNo, int64_t>, std::unique_ptr<News>> news_for_;

  std::mutex mutex_;
  std::condition_variable wake_;
  // Under the mutex: feeds, and of the watchers the map itself and `removed`. The rest of a watcher
  // is the thread's own.
  absl::flat_hash_map<entitlement::AccountNo, Feed> feeds_;
  absl::btree_map<WatchId, std::unique_ptr<Watcher>> watchers_;
  int64_t bytes_ = 0;
  int64_t last_position_ = 0;
  WatchId last_id_ = 0;
  // Something has come since the last round began.
  bool news_ = false;
  bool asleep_ = false;
  bool closing_ = false;

  std::thread thread_;
};

}  // namespace usher::engine
