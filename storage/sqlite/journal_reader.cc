#include "storage/sqlite/journal_reader.h"

#include "storage/sqlite/error.h"

namespace usher::storage {

absl::StatusOr<std::vector<JournalRow>> ReadJournalEntries(Database& database,
                                                           entitlement::AccountNo account,
                                                           entitlement::Revision after, int limit) {
  std::vector<JournalRow> entries;
  Rows rows = database.Select(
      "SELECT position, account_no, first_revision, last_revision, record_time, payload"
      " FROM journal WHERE account_no = ? AND last_revision > ? ORDER BY position LIMIT ?",
      account, after, limit);
  while (rows.Next()) {
    JournalRow& row = entries.emplace_back();
    rows.Read(row.position, row.entry.account, row.entry.first_revision, row.entry.last_revision,
              row.entry.record_time, row.entry.payload);
  }
  USHER_RETURN_IF_ERROR(rows.status());
  return entries;
}

absl::StatusOr<absl::Time> ReadLastRecordTime(Database& database) {
  absl::Time time = absl::InfinitePast();
  Rows rows = database.Select("SELECT record_time FROM journal ORDER BY position DESC LIMIT 1");
  if (rows.Next()) rows.Read(time);
  USHER_RETURN_IF_ERROR(rows.status());
  return time;
}

}  // namespace usher::storage
