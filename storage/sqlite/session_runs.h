// Runs: sessions of one application that started one behind the other, packed into one row, so that
// the logins of a moment write a row or a few.
//
// A row of `session_run` has the sessions whose ids lead up to its own without a gap, but for those
// that were forgotten. A session stands in one row at most. Nobody else writes to the table.
// Threading: that of the writer's connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "entitlement/ids.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/packed_session.h"

namespace usher::storage {

// Within the writer's transaction; what a commit does is stored by Flush, and forgotten by Begin.
class SessionRuns {
 public:
  // `database` outlives it.
  explicit SessionRuns(Database& database) : database_(database) {}

  // Before a commit's changes are written.
  void Begin();
  // Puts a session that isn't here. An application's in the order of their ids.
  absl::Status Put(const PackedSession& session);
  // Whether a session is here.
  absl::StatusOr<bool> Has(entitlement::ApplicationNo application, entitlement::SessionId session);
  // Has a session altered that is here: whether it is. One that is kGone afterwards is deleted.
  absl::StatusOr<bool> Alter(entitlement::ApplicationNo application, entitlement::SessionId session,
                             absl::FunctionRef<absl::Status(PackedSession&)> alter);
  // Behind a commit's changes.
  absl::Status Flush();

 private:
  // A row that is being filled.
  struct Filling {
    entitlement::ApplicationNo application;
    entitlement::SessionId last;
    int count = 0;
    std::string packed;

    bool Has(entitlement::SessionId session) const {
      return session <= last && last.value() - session.value() < count;
    }
  };
  // A row that is stored, and may have been altered since.
  struct Opened {
    int64_t no = 0;
    entitlement::ApplicationNo application;
    // Of those that it had when it was opened.
    entitlement::SessionId first;
    entitlement::SessionId last;
    std::string packed;
    bool altered = false;
  };

  absl::Status Store(Filling& filling);
  // Opens the row in which the session would stand; none where there is no such row.
  absl::Status Open(entitlement::ApplicationNo application, entitlement::SessionId session);
  // Goes to the session in the row that is open; false where it isn't there.
  absl::StatusOr<bool> GoTo(entitlement::SessionId session, PackedSessions& sessions) const;
  absl::Status Close();

  Database& database_;
  // One for each application; those of a commit are few.
  std::vector<Filling> filling_;
  // What stood in it last is likely to be asked for next.
  std::optional<Opened> opened_;
};

// The sessions of an application that stand in runs, newest first, within a read transaction.
class RunsBackwards {
 public:
  RunsBackwards(Database& database, entitlement::ApplicationNo application);

  // Null behind the last one, and on an error; valid until the next call.
  const PackedSession* Next();
  const absl::Status& status() const { return status_; }

 private:
  const entitlement::ApplicationNo application_;
  Rows rows_;
  absl::Status status_;
  // The last one that was given; none before the first.
  entitlement::SessionId given_;
  // Of the row, oldest first, and how many of them are left.
  std::vector<PackedSession> sessions_;
  size_t left_ = 0;
};

}  // namespace usher::storage
