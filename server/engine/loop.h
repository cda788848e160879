// Loop: the engine's thread. It takes what waits, decides it into a batch, has the batch committed,
// and answers it.
//
// One piece of work with the store is under way at most, on the writer's thread. While a batch is
// being committed the next one is decided on top of it, and sent when the store is done: so the
// state in memory is ahead of the stored one by two batches at most, and nothing of it is told
// before it is durable (R30). Where the store refuses a batch, both are taken back (Recover).
//
// Everything here runs on the thread that calls Run, except where a member says otherwise. Step
// tells how it goes.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <tuple>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/batch.h"
#include "engine/clock.h"
#include "engine/engine.h"
#include "engine/inbox.h"
#include "engine/pending.h"
#include "engine/worker.h"
#include "engine/working_set.h"
#include "entitlement/context.h"
#include "entitlement/decide.h"
#include "entitlement/units.h"
#include "storage/store.h"

namespace usher::engine {

// After the store refused a commit, what time does by itself is tried again so much later.
inline constexpr absl::Duration kDuesPauseAfterFailure = absl::Seconds(1);

// A unit whose rows make no sense is not loaded again before that.
inline constexpr absl::Duration kDamagedUnitPause = absl::Minutes(1);

// How often what nobody waits for is looked after.
inline constexpr absl::Duration kHousekeepingPeriod = absl::Minutes(1);

// StateFigures that one thread writes and any reads; each figure for itself, so they may be of
// different turns.
class SharedFigures {
 public:
  void Write(const StateFigures& figures) {
    const auto values = std::bit_cast<Values>(figures);
    for (size_t i = 0; i < values.size(); ++i) {
      values_[i].store(values[i], std::memory_order_relaxed);
    }
  }
  StateFigures Read() const {
    Values values;
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = values_[i].load(std::memory_order_relaxed);
    return std::bit_cast<StateFigures>(values);
  }

 private:
  using Values = std::array<int64_t, sizeof(StateFigures) / sizeof(int64_t)>;
  std::array<std::atomic<int64_t>, std::tuple_size_v<Values>> values_ = {};
};

// Counters that other threads read.
struct LoopCounters {
  std::atomic<int64_t> in_flight{0};
  std::atomic<int64_t> batches{0};
  std::atomic<int64_t> commits{0};
  std::atomic<int64_t> commands{0};
  std::atomic<int64_t> commit_failures{0};
  // Of the lease clock.
  std::atomic<int64_t> last_turn_micros{0};
  std::atomic<bool> store_refuses{false};
  SharedFigures state;

  // Of a clock that only goes on, to measure with.
  static int64_t SteadyMicros() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
};

class Loop {
 public:
  // All outlive the loop. `reader` runs what reads the store, `writer` what writes it.
  Loop(const EngineOptions* options, storage::Store* store, Clock* clock, Inbox* inbox,
       Worker* reader, Worker* writer, LoopCounters* counters);

  // Reads what has to be known before the first command. Called once, before Run, on any thread.
  absl::Status Prepare();

  // Until the inbox is closed and everything in it is answered.
  void Run();

 private:
  // The units of a command, found in memory; `waits` where one of them has to be loaded first.
  struct Located {
    entitlement::MutableUnits units;
    std::optional<UnitKey> waits;
  };

  // What the work under way with the store is.
  enum class StoreWork : char { kNone, kCommit, kProbe, kPrune };

  // All that can be done now.
  void Step(Intake& intake);
  void Turn(Intake& intake);
  bool BatchIsFull() const;
  bool Finished(const Intake& intake) const;

  // -- Taking in
  void ReadClocks();
  void Accept(LoadedUnit loaded);
  bool IsNamed(const UnitKey& unit);
  void AcceptFailure(const UnitKey& unit, const absl::Status& status,
                     std::vector<PendingPtr> waiting);
  void RefuseForStore(PendingPtr command);
  void Handle(PendingPtr command);
  // R29: whether the command tells of all applications of an account, some of which may be overdue
  // and not even in memory.
  bool WaitsForDues(const entitlement::Command& command) const;
  Located Locate(const entitlement::Command& command);
  void Park(const UnitKey& unit, PendingPtr command);
  std::optional<Result> Remembered(const Submission& submission, entitlement::AccountNo account);
  void Decide(PendingPtr pending, const Located& located);
  void PublishTokens();
  void PublishEvents();
  void RememberAnswer(const Submission& submission, const Result& result,
                      entitlement::AccountNo account);

  // -- Time
  void FindOverdueUnits();
  void FireDue();
  absl::Duration WaitTime() const;
  // When the store will be done with what it works at.
  Expected StoreExpected() const;
  void StoreUsage(bool now_at_once);
  void KeepHouse();

  // -- Loading
  bool IsLoaded(const UnitKey& unit);
  bool IsDamaged(const UnitKey& unit) const;
  // Not what is loaded, or damaged.
  void LoadSoon(const UnitKey& unit);
  void Load(const UnitKey& unit, bool background);
  void FeedBackgroundLoads();

  // -- Working with the store, on the writer's thread
  // `work` must not touch the loop.
  void StartStoreWork(StoreWork kind, absl::AnyInvocable<absl::Status()> work);
  void FinishStoreWork(const StoreOutcome& outcome);
  // Whether it started any that is due.
  bool StartUpkeep();
  void FinishCommit(const StoreOutcome& outcome);
  void FinishPrune(const absl::Status& status);
  void NoteWrite(bool stored);
  bool StoreRefuses() const;

  // -- Ending a batch
  // Where the store is free: what time does goes into the batch, and the batch on its way.
  void SendBatch();
  void CloseBatch();
  // What it tells of is durable.
  void Release(Batch& batch);
  void Recover();
  void DropWhatWasChanged();
  void GiveAnswers();
  void ReadHistory(PendingPtr pending);
  [[noreturn]] void Die(const absl::Status& status);

  entitlement::Context MakeContext(std::string_view actor) const;

  const EngineOptions* options_;
  storage::Store* store_;
  Clock* clock_;
  Inbox* inbox_;
  Worker* reader_;
  Worker* writer_;
  LoopCounters* counters_;

  WorkingSet working_set_;
  // What is being decided, and what is being committed.
  Batch batch_;
  Batch committing_;
  StoreWork store_work_ = StoreWork::kNone;
  // What the last commit took.
  absl::Duration commit_time_;
  // Of the prune that is under way or was the last: whether it left anything that is due.
  bool more_to_prune_ = false;
  // May be given: what they tell of is durable.
  std::vector<PendingPtr> answers_;
  // Pages of history that are being read.
  size_t reads_under_way_ = 0;
  // Commands to decide in the next turn: parked ones whose unit came, those of a batch that failed
  // and may be decided again.
  std::vector<PendingPtr> again_;
  // Commands that wait until the store knows of nothing overdue.
  std::vector<PendingPtr> waiting_for_dues_;
  // Nothing more is taken in.
  bool closes_ = false;

  absl::Time now_ = absl::InfinitePast();
  entitlement::LeaseTime lease_now_;
  // After a refusal of the store, time acts no sooner than then.
  entitlement::LeaseTime dues_resume_;
  entitlement::LeaseTime usage_stored_;
  entitlement::LeaseTime house_kept_;
  // When something old enough to be forgotten was left in the store.
  entitlement::LeaseTime prune_next_;
  // Of the journal's last entry.
  int64_t last_position_ = 0;
  // The soonest deadline that the store knows of.
  absl::Time store_due_ = absl::InfiniteFuture();

  // Unset while the store takes writes; else since when it refuses them, and when the last was
  // tried.
  std::optional<entitlement::LeaseTime> refused_since_;
  entitlement::LeaseTime write_tried_;

  // Units to load when there is nothing more urgent, each once; those of these loads that are under
  // way.
  std::deque<UnitKey> background_loads_;
  absl::btree_set<UnitKey> background_queued_;
  absl::btree_set<UnitKey> background_loading_;
  // Units whose rows make no sense, and when they may be loaded again.
  absl::flat_hash_map<UnitKey, entitlement::LeaseTime> damaged_;
};

}  // namespace usher::engine
