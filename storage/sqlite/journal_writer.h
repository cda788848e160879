// JournalWriter: entries of the journal, packed into rows, and the blocks that say where an
// account's stand.
//
// What one commit appends is a row or a few. The number of a row is the position of its last entry,
// so its first one follows the row before. Rows of one entry each, with a column for each of its
// values and `entries` 0, are what servers before migration 6 have left.
//
// A row of journal_block for each account and block of positions, written with the account's first
// entry in it: what a list of one account's events reads instead of an index that every login would
// write. One writer, its thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "entitlement/ids.h"
#include "storage/sqlite/database.h"
#include "storage/store.h"

namespace usher::storage {

// Positions of a block, as migration 4 has it.
inline constexpr int64_t kJournalBlock = 1024;

// A row takes no further entry once it has so many bytes: all of it is read for any of its entries.
inline constexpr size_t kJournalRowBytes = size_t{16} * 1024;

class JournalWriter {
 public:
  // Within the transaction of the batch.
  absl::Status Append(Database& database, absl::Span<const JournalEntry> entries);

  // After a transaction that was rolled back: what it appended and noted does not count.
  void Forget();

 private:
  absl::Status Store(Database& database, absl::Time last_record_time);
  absl::Status Note(Database& database, entitlement::AccountNo account, int64_t block);

  // Of the last entry; unset before the first commit and after Forget.
  std::optional<int64_t> last_position_;
  // The row that is being filled.
  std::string filling_;
  int64_t filled_ = 0;
  // The last block in which each account that wrote is known to stand.
  absl::flat_hash_map<entitlement::AccountNo, int64_t> noted_;
};

// Deletes the oldest entries of an earlier record_time, at most `limit`, but never the last of all.
// Whether anything is left to be deleted. Within the caller's transaction.
absl::StatusOr<bool> PruneJournal(Database& database, absl::Time before, int limit);

}  // namespace usher::storage
