#include "storage/sqlite/journal_writer.h"

#include <vector>

#include "storage/sqlite/error.h"
#include "storage/sqlite/journal_row.h"

namespace usher::storage {
namespace {

using entitlement::AccountNo;

// The server's own events stand under it.
constexpr AccountNo kServer;

}  // namespace

absl::Status JournalWriter::Append(Database& database, absl::Span<const JournalEntry> entries) {
  if (entries.empty()) return absl::OkStatus();
  if (!last_position_.has_value()) {
    const absl::StatusOr<int64_t> last =
        ReadNumber(database, "SELECT IFNULL(MAX(position), 0) FROM journal");
    USHER_RETURN_IF_ERROR(last.status());
    last_position_ = *last;
  }
  for (const JournalEntry& entry : entries) {
    PackEntry(entry, filling_);
    ++filled_;
    const int64_t block = ++*last_position_ / kJournalBlock;
    USHER_RETURN_IF_ERROR(Note(database, entry.account, block));
    if (entry.of_server && entry.account != kServer) {
      USHER_RETURN_IF_ERROR(Note(database, kServer, block));
    }
    if (&entry == &entries.back() || filling_.size() >= kJournalRowBytes) {
      USHER_RETURN_IF_ERROR(Store(database, entry.record_time));
    }
  }
  return absl::OkStatus();
}

void JournalWriter::Forget() {
  last_position_.reset();
  filling_.clear();
  filled_ = 0;
  noted_.clear();
}

absl::Status JournalWriter::Store(Database& database, absl::Time last_record_time) {
  USHER_RETURN_IF_ERROR(database.Run(
      "INSERT INTO journal (position, entries, account_no, first_revision, last_revision,"
      " record_time, of_server, payload) VALUES (?, ?, 0, 0, 0, ?, 0, ?)",
      *last_position_, filled_, last_record_time, Blob{filling_}));
  filling_.clear();
  filled_ = 0;
  return absl::OkStatus();
}

absl::Status JournalWriter::Note(Database& database, AccountNo account, int64_t block) {
  const auto [noted, is_new] = noted_.try_emplace(account, block);
  if (!is_new && noted->second == block) return absl::OkStatus();
  noted->second = block;
  return database.Run("INSERT OR IGNORE INTO journal_block (account_no, block) VALUES (?, ?)",
                      account, block);
}

absl::StatusOr<bool> PruneJournal(Database& database, absl::Time before, int limit) {
  // Positions and record times grow together, so nothing is read past the last one that is to go.
  // The very last entry stays: positions are counted on from it.
  const absl::StatusOr<int64_t> end =
      ReadNumber(database, "SELECT IFNULL(MAX(position), 0) FROM journal");
  USHER_RETURN_IF_ERROR(end.status());
  int64_t last = 0;
  int count = 0;
  bool more = false;
  // The row that goes in part, and what stays of it; 0 where there is none.
  int64_t torn_row = 0;
  int64_t kept = 0;
  std::string kept_payload;
  {
    Rows rows = SelectJournal(database, 1, *end);
    JournalSheet sheet;
    for (bool done = false; !done && rows.Next();) {
      ReadSheet(rows, sheet);
      // What can't be read goes as a whole.
      if (sheet.damaged) {
        sheet.entries = {{.position = sheet.position, .record_time = sheet.record_time}};
      }
      for (const PackedEntry& entry : sheet.entries) {
        const bool is_old = entry.record_time < before && entry.position < *end;
        more = is_old && count == limit;
        done = more || !is_old;
        if (done) {
          if (&entry == &sheet.entries.front()) break;
          torn_row = sheet.position;
          kept = torn_row - last;
          kept_payload = entry.rest;
          break;
        }
        last = entry.position;
        ++count;
      }
    }
    USHER_RETURN_IF_ERROR(rows.status());
  }
  if (last == 0) return false;
  USHER_RETURN_IF_ERROR(database.Run("DELETE FROM journal WHERE position <= ?", last));
  if (torn_row != 0) {
    USHER_RETURN_IF_ERROR(
        database.RunOnOneRow("UPDATE journal SET entries = ?, payload = ? WHERE position = ?", kept,
                             Blob{kept_payload}, torn_row));
  }
  USHER_RETURN_IF_ERROR(
      database.Run("DELETE FROM journal_block WHERE block < ?", (last + 1) / kJournalBlock));
  return more;
}

}  // namespace usher::storage
