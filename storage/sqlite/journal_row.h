// A row of the journal and the entries in it (journal_writer.h).
//
// Values of one thread; what an entry says is not copied until Copy.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/ids.h"
#include "storage/sqlite/database.h"
#include "storage/store.h"

namespace usher::storage {

// An entry as it stands in a row.
struct PackedEntry {
  int64_t position = 0;
  entitlement::AccountNo account;
  entitlement::Revision first_revision;
  entitlement::Revision last_revision;
  absl::Time record_time;
  bool of_server = false;
  std::string_view payload;
  // The row from here on: it and those behind it, packed.
  std::string_view rest;

  // Whether it is in the journal of `account`, which none is the server's own.
  bool IsOf(entitlement::AccountNo of) const { return account == of || (!of && of_server); }
  JournalRow Copy() const;
};

// Adds an entry to a row.
void PackEntry(const JournalEntry& entry, std::string& packed);

// The rows in which the positions from `first` to `last` stand, oldest or newest first.
[[nodiscard]] Rows SelectJournal(Database& database, int64_t first, int64_t last);
[[nodiscard]] Rows SelectJournalBackwards(Database& database, int64_t first, int64_t last);

// A row as it is read; valid until the next one is.
struct JournalSheet {
  // Of its last entry.
  int64_t position = 0;
  absl::Time record_time;
  // Whether its entries make no sense: CheckTables tells of it, everybody else passes them over.
  bool damaged = false;
  // Oldest first; empty where it is damaged.
  std::vector<PackedEntry> entries;
};

// Reads the row that `rows` stands on.
void ReadSheet(const Rows& rows, JournalSheet& sheet);

}  // namespace usher::storage
