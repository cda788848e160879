// RecentSessions: sessions that are stored, but not yet in a run of their application.
//
// A run that has one session is a row and an entry of an index (session_runs.h), and those of many
// applications stand far apart in that index; so logins of one moment in many applications would
// each write a page. Where a commit brings many of them, they are put one behind the other into a
// row or two of `recent_session`, and brought to runs later, in the order of applications, many at
// a time: a log-structured merge (O'Neil et al., "The Log-Structured Merge-Tree", 1996) of two
// components.
//
// A session that has been brought stands in both tables for a while: the run counts alone. What
// alters a session brings it, so nothing here ever tells of an end. Which sessions stand where is
// known in memory, in 24 bytes each. After a restart all that is left is brought as commits come
// by, as if it were new. Threading: RowsOf by any thread, everything else by the writer's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "entitlement/change.h"
#include "entitlement/ids.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/packed_session.h"
#include "storage/sqlite/session_runs.h"

namespace usher::storage {

// A commit whose sessions start in more applications than that puts them here.
inline constexpr size_t kPlacesAtOnceMax = 4;
// For each session that comes so many are brought to their places, and then deleted: so no more
// than 1 + 1/2 + 1/8 times the sessions at which that begins are ever here.
inline constexpr int64_t kBroughtForEach = 2;
inline constexpr int64_t kDeletedForEach = 8;

class RecentSessions {
 public:
  // `bring_at`: so many sessions begin to be brought to their places together.
  explicit RecentSessions(int64_t bring_at) : bring_at_(bring_at) {}

  // Reads which sessions there are. Before everything else.
  absl::Status Load(Database& database);

  // The rows in which an application's sessions stand, oldest first. Whoever reads them asks before
  // its read transaction begins, and finds each session here or in a run; one that is not there any
  // more has been brought.
  std::vector<int64_t> RowsOf(entitlement::ApplicationNo application) const;

  // -- Within a transaction

  // Before a commit's changes are written.
  absl::Status Begin(Database& database, absl::Span<const entitlement::Change> changes);
  // Whether the sessions that the commit starts are to be put here.
  bool takes_new() const { return takes_new_; }
  absl::Status Put(Database& database, const PackedSession& session);
  // Has a session altered that is only here, as SessionRuns::Alter does, and brings it.
  absl::StatusOr<bool> Alter(Database& database, entitlement::ApplicationNo application,
                             entitlement::SessionId session, SessionRuns& runs,
                             absl::FunctionRef<absl::Status(PackedSession&)> alter);
  // Takes it from here, if it is here.
  absl::Status Delete(Database& database, entitlement::ApplicationNo application,
                      entitlement::SessionId session);
  // Behind a commit's changes: stores what was put, and brings as many to their places as that asks
  // for.
  absl::Status End(Database& database, SessionRuns& runs);

  // -- Behind it

  void Committed();
  void RolledBack() { loaded_ = false; }

 private:
  struct Place {
    entitlement::SessionId session;
    int64_t row = 0;
    // Of its first byte in the row.
    int32_t offset = 0;
    bool brought = false;
  };
  // In the order of the runs.
  struct Way {
    entitlement::ApplicationNo application;
    entitlement::SessionId session;
  };

  // Stores the row that is being filled.
  absl::Status Flush(Database& database);
  // Reads a row, where it isn't the one that was read last.
  absl::Status Fetch(Database& database, int64_t row);
  // Brings the session that stands there, altered, if it is only here: whether it was.
  absl::StatusOr<bool> BringOne(Database& database, Place& place, SessionRuns& runs,
                                absl::FunctionRef<absl::Status(PackedSession&)> alter);
  // Brings as many as the commit's new ones ask for.
  absl::Status Bring(Database& database, SessionRuns& runs);
  // Null where it isn't here.
  Place* Find(entitlement::ApplicationNo application, entitlement::SessionId session);
  // All that is here now sets out together.
  void SetOut();
  void DropDeleted();

  const int64_t bring_at_;
  bool loaded_ = false;
  bool takes_new_ = false;
  int64_t last_row_ = 0;
  // Up to this row any session may have been brought already.
  int64_t loaded_until_ = 0;
  // Of the transaction.
  int64_t put_ = 0;
  // The row that is being filled, which is to be `last_row_`, and how many sessions it has.
  std::string filling_;
  int filled_ = 0;
  // The row that was read last, 0 for none.
  int64_t fetched_row_ = 0;
  std::string fetched_;

  // Those that are on their way, and how many of them have been brought; the rows in which they
  // stand, and up to which they have been deleted here.
  std::vector<Way> ways_;
  size_t brought_ = 0;
  int64_t set_out_from_ = 0;
  int64_t set_out_until_ = 0;
  int64_t deleted_until_ = 0;

  mutable std::mutex mutex_;
  // By application in the order of their rows, which is that of the session ids. Written by the
  // writer's thread alone, which need not lock to read.
  absl::flat_hash_map<entitlement::ApplicationNo, std::vector<Place>> places_;
  int64_t count_ = 0;
};

// What an application has in some rows, newest first.
class RecentReader {
 public:
  // Within a read transaction. Rows that have gone are passed over.
  absl::Status ReadAll(Database& database, entitlement::ApplicationNo application,
                       absl::Span<const int64_t> rows);
  // Valid as long as this.
  const std::vector<PackedSession>& sessions() const { return sessions_; }

 private:
  std::vector<std::string> rows_;
  std::vector<PackedSession> sessions_;
};

// As RowsOf, for whoever looks at all applications, one after the other, in read transactions of
// its own.
class RecentRows {
 public:
  // Within the read transaction, before RowsOf: finds the rows that came since.
  absl::Status Update(Database& database);
  absl::Span<const int64_t> RowsOf(entitlement::ApplicationNo application) const;

 private:
  int64_t last_row_ = 0;
  absl::flat_hash_map<entitlement::ApplicationNo, std::vector<int64_t>> rows_;
};

}  // namespace usher::storage
