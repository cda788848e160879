#include "storage/sqlite/ceilings.h"

#include "storage/sqlite/error.h"

namespace usher::storage {
namespace {

// Reads the ceiling of a row that is asked for the first time, and raises it where `number` passes
// it.
template <typename Key>
absl::Status CoverIn(absl::flat_hash_map<Key, int64_t>& known, Database& database, Key key,
                     int64_t number, Sql select, Sql update) {
  const auto [entry, is_new] = known.try_emplace(key, 0);
  if (is_new) {
    Rows rows = database.Select(select, key);
    if (rows.Next()) rows.Read(entry->second);
    USHER_RETURN_IF_ERROR(rows.status());
  }
  if (number <= entry->second) return absl::OkStatus();
  entry->second = number + kCeilingStep;
  return database.RunOnOneRow(update, entry->second, key);
}

}  // namespace

absl::Status Ceilings::Cover(Database& database, entitlement::AccountNo account,
                             entitlement::Revision revision) {
  return CoverIn(revisions_, database, account, revision.value(),
                 "SELECT revision_ceiling FROM account WHERE account_no = ?",
                 "UPDATE account SET revision_ceiling = ? WHERE account_no = ?");
}

absl::Status Ceilings::Cover(Database& database, entitlement::ApplicationNo application,
                             entitlement::SessionId session) {
  return CoverIn(sessions_, database, application, session.value(),
                 "SELECT session_ceiling FROM application WHERE application_no = ?",
                 "UPDATE application SET session_ceiling = ? WHERE application_no = ?");
}

void Ceilings::Forget() {
  revisions_.clear();
  sessions_.clear();
}

}  // namespace usher::storage
