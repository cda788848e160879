#include "storage/sqlite/batch_writer.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "absl/strings/str_cat.h"
#include "entitlement/change.h"
#include "storage/sqlite/change_writer.h"
#include "storage/sqlite/error.h"
#include "storage/sqlite/transaction.h"

namespace usher::storage {
namespace {

using entitlement::ApplicationNo;
using entitlement::Change;
using entitlement::ChangeClass;
using entitlement::ClassOf;
using entitlement::SessionEnded;
using entitlement::SessionForgotten;
using entitlement::SessionId;
using entitlement::SessionStarted;
using entitlement::SessionTtlChanged;

absl::Status WriteAnswers(Database& database, absl::Span<const Answer> answers) {
  for (const Answer& answer : answers) {
    // A new row each time, so that the order of answer_no is that of record_time.
    USHER_RETURN_IF_ERROR(database.Run(
        "INSERT OR REPLACE INTO answer (account_no, request_id, fingerprint, record_time, bytes)"
        " VALUES (?, ?, ?, ?, ?)",
        answer.account, answer.request_id, Blob{answer.fingerprint}, answer.record_time,
        Blob{answer.bytes}));
  }
  return absl::OkStatus();
}

absl::Status WriteUsages(Database& database, absl::Span<const UsageRecord> usages) {
  for (const UsageRecord& record : usages) {
    for (const entitlement::LicenseKind kind : entitlement::kLicenseKinds) {
      for (const entitlement::Edition edition : entitlement::kEditions) {
        const entitlement::PoolUsage& pool = record.usage.pools[IndexOf(kind)][IndexOf(edition)];
        USHER_RETURN_IF_ERROR(database.Run(
            "INSERT INTO usage (application_no, month, kind, edition, month_end, peak_in_use,"
            " denials) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (application_no, month, kind, edition) DO UPDATE SET"
            " month_end = excluded.month_end, peak_in_use = excluded.peak_in_use,"
            " denials = excluded.denials",
            record.application, record.usage.month, kind, edition, record.usage.month_end,
            pool.peak_in_use, pool.denials));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status WriteMarks(Database& database, absl::Span<const UnitMark> marks) {
  for (const UnitMark& mark : marks) {
    std::optional<absl::Time> next_due;
    if (mark.next_due != absl::InfiniteFuture()) next_due = mark.next_due;
    if (mark.application) {
      USHER_RETURN_IF_ERROR(database.RunOnOneRow(
          "UPDATE application SET next_due = ?, has_leases = ? WHERE application_no = ?", next_due,
          mark.has_leases, mark.application));
    } else {
      USHER_RETURN_IF_ERROR(database.RunOnOneRow(
          "UPDATE account SET next_due = ?, has_leases = ? WHERE account_no = ?", next_due,
          mark.has_leases, mark.account));
    }
  }
  return absl::OkStatus();
}

// Whether the two are a takeover (R15): a session ends as superseded by the one that starts at that
// moment.
bool IsTakeover(const Change& first, const Change& second) {
  const auto* ended = std::get_if<SessionEnded>(&first.payload);
  const auto* started = std::get_if<SessionStarted>(&second.payload);
  return ended != nullptr && started != nullptr &&
         ended->reason == entitlement::EndReason::kSuperseded &&
         first.application == second.application && first.event_time == second.event_time &&
         ended->email == started->email && ended->id < started->id;
}

absl::Status HasEnded(SessionId session) {
  return absl::InternalError(absl::StrCat("session ", session.value(), " has ended before"));
}

}  // namespace

bool BatchWriter::HasWork(const CommitBatch& batch) {
  if (!batch.journal.empty() || !batch.answers.empty() || !batch.usages.empty() ||
      !batch.marks.empty()) {
    return true;
  }
  return std::any_of(batch.changes.begin(), batch.changes.end(), [](const Change& change) {
    return ClassOf(change.payload) != ChangeClass::kMemory;
  });
}

absl::Status BatchWriter::Write(const CommitBatch& batch) {
  absl::Status status = WriteAll(batch);
  if (status.ok()) {
    recent_.Committed();
  } else {
    ceilings_.Forget();
    journal_.Forget();
    recent_.RolledBack();
  }
  return status;
}

absl::Status BatchWriter::Close() {
  if (ceilings_.empty()) return absl::OkStatus();
  Transaction transaction(database_);
  USHER_RETURN_IF_ERROR(transaction.BeginWrite());
  USHER_RETURN_IF_ERROR(ceilings_.Lower(database_));
  return transaction.Commit();
}

absl::Status BatchWriter::WriteAll(const CommitBatch& batch) {
  Transaction transaction(database_);
  USHER_RETURN_IF_ERROR(transaction.BeginWrite());
  USHER_RETURN_IF_ERROR(recent_.Begin(database_, batch.changes));
  runs_.Begin();
  USHER_RETURN_IF_ERROR(WriteChanges(batch.changes));
  USHER_RETURN_IF_ERROR(recent_.End(database_, runs_));
  USHER_RETURN_IF_ERROR(runs_.Flush());
  USHER_RETURN_IF_ERROR(journal_.Append(database_, batch.journal));
  for (const JournalEntry& entry : batch.journal) {
    if (!entry.account) continue;
    USHER_RETURN_IF_ERROR(ceilings_.Cover(database_, entry.account, entry.last_revision));
  }
  USHER_RETURN_IF_ERROR(WriteAnswers(database_, batch.answers));
  USHER_RETURN_IF_ERROR(WriteUsages(database_, batch.usages));
  USHER_RETURN_IF_ERROR(WriteMarks(database_, batch.marks));
  return transaction.Commit();
}

absl::Status BatchWriter::WriteChanges(absl::Span<const Change> changes) {
  while (!changes.empty()) {
    const bool takeover = changes.size() > 1 && IsTakeover(changes[0], changes[1]);
    USHER_RETURN_IF_ERROR(takeover ? WriteStart(&changes[0], changes[1]) : WriteOne(changes[0]));
    const size_t written = takeover ? 2 : 1;
    for (const Change& change : changes.first(written)) USHER_RETURN_IF_ERROR(Cover(change));
    changes.remove_prefix(written);
  }
  return absl::OkStatus();
}

absl::Status BatchWriter::WriteStart(const Change* superseded, const Change& start) {
  const auto& started = std::get<SessionStarted>(start.payload);
  const SessionId ended =
      superseded != nullptr ? std::get<SessionEnded>(superseded->payload).id : SessionId();
  const PackedSession session = ToPacked(start, started, ended);
  return recent_.takes_new() ? recent_.Put(database_, session) : runs_.Put(session);
}

absl::Status BatchWriter::WriteOne(const Change& change) {
  if (std::holds_alternative<SessionStarted>(change.payload)) return WriteStart(nullptr, change);
  if (const auto* ended = std::get_if<SessionEnded>(&change.payload)) {
    return AlterSession(change, ended->id,
                        [&](PackedSession& session) { return WriteEnd(change, *ended, session); });
  }
  if (const auto* altered = std::get_if<SessionTtlChanged>(&change.payload)) {
    return AlterSession(change, altered->id, [&](PackedSession& session) {
      if (session.mark != SessionMark::kStarted) return HasEnded(session.id);
      session.ttl = altered->ttl;
      return absl::OkStatus();
    });
  }
  if (const auto* forgotten = std::get_if<SessionForgotten>(&change.payload)) {
    USHER_RETURN_IF_ERROR(AlterSession(change, forgotten->id,
                                       [&](PackedSession& session) { return Forget(session); }));
    return recent_.Delete(database_, change.application, forgotten->id);
  }
  return WriteChange(database_, change);
}

absl::Status BatchWriter::AlterSession(const Change& change, SessionId session,
                                       absl::FunctionRef<absl::Status(PackedSession&)> alter) {
  const absl::StatusOr<bool> recent =
      recent_.Alter(database_, change.application, session, runs_, alter);
  USHER_RETURN_IF_ERROR(recent.status());
  if (*recent) return absl::OkStatus();
  const absl::StatusOr<bool> found = runs_.Alter(change.application, session, alter);
  USHER_RETURN_IF_ERROR(found.status());
  // What servers before migration 6 have left has a row for itself.
  return *found ? absl::OkStatus() : WriteChange(database_, change);
}

absl::Status BatchWriter::WriteEnd(const Change& change, const SessionEnded& ended,
                                   PackedSession& session) {
  if (session.mark != SessionMark::kStarted) return HasEnded(session.id);
  session.mark = SessionMark::kEnded;
  session.end_time = change.event_time;
  session.end_reason = ended.reason;
  // The agent may have moved to another license since the start.
  Rows rows =
      database_.Select("SELECT license_id FROM agent WHERE application_no = ? AND email = ?",
                       change.application, ended.email);
  if (rows.Next()) rows.Read(session.end_license);
  USHER_RETURN_IF_ERROR(rows.status());
  if (session.end_license) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("whose session ", session.id.value(), " ends has no license"));
}

absl::Status BatchWriter::Forget(PackedSession& session) {
  // Whoever holds no license any more has no row that could keep the time. Where it was superseded,
  // the session that followed keeps a later one.
  if (session.mark == SessionMark::kEnded) {
    USHER_RETURN_IF_ERROR(
        database_.Run("UPDATE agent SET last_active_time = ?1"
                      " WHERE application_no = ?2 AND email = ?3 AND last_active_time < ?1",
                      session.end_time, session.application, session.email));
  }
  // Those that it superseded ended before it, so they have been forgotten.
  session.mark = SessionMark::kGone;
  return absl::OkStatus();
}

absl::Status BatchWriter::Cover(const Change& change) {
  // The server's own revision stands in its row.
  if (change.revision && change.account) {
    USHER_RETURN_IF_ERROR(ceilings_.Cover(database_, change.account, change.revision));
  }
  if (const auto* session = std::get_if<entitlement::SessionStarted>(&change.payload)) {
    return ceilings_.Cover(database_, change.application, session->id);
  }
  if (const auto* call = std::get_if<entitlement::CallStarted>(&change.payload)) {
    return ceilings_.Cover(database_, change.account, call->no);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Answer>> ReadAnswer(Database& database, entitlement::AccountNo account,
                                                 const std::string& request_id, absl::Time since) {
  std::optional<Answer> found;
  Rows rows = database.Select(
      "SELECT account_no, request_id, fingerprint, record_time, bytes FROM answer"
      " WHERE account_no = ? AND request_id = ? AND record_time >= ?",
      account, request_id, since);
  if (rows.Next()) {
    Answer& answer = found.emplace();
    rows.Read(answer.account, answer.request_id, answer.fingerprint, answer.record_time,
              answer.bytes);
  }
  USHER_RETURN_IF_ERROR(rows.status());
  return found;
}

absl::StatusOr<bool> PruneAnswers(Database& database, absl::Time before, int limit) {
  // The oldest come first, so that nothing is read past the last one that is to go.
  int64_t last = 0;
  bool more = false;
  {
    Rows rows = database.Select("SELECT answer_no, record_time FROM answer ORDER BY answer_no");
    for (int old = 0; rows.Next(); ++old) {
      int64_t answer_no = 0;
      absl::Time record_time;
      rows.Read(answer_no, record_time);
      if (record_time >= before) break;
      more = old == limit;
      if (more) break;
      last = answer_no;
    }
    USHER_RETURN_IF_ERROR(rows.status());
  }
  if (last == 0) return false;
  USHER_RETURN_IF_ERROR(database.Run("DELETE FROM answer WHERE answer_no <= ?", last));
  return more;
}

}  // namespace usher::storage
