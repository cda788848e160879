// Pages of what lies behind: accounts, orders, resets, bindings and calls (entitlement/history.h).
//
// Each function reads within the caller's read transaction.
#pragma once

#include "absl/status/statusor.h"
#include "entitlement/history.h"
#include "storage/sqlite/database.h"

namespace usher::storage {

absl::StatusOr<entitlement::HistoryPage> ReadHistoryPage(Database& database,
                                                         const entitlement::HistoryQuery& query);

}  // namespace usher::storage
