#include "storage/sqlite/journal_writer.h"

#include "storage/sqlite/error.h"

namespace usher::storage {
namespace {

using entitlement::AccountNo;

// The server's own events stand under it.
constexpr AccountNo kServer;

}  // namespace

absl::Status JournalWriter::Append(Database& database, const JournalEntry& entry) {
  USHER_RETURN_IF_ERROR(database.Run(
      "INSERT INTO journal (account_no, first_revision, last_revision, record_time, payload,"
      " of_server) VALUES (?, ?, ?, ?, ?, ?)",
      entry.account, entry.first_revision, entry.last_revision, entry.record_time,
      Blob{entry.payload}, entry.of_server));
  const int64_t block = database.last_row() / kJournalBlock;
  USHER_RETURN_IF_ERROR(Note(database, entry.account, block));
  if (entry.of_server && entry.account != kServer) return Note(database, kServer, block);
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
  int64_t last = 0;
  bool more = false;
  {
    Rows rows = database.Select(
        "SELECT position, record_time FROM journal"
        " WHERE position < (SELECT MAX(position) FROM journal) ORDER BY position LIMIT ?",
        int64_t{limit} + 1);
    int old = 0;
    while (rows.Next()) {
      int64_t position = 0;
      absl::Time record_time;
      rows.Read(position, record_time);
      if (record_time >= before) break;
      more = old == limit;
      if (more) break;
      last = position;
      ++old;
    }
    USHER_RETURN_IF_ERROR(rows.status());
  }
  if (last == 0) return false;
  USHER_RETURN_IF_ERROR(database.Run("DELETE FROM journal WHERE position <= ?", last));
  USHER_RETURN_IF_ERROR(
      database.Run("DELETE FROM journal_block WHERE block < ?", (last + 1) / kJournalBlock));
  return more;
}

}  // namespace usher::storage
