// Reads units of state back from their rows, and finds the units that need attention.
//
// What does not make sense, as a license that is missing or a time zone that this machine does not
// know, is kDataLoss and says what it is. Each function reads within the caller's read transaction.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "entitlement/account.h"
#include "entitlement/application.h"
#include "storage/sqlite/database.h"
#include "storage/store.h"

namespace usher::storage {

absl::StatusOr<entitlement::Directory> ReadDirectory(Database& database);

// kNotFound where there is none.
absl::StatusOr<entitlement::Account> ReadAccount(Database& database, entitlement::AccountNo no,
                                                 absl::Time ended_since);
// voice_loader.cc: the account's part of Voice AI.
absl::Status ReadVoice(Database& database, absl::Time ended_since, entitlement::Account& account);
// application_loader.cc. `recent`: where some of its sessions stand (RecentSessions::RowsOf).
absl::StatusOr<entitlement::Application> ReadApplication(Database& database,
                                                         entitlement::ApplicationNo no,
                                                         absl::Time ended_since,
                                                         absl::Span<const int64_t> recent);

absl::StatusOr<std::vector<UnitRef>> ReadDue(Database& database, absl::Time until, int limit);
absl::StatusOr<absl::Time> ReadNextDue(Database& database);
absl::StatusOr<std::vector<UnitRef>> ReadUnitsWithLeases(Database& database);

}  // namespace usher::storage
