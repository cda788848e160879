// The store's port: durable state, journal and history behind one small interface.
//
// What every store promises (tests/storage/ runs one contract against each):
//   atomic     Commit applies all of a batch or nothing, over any number of units.
//   durable    when Commit returns OK, the batch survives the loss of power.
//   ordered    a load or read sees every batch whose Commit returned before it began, and no part
//              of a later one.
//   undecided  rules are the core's; and it knows no wire format: payloads and answers are bytes.
//
// Threading: Commit, Probe and Prune from one thread at a time, the engine's writer. Load…, List…,
// Find… and Read… from any thread, also while a Commit runs.
//
// Failures are absl::Status:
//   kUnavailable         the store refuses for now (disk full, busy): nothing was changed, the
//                        caller may try again.
//   kDataLoss            the outcome of a commit is unknown (a failed sync), or what is stored
//                        can't be read: the process must not go on (design, "Failure"). But where
//                        a load's error IsUnitDamage, the rows of that one unit make no sense, and
//                        all others can be served; and no state rests on a page of history, or on
//                        what Prune finds to be damaged.
//   kInternal            a change contradicts what is stored, which is a defect: nothing was
//                        changed, and the process must not go on.
//   kFailedPrecondition  the epoch is not the owner's any more, the database is of a newer schema,
//                        or another process owns it.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "entitlement/account.h"
#include "entitlement/application.h"
#include "entitlement/change.h"
#include "entitlement/history.h"
#include "entitlement/ids.h"
#include "entitlement/limits.h"

namespace usher::storage {

// The events of one command in one account, as the journal keeps them.
struct JournalEntry {
  entitlement::AccountNo account;
  // First and last revision; the last is the command's.
  entitlement::Revision first_revision;
  entitlement::Revision last_revision;
  absl::Time record_time;
  // Encoded by the wire layer.
  std::string payload;
  // Whether it stands among the server's own, too: without an account, or telling of an account as
  // a whole.
  bool of_server = false;
};

// R28: what a request_id was answered.
struct Answer {
  entitlement::AccountNo account;
  std::string request_id;
  // Of method and fields; another fingerprint is another payload.
  std::string fingerprint;
  absl::Time record_time;
  // The reply, encoded by the wire layer.
  std::string bytes;
};

// Figures of the month that are stored with a delay (R17).
struct UsageRecord {
  entitlement::ApplicationNo application;
  entitlement::Usage usage;
};

// What the store has to know of a unit to find it again without loading it.
struct UnitMark {
  entitlement::AccountNo account;
  // None: the account itself.
  entitlement::ApplicationNo application;
  // InfiniteFuture where nothing falls due. Leases don't count.
  absl::Time next_due;
  // Whether it has live sessions or online phones; of an account, live calls.
  bool has_leases = false;
};

// One transaction. Spans and their elements are read during Commit only.
struct CommitBatch {
  // Of the owner of every account in it; 1 with a single server.
  int64_t epoch = 1;
  // In the order in which they were decided; kMemory changes may be among them and are passed over.
  absl::Span<const entitlement::Change> changes;
  absl::Span<const JournalEntry> journal;
  absl::Span<const Answer> answers;
  absl::Span<const UsageRecord> usages;
  absl::Span<const UnitMark> marks;
};

// A unit that needs attention: something fell due, or leases have to be watched.
struct UnitRef {
  entitlement::AccountNo account;
  // None: the account itself.
  entitlement::ApplicationNo application;

  friend bool operator==(const UnitRef&, const UnitRef&) = default;
};

// Positions count the entries of all accounts, from 1 on without a gap, in the order in which they
// were committed.
struct JournalRow {
  int64_t position = 0;
  JournalEntry entry;
};

// Which entries to read, oldest first.
struct JournalQuery {
  // None: the server's own.
  entitlement::AccountNo account;
  // Positions behind `after`, up to `until`.
  int64_t after = 0;
  int64_t until = std::numeric_limits<int64_t>::max();
  int limit = entitlement::kJournalEntriesPerRead;
  // The page ends behind the entry that passes it.
  int64_t bytes_max = std::numeric_limits<int64_t>::max();
};

struct JournalPage {
  std::vector<JournalRow> rows;
  // Whether the query has more.
  bool more = false;
  // The oldest entry of all accounts that is kept; 1 where none was pruned.
  int64_t first_position = 1;
};

// The last entry of the journal, and what a server that is started goes on from.
struct JournalEnd {
  int64_t position = 0;
  // InfinitePast where the journal is empty.
  absl::Time record_time = absl::InfinitePast();
};

// What is old enough to be forgotten.
struct PruneBounds {
  // Answers of an earlier record_time.
  absl::Time answers_before = absl::InfinitePast();
  // Entries of the journal of an earlier record_time; the last one is kept in any case.
  absl::Time journal_before = absl::InfinitePast();
};

// kDataLoss of one unit alone, whose rows make no sense.
absl::Status UnitDamageError(absl::string_view what);
bool IsUnitDamage(const absl::Status& status);

// kDataLoss of what is stored, which is no database any more where it was looked at: the next start
// finds it so again.
absl::Status DamageError(absl::string_view what);
bool IsDamage(const absl::Status& status);

class Store {
 public:
  virtual ~Store() = default;

  // "sqlite" or "memory".
  virtual std::string_view kind() const = 0;

  // Names of accounts and the numbers given out so far.
  virtual absl::StatusOr<entitlement::Directory> LoadDirectory() = 0;

  // kNotFound where there is no such unit. `last_revision`, `last_session_id` and `last_call_no`
  // may be ahead of the last one used, never behind.
  //
  // The tables of the account, not its indices: call entitlement::Reindex. Lease ends are unset;
  // ended calls are the latest whose end is not before `ended_since`, as many as are remembered.
  virtual absl::StatusOr<entitlement::Account> LoadAccount(entitlement::AccountNo account,
                                                           absl::Time ended_since) = 0;

  // The tables of the application, not its indices: call entitlement::Reindex. Lease ends are
  // unset; ended sessions are those whose end is not before `ended_since`. Others stay stored, as
  // nobody forgets them: whoever goes on with the application asks for all (InfinitePast).
  virtual absl::StatusOr<entitlement::Application> LoadApplication(
      entitlement::ApplicationNo application, absl::Time ended_since) = 0;

  // Units whose mark says next_due ≤ `until`, soonest first, at most `limit`.
  virtual absl::StatusOr<std::vector<UnitRef>> ListDue(absl::Time until, int limit) = 0;

  // The soonest next_due of all marks; InfiniteFuture where there is none.
  virtual absl::StatusOr<absl::Time> NextDue() = 0;

  // Units whose mark has leases.
  virtual absl::StatusOr<std::vector<UnitRef>> ListUnitsWithLeases() = 0;

  virtual absl::Status Commit(const CommitBatch& batch) = 0;

  // Whether the store takes writes, as big as a batch's too: makes one, durable as a Commit is,
  // that alters nothing. Called and failing as Commit.
  virtual absl::Status Probe() = 0;

  // The answer remembered under the key, not older than `since`.
  virtual absl::StatusOr<std::optional<Answer>> FindAnswer(entitlement::AccountNo account,
                                                           const std::string& request_id,
                                                           absl::Time since) = 0;

  // A page of history; `more` where another follows.
  virtual absl::StatusOr<entitlement::HistoryPage> ReadHistory(
      const entitlement::HistoryQuery& query) = 0;

  virtual absl::StatusOr<JournalPage> ReadJournal(const JournalQuery& query) = 0;

  // The oldest revision of the account that the journal keeps; none where it keeps nothing of it.
  virtual absl::StatusOr<entitlement::Revision> OldestRevision(entitlement::AccountNo account) = 0;

  // The server's clock starts no earlier than its record_time.
  virtual absl::StatusOr<JournalEnd> LastJournalEntry() = 0;

  // Forgets what is older than the bounds, the oldest first, in one short transaction of at most
  // `limit` answers and `limit` entries of the journal. Whether anything is left to be forgotten.
  virtual absl::StatusOr<bool> Prune(const PruneBounds& bounds, int limit) = 0;
};

}  // namespace usher::storage
