// RecentSessions: sessions that are stored, but not yet in their place.
//
// `session` is in the order of applications, so logins of one moment in many applications would
// each write a page of their own there. Where a commit brings many of them, they are put one behind
// the other into `recent_session`, which takes a page or two, and brought to their places later, in
// the order of applications, many at a time: a log-structured merge (O'Neil et al., "The
// Log-Structured Merge-Tree", 1996) of two components.
//
// A session that has been brought may stand in both tables for a while: the row in `session` counts
// alone. What alters a session brings it first (Settle), so a row here never tells of an end. Which
// rows are whose is known in memory, where a row takes 16 bytes. After a restart all that is left
// is brought as commits come by, as if it were new. Threading: RowsOf by any thread, everything
// else by the writer's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "entitlement/change.h"
#include "entitlement/ids.h"
#include "storage/sqlite/database.h"

namespace usher::storage {

// A commit whose sessions start in more applications than that puts them here.
inline constexpr size_t kPlacesAtOnceMax = 4;
// For each row that comes so many are brought to their places, and then deleted: so no more than
// 1 + 1/2 + 1/8 times the rows at which that begins are ever here.
inline constexpr int64_t kBroughtForEach = 2;
inline constexpr int64_t kDeletedForEach = 8;

class RecentSessions {
 public:
  // `bring_at`: so many rows begin to be brought to their places together.
  explicit RecentSessions(int64_t bring_at) : bring_at_(bring_at) {}

  // Reads which rows there are. Before everything else.
  absl::Status Load(Database& database);

  // The rows of an application's sessions, oldest first. Whoever reads them asks before its read
  // transaction begins, and finds each session here or in `session`; a row that is not there any
  // more has been brought.
  std::vector<int64_t> RowsOf(entitlement::ApplicationNo application) const;

  // -- Within a transaction

  // Before a commit's changes are written.
  absl::Status Begin(Database& database, absl::Span<const entitlement::Change> changes);
  // Whether the sessions that the commit starts are to be put here.
  bool takes_new() const { return takes_new_; }
  // Puts a session that starts here. `superseded`: as in its row.
  absl::Status Put(Database& database, const entitlement::Change& change,
                   const entitlement::SessionStarted& started, entitlement::SessionId superseded);
  // Brings one session to its place, if it is here: before its row is altered.
  absl::Status Settle(Database& database, entitlement::ApplicationNo application,
                      entitlement::SessionId session);
  // Deletes it here, if it is here: it has been deleted in its place.
  absl::Status Delete(Database& database, entitlement::ApplicationNo application,
                      entitlement::SessionId session);
  // Brings as many to their places as the commit's new ones ask for. Behind its changes.
  absl::Status Bring(Database& database);

  // -- Behind it

  void Committed();
  void RolledBack() { loaded_ = false; }

 private:
  struct Row {
    entitlement::SessionId session;
    int64_t no = 0;
  };
  // In the order of `session`.
  struct Way {
    entitlement::ApplicationNo application;
    Row row;
  };

  // 0 where it isn't here.
  int64_t Find(entitlement::ApplicationNo application, entitlement::SessionId session) const;
  // All that is here now sets out together.
  void SetOut();
  void DropDeleted();

  const int64_t bring_at_;
  bool loaded_ = false;
  bool takes_new_ = false;
  int64_t last_no_ = 0;
  // Of the transaction.
  int64_t put_ = 0;

  // Those that are on their way, and how many of them have been brought; the last of their numbers,
  // and up to which number they have been deleted here.
  std::vector<Way> ways_;
  size_t brought_ = 0;
  int64_t set_out_until_ = 0;
  int64_t deleted_until_ = 0;

  mutable std::mutex mutex_;
  // By application in the order of their numbers, which is that of the session ids. Written by the
  // writer's thread alone, which need not lock to read.
  absl::flat_hash_map<entitlement::ApplicationNo, std::vector<Row>> rows_;
  int64_t row_count_ = 0;
};

// As RowsOf, for all applications of an account, by looking through all rows as the read
// transaction shows them.
absl::StatusOr<absl::flat_hash_map<entitlement::ApplicationNo, std::vector<int64_t>>>
FindRecentRows(Database& database, entitlement::AccountNo account);

}  // namespace usher::storage
