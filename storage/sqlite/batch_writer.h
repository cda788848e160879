// Writes one batch, and what goes with it, by the writer's connection.
//
// Nothing but this class and Prune's functions write. Threading: that of the writer's connection.
#pragma once

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "entitlement/ids.h"
#include "storage/sqlite/ceilings.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/journal_writer.h"
#include "storage/sqlite/recent_sessions.h"
#include "storage/sqlite/session_runs.h"
#include "storage/store.h"

namespace usher::storage {

class BatchWriter {
 public:
  // Both outlive it; `database` is the writer's connection.
  BatchWriter(Database& database, RecentSessions& recent)
      : database_(database), recent_(recent), runs_(database) {}

  // Whether the batch has anything to store.
  static bool HasWork(const CommitBatch& batch);

  // One transaction with all of the batch. Errors as Store::Commit.
  absl::Status Write(const CommitBatch& batch);

  // Nothing is written afterwards: stores the last numbers given out, so that no gap is left.
  absl::Status Close();

 private:
  absl::Status WriteAll(const CommitBatch& batch);
  absl::Status WriteChanges(absl::Span<const entitlement::Change> changes);
  // A session starts, alone or where `superseded` ends by it.
  absl::Status WriteStart(const entitlement::Change* superseded, const entitlement::Change& start);
  absl::Status WriteOne(const entitlement::Change& change);
  // Writes a change of one session, by `alter` wherever it is packed.
  absl::Status AlterSession(const entitlement::Change& change, entitlement::SessionId session,
                            absl::FunctionRef<absl::Status(PackedSession&)> alter);
  absl::Status WriteEnd(const entitlement::Change& change, const entitlement::SessionEnded& ended,
                        PackedSession& session);
  absl::Status Forget(PackedSession& session);
  // Raises the ceilings that the change's numbers pass.
  absl::Status Cover(const entitlement::Change& change);

  Database& database_;
  RecentSessions& recent_;
  SessionRuns runs_;
  Ceilings ceilings_;
  JournalWriter journal_;
};

// The remembered answers (R28), read and pruned by the writer; Prune's within a transaction, and it
// says whether anything is left to be pruned.
absl::StatusOr<std::optional<Answer>> ReadAnswer(Database& database, entitlement::AccountNo account,
                                                 const std::string& request_id, absl::Time since);
absl::StatusOr<bool> PruneAnswers(Database& database, absl::Time before, int limit);

}  // namespace usher::storage
