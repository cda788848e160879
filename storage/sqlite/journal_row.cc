#include "storage/sqlite/journal_row.h"

#include "storage/sqlite/packed.h"

namespace usher::storage {

JournalRow PackedEntry::Copy() const {
  return {.position = position,
          .entry = {.account = account,
                    .first_revision = first_revision,
                    .last_revision = last_revision,
                    .record_time = record_time,
                    .payload = std::string(payload),
                    .of_server = of_server}};
}

void PackEntry(const JournalEntry& entry, std::string& packed) {
  Packer(packed).Pack(entry.account, entry.first_revision, entry.last_revision, entry.record_time,
                      entry.of_server, entry.payload);
}

Rows SelectJournal(Database& database, int64_t first, int64_t last) {
  return database.Select(
      "SELECT position, entries, account_no, first_revision, last_revision, record_time, of_server,"
      " payload FROM journal WHERE position >= ?1 AND position <="
      " IFNULL((SELECT MIN(position) FROM journal WHERE position >= ?2), 9223372036854775807)"
      " ORDER BY position",
      first, last);
}

Rows SelectJournalBackwards(Database& database, int64_t first, int64_t last) {
  return database.Select(
      "SELECT position, entries, account_no, first_revision, last_revision, record_time, of_server,"
      " payload FROM journal WHERE position >= ?1 AND position <="
      " IFNULL((SELECT MIN(position) FROM journal WHERE position >= ?2), 9223372036854775807)"
      " ORDER BY position DESC",
      first, last);
}

void ReadSheet(const Rows& rows, JournalSheet& sheet) {
  int64_t count = 0;
  PackedEntry entry;
  rows.Read(sheet.position, count, entry.account, entry.first_revision, entry.last_revision,
            sheet.record_time, entry.of_server, entry.payload);
  sheet.damaged = false;
  sheet.entries.clear();
  if (count == 0) {
    entry.position = sheet.position;
    entry.record_time = sheet.record_time;
    sheet.entries.push_back(entry);
    return;
  }
  entry.position = sheet.position - count;
  Unpacker unpacker(entry.payload);
  while (!unpacker.empty() && !sheet.damaged) {
    ++entry.position;
    entry.rest = unpacker.left();
    sheet.damaged = !unpacker.Unpack(entry.account, entry.first_revision, entry.last_revision,
                                     entry.record_time, entry.of_server, entry.payload);
    sheet.entries.push_back(entry);
  }
  sheet.damaged = sheet.damaged || static_cast<int64_t>(sheet.entries.size()) != count;
  if (sheet.damaged) sheet.entries.clear();
}

}  // namespace usher::storage
