// Reads of the journal (R29). Within the caller's read transaction.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "entitlement/ids.h"
#include "storage/sqlite/database.h"
#include "storage/store.h"

namespace usher::storage {

// Reads past the entries of other accounts: the journal has no index by account.
absl::StatusOr<std::vector<JournalRow>> ReadJournalEntries(Database& database,
                                                           entitlement::AccountNo account,
                                                           entitlement::Revision after, int limit);

// InfinitePast where the journal is empty.
absl::StatusOr<absl::Time> ReadLastRecordTime(Database& database);

}  // namespace usher::storage
