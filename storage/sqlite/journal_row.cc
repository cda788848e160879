#include "storage/sqlite/journal_row.h"

#include "absl/strings/str_cat.h"
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

absl::Status ReadEntries(const Rows& rows, std::vector<PackedEntry>& entries) {
  entries.clear();
  int64_t count = 0;
  PackedEntry entry;
  rows.Read(entry.position, count, entry.account, entry.first_revision, entry.last_revision,
            entry.record_time, entry.of_server, entry.payload);
  if (count == 0) {
    entries.push_back(entry);
    return absl::OkStatus();
  }
  const int64_t last = entry.position;
  Unpacker unpacker(entry.payload);
  while (!unpacker.empty()) {
    entry.rest = unpacker.left();
    entry.position = last - count + 1 + static_cast<int64_t>(entries.size());
    if (!unpacker.Unpack(entry.account, entry.first_revision, entry.last_revision,
                         entry.record_time, entry.of_server, entry.payload)) {
      break;
    }
    entries.push_back(entry);
  }
  if (static_cast<int64_t>(entries.size()) == count) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("row ", last, " of the journal has not the ", count,
                                          " entries that it should have"));
}

}  // namespace usher::storage
