// Reads of the journal (R29). Within the caller's read transaction.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "entitlement/history.h"
#include "entitlement/ids.h"
#include "storage/sqlite/database.h"
#include "storage/store.h"

namespace usher::storage {

// Oldest first.
absl::StatusOr<JournalPage> ReadJournalPage(Database& database, const JournalQuery& query);

// Newest first.
absl::StatusOr<entitlement::EventsPage> ReadEventsPage(Database& database,
                                                       const entitlement::EventsQuery& query);

absl::StatusOr<entitlement::Revision> ReadOldestRevision(Database& database,
                                                         entitlement::AccountNo account);

// Of the oldest entry that is kept; InfiniteFuture where there is none.
absl::StatusOr<absl::Time> ReadOldestRecordTime(Database& database);

// What can't be read, a sentence each, at most `limit`.
absl::StatusOr<std::vector<std::string>> CheckJournal(Database& database, int limit);

absl::StatusOr<JournalEnd> ReadJournalEnd(Database& database);

}  // namespace usher::storage
