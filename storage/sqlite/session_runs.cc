#include "storage/sqlite/session_runs.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/sqlite/error.h"
#include "storage/store.h"

namespace usher::storage {
namespace {

using entitlement::ApplicationNo;
using entitlement::SessionId;

absl::Status DamagedRun(ApplicationNo application, SessionId last) {
  return UnitDamageError(absl::StrCat("the sessions of application ", application.value(),
                                      " up to ", last.value(), " make no sense"));
}

}  // namespace

void SessionRuns::Begin() {
  filling_.clear();
  opened_.reset();
}

absl::Status SessionRuns::Put(const PackedSession& session) {
  auto run = std::find_if(filling_.begin(), filling_.end(), [&session](const Filling& each) {
    return each.application == session.application;
  });
  if (run == filling_.end()) {
    run = filling_.insert(filling_.end(), Filling{.application = session.application});
  }
  if (run->count > 0 && session.id != run->last.next()) USHER_RETURN_IF_ERROR(Store(*run));
  Pack(session, run->packed);
  run->last = session.id;
  ++run->count;
  return run->count == kSessionsPerRow ? Store(*run) : absl::OkStatus();
}

absl::StatusOr<bool> SessionRuns::Has(ApplicationNo application, SessionId session) {
  USHER_RETURN_IF_ERROR(Open(application, session));
  if (!opened_.has_value()) return false;
  PackedSessions sessions(opened_->packed);
  return GoTo(session, sessions);
}

absl::StatusOr<bool> SessionRuns::Alter(ApplicationNo application, SessionId session,
                                        absl::FunctionRef<absl::Status(PackedSession&)> alter) {
  USHER_RETURN_IF_ERROR(Open(application, session));
  if (!opened_.has_value()) return false;
  PackedSessions sessions(opened_->packed);
  const absl::StatusOr<bool> found = GoTo(session, sessions);
  if (!found.ok() || !*found) return found;
  PackedSession altered = sessions.session();
  USHER_RETURN_IF_ERROR(alter(altered));
  std::string packed;
  if (altered.mark != SessionMark::kGone) Pack(altered, packed);
  opened_->packed.replace(sessions.begin(), sessions.end() - sessions.begin(), packed);
  opened_->altered = true;
  return true;
}

absl::StatusOr<bool> SessionRuns::GoTo(SessionId session, PackedSessions& sessions) const {
  while (sessions.Next()) {
    if (sessions.session().id == session) return true;
  }
  if (!sessions.ok()) return DamagedRun(opened_->application, opened_->last);
  return false;
}

absl::Status SessionRuns::Flush() {
  for (Filling& run : filling_) USHER_RETURN_IF_ERROR(Store(run));
  filling_.clear();
  return Close();
}

absl::Status SessionRuns::Store(Filling& run) {
  if (run.count == 0) return absl::OkStatus();
  USHER_RETURN_IF_ERROR(database_.Run(
      "INSERT INTO session_run (application_no, last_session_id, sessions) VALUES (?, ?, ?)",
      run.application, run.last, Blob{run.packed}));
  run.packed.clear();
  run.count = 0;
  return absl::OkStatus();
}

absl::Status SessionRuns::Open(ApplicationNo application, SessionId session) {
  if (opened_.has_value() && opened_->application == application && opened_->first <= session &&
      session <= opened_->last) {
    return absl::OkStatus();
  }
  for (Filling& run : filling_) {
    if (run.application == application && run.Has(session)) USHER_RETURN_IF_ERROR(Store(run));
  }
  Opened opened{.application = application};
  {
    Rows rows = database_.Select(
        "SELECT run_no, last_session_id, sessions FROM session_run"
        " WHERE application_no = ? AND last_session_id >= ? ORDER BY last_session_id LIMIT 1",
        application, session);
    const bool found = rows.Next();
    USHER_RETURN_IF_ERROR(rows.status());
    if (!found) return Close();
    rows.Read(opened.no, opened.last, opened.packed);
  }
  if (opened_.has_value() && opened_->no == opened.no) return absl::OkStatus();
  USHER_RETURN_IF_ERROR(Close());
  PackedSessions sessions(opened.packed);
  if (!sessions.Next()) return DamagedRun(application, opened.last);
  opened.first = sessions.session().id;
  opened_ = std::move(opened);
  return absl::OkStatus();
}

absl::Status SessionRuns::Close() {
  const std::optional<Opened> closed = std::exchange(opened_, std::nullopt);
  if (!closed.has_value() || !closed->altered) return absl::OkStatus();
  if (closed->packed.empty()) {
    return database_.RunOnOneRow("DELETE FROM session_run WHERE run_no = ?", closed->no);
  }
  return database_.RunOnOneRow("UPDATE session_run SET sessions = ? WHERE run_no = ?",
                               Blob{closed->packed}, closed->no);
}

RunsBackwards::RunsBackwards(Database& database, ApplicationNo application)
    : application_(application),
      rows_(database.Select("SELECT last_session_id, sessions FROM session_run"
                            " WHERE application_no = ? ORDER BY last_session_id DESC",
                            application)) {}

const PackedSession* RunsBackwards::Next() {
  while (left_ == 0) {
    if (!status_.ok() || !rows_.Next()) {
      if (status_.ok()) status_ = rows_.status();
      return nullptr;
    }
    SessionId last;
    std::string_view packed;
    rows_.Read(last, packed);
    sessions_.clear();
    PackedSessions reader(packed);
    bool ok = true;
    // Each session stands once, in the run of its application.
    for (SessionId before; reader.Next(); before = reader.session().id) {
      const PackedSession& session = reader.session();
      ok = ok && session.application == application_ && before < session.id &&
           (!given_ || session.id < given_);
      sessions_.push_back(session);
    }
    if (!ok || !reader.ok()) {
      status_ = DamagedRun(application_, last);
      return nullptr;
    }
    left_ = sessions_.size();
  }
  const PackedSession& next = sessions_[--left_];
  given_ = next.id;
  return &next;
}

}  // namespace usher::storage
