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
  return run->count == kSessionsPerRun ? Store(*run) : absl::OkStatus();
}

absl::StatusOr<bool> SessionRuns::Has(ApplicationNo application, SessionId session) {
  return Alter(application, session, [](PackedSession&) { return absl::OkStatus(); });
}

absl::StatusOr<bool> SessionRuns::Alter(ApplicationNo application, SessionId session,
                                        absl::FunctionRef<absl::Status(PackedSession&)> alter) {
  USHER_RETURN_IF_ERROR(Open(application, session));
  if (!opened_.has_value()) return false;
  PackedSessions sessions(opened_->packed);
  while (sessions.Next()) {
    if (sessions.session().id != session) continue;
    PackedSession altered = sessions.session();
    USHER_RETURN_IF_ERROR(alter(altered));
    std::string packed;
    if (altered.mark != SessionMark::kGone) Pack(altered, packed);
    const std::string_view before =
        std::string_view(opened_->packed)
            .substr(sessions.begin(), sessions.end() - sessions.begin());
    if (packed != before) {
      opened_->packed.replace(sessions.begin(), before.size(), packed);
      opened_->altered = true;
    }
    return true;
  }
  if (!sessions.ok()) return DamagedRun(application, opened_->last);
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
  if (opened_.has_value() && opened_->application == application && opened_->last == session) {
    return absl::OkStatus();
  }
  for (Filling& run : filling_) {
    if (run.application == application) USHER_RETURN_IF_ERROR(Store(run));
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
    : rows_(database.Select("SELECT last_session_id, sessions, application_no FROM session_run"
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
    ApplicationNo application;
    rows_.Read(last, packed, application);
    sessions_.clear();
    PackedSessions reader(packed);
    while (reader.Next()) sessions_.push_back(reader.session());
    if (!reader.ok()) status_ = DamagedRun(application, last);
    left_ = reader.ok() ? sessions_.size() : 0;
  }
  return &sessions_[--left_];
}

}  // namespace usher::storage
