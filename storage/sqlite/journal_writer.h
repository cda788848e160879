// JournalWriter: entries of the journal, and the blocks that say where an account's stand.
//
// A row of journal_block for each account and block of positions, written with the account's first
// entry in it: what a list of one account's events reads instead of an index that every login would
// write. One writer, its thread.
#pragma once

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "entitlement/ids.h"
#include "storage/sqlite/database.h"
#include "storage/store.h"

namespace usher::storage {

// Positions of a block, as migration 4 has it.
inline constexpr int64_t kJournalBlock = 1024;

class JournalWriter {
 public:
  // Within the transaction of the batch.
  absl::Status Append(Database& database, const JournalEntry& entry);

  // After a transaction that was rolled back: what it noted does not count.
  void Forget() { noted_.clear(); }

 private:
  absl::Status Note(Database& database, entitlement::AccountNo account, int64_t block);

  // The last block in which each account that wrote is known to stand.
  absl::flat_hash_map<entitlement::AccountNo, int64_t> noted_;
};

// Deletes the oldest entries of an earlier record_time, at most `limit`, but never the last of all.
// Whether anything is left to be deleted. Within the caller's transaction.
absl::StatusOr<bool> PruneJournal(Database& database, absl::Time before, int limit);

}  // namespace usher::storage
