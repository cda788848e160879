// The engine: one thread that owns all state and gives every command its place in one total order.
//
// It takes what has queued up, decides each command, has the changes of all of them committed in
// one transaction, and only then completes them, reads and refusals too (R30). Another thread
// commits; the engine's is at its host meanwhile, where the next batch gathers. Deadlines and lease
// ends are work that it gives itself. Units are loaded on first use by a third thread, their
// commands parked meanwhile.
//
// Promises: Submit never blocks on the store and always ends in exactly one call of `done`;
// commands of one caller that waits for each answer take effect in that order; whatever is overdue
// on the units of a command is carried out before it.
//
// Threading: Submit and Stop from any thread. `done` runs on the engine's thread (where it is
// Overloaded or ServerDraining, on the caller's): it must be quick and must not wait for the
// engine.
//
// Refuses to know: protobuf, gRPC, SQL. Journal payloads and remembered answers are bytes that
// others encode.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "engine/clock.h"
#include "engine/host.h"
#include "entitlement/application.h"
#include "entitlement/catalog.h"
#include "entitlement/change.h"
#include "entitlement/command.h"
#include "entitlement/lease_time.h"
#include "entitlement/policy.h"
#include "entitlement/refusal.h"
#include "entitlement/reply.h"
#include "entitlement/token.h"
#include "storage/store.h"

namespace usher::engine {

// R28: identifies a request that its caller may send again.
struct RequestIdentity {
  std::string request_id;
  // Digest of the method and the fields other than request_id.
  std::string fingerprint;
  // Encodes the reply as the wire will answer it; RememberedReply gives the bytes back.
  std::function<std::string(const entitlement::Reply&)> encode;
};

using Result = std::variant<entitlement::Reply, entitlement::Refusal>;

struct Submission {
  entitlement::Command command;
  // Display name of who asks; stands in the journal.
  std::string actor;
  // Unset where the caller sent none, or the command takes none.
  std::optional<RequestIdentity> identity;
  absl::AnyInvocable<void(Result)> done;
};

// The events of one command in one account, for the wire layer to encode as a journal payload.
struct CommandEvents {
  // Null where they are the server's own.
  const entitlement::Account* account = nullptr;
  std::string_view actor;
  std::string_view request_id;
  absl::Time record_time;
  entitlement::Revision command_revision;
  // Those of class kEvent are told; others are passed over.
  absl::Span<const entitlement::Change> changes;
};
using JournalEncoder = std::function<std::string(const CommandEvents&)>;

// How a commit of a batch went.
struct CommitReport {
  // Commands that waited for it.
  int64_t commands = 0;
  absl::Duration duration;
  // False where the store refused it.
  bool stored = true;
};

struct EngineOptions {
  entitlement::Policy policy;
  entitlement::Catalog catalog = entitlement::Catalog::Default();
  JournalEncoder encode_journal;
  // Commands that are queued or parked at most; one more is answered with Overloaded.
  int64_t in_flight_max = 10'000;
  // Commands of one batch at most.
  int batch_max = 512;
  // Called with all tokens as they are stored: at the start, and before the answer to who made or
  // revoked one. On the thread of Start, and on the engine's.
  std::function<void(const absl::btree_map<entitlement::TokenId, entitlement::Token>&)>
      publish_tokens;
  // Called with the journal's entries of each batch that was committed, and the position of the
  // first of them; on the engine's thread, before the batch is answered. They may be moved from.
  std::function<void(std::vector<storage::JournalEntry>& entries, int64_t first_position)>
      publish_events;
  // Called after each commit; on the engine's thread, so it must be quick. Null where nobody asks.
  std::function<void(const CommitReport&)> on_commit;
  // Called with true once the store has refused every write for kStoreRefusesAfter, and with false
  // once it takes them again; on the engine's thread. Null where nobody asks.
  std::function<void(bool)> on_store_refuses;
  // Figures of the month are stored at least this often (R17).
  absl::Duration usage_flush_period = absl::Seconds(5);
  // Called when what is stored of a unit makes no sense: its commands are refused with
  // StoreUnavailable, all others are served. Again after kDamagedUnitPause where it still does not.
  // On the engine's thread.
  std::function<void(const absl::Status&)> on_damaged_unit;
  // Called when history can't be read: whoever asked for the page is refused with StoreUnavailable,
  // or what is old enough to be forgotten stays, and all else is served, as no state rests on it.
  // On a thread of the engine's.
  std::function<void(const absl::Status&)> on_damaged_history;
  // Called, before the process aborts, when the outcome of a commit is unknown or the store can't
  // be read.
  std::function<void(const absl::Status&)> on_fatal;
};

// After so long without a write that the store took, it is said to refuse; and how often it is
// then, and while nobody else writes, asked whether it still does.
inline constexpr absl::Duration kStoreRefusesAfter = absl::Seconds(10);
inline constexpr absl::Duration kStoreProbePeriod = absl::Seconds(1);

// Figures of the units in memory, summed. An application without live sessions or phones that
// nobody has used for a while is not in memory.
struct StateFigures {
  int64_t accounts = 0;
  int64_t applications = 0;
  int64_t sessions = 0;
  int64_t phones = 0;
  int64_t calls = 0;
  // Of the unexpired grants.
  int64_t minutes_remaining = 0;
  int64_t minutes_reserved = 0;
  entitlement::PerPool<entitlement::PoolCount> pools = {};

  friend bool operator==(const StateFigures&, const StateFigures&) = default;
};

// Figures for metrics and tests, each as it was at some instant shortly before.
struct EngineStats {
  int64_t batches = 0;
  int64_t commits = 0;
  int64_t commands = 0;
  int64_t commit_failures = 0;
  // Commands that are queued, parked or under way.
  int64_t in_flight = 0;
  // When the loop's latest turn began, by the lease clock, and how long ago. An idle loop turns
  // each second (as long as Clock::SleepMax lets it sleep), so one that has not for long is stuck.
  entitlement::LeaseTime last_turn;
  absl::Duration since_turn;
  bool store_refuses = false;
  StateFigures state;
};

class Engine {
 public:
  // `store` and `clock` outlive the engine. Does nothing before Start.
  Engine(EngineOptions options, storage::Store* store, Clock* clock);
  ~Engine();

  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Loads the directory. Errors are the store's. Idempotent.
  absl::Status Prepare();

  // Prepares, and begins to serve. `host` is where the engine's thread waits, and outlives it; a
  // null one just sleeps. Fails as Prepare, else never.
  absl::Status Start(Host* host = nullptr);

  void Submit(Submission&& submission);

  // With what Submit would refuse a command now, whatever it is: for those who would rather not
  // look at it first (R31). Any thread.
  std::optional<entitlement::Overloaded> overload() const;

  // Answers everything that was submitted, refuses what still comes with ServerDraining, stores
  // what is stored with a delay, and ends the threads. Idempotent.
  void Stop();

  EngineStats stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace usher::engine
