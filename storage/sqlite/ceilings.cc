#include "storage/sqlite/ceilings.h"

#include <algorithm>

#include "storage/sqlite/error.h"

namespace usher::storage {
namespace {

constexpr char kSetRevision[] = "UPDATE account SET revision_ceiling = ? WHERE account_no = ?";
constexpr char kSetSession[] =
    "UPDATE application SET session_ceiling = ? WHERE application_no = ?";
constexpr char kSetCall[] = "UPDATE account SET call_ceiling = ? WHERE account_no = ?";

// Reads the ceiling of a row that is asked for the first time, and raises it where `number` passes
// it.
template <typename Key, typename Ceiling>
absl::Status CoverIn(absl::flat_hash_map<Key, Ceiling>& known, Database& database, Key key,
                     int64_t number, Sql select, Sql update) {
  const auto [entry, is_new] = known.try_emplace(key);
  Ceiling& ceiling = entry->second;
  if (is_new) {
    Rows rows = database.Select(select, key);
    if (rows.Next()) rows.Read(ceiling.stored);
    USHER_RETURN_IF_ERROR(rows.status());
  }
  ceiling.last = std::max(ceiling.last, number);
  if (number <= ceiling.stored) return absl::OkStatus();
  ceiling.stored = number + kCeilingStep;
  return database.RunOnOneRow(update, ceiling.stored, key);
}

template <typename Key, typename Ceiling>
absl::Status LowerIn(const absl::flat_hash_map<Key, Ceiling>& known, Database& database,
                     Sql update) {
  for (const auto& [key, ceiling] : known) {
    if (ceiling.last == ceiling.stored) continue;
    USHER_RETURN_IF_ERROR(database.RunOnOneRow(update, ceiling.last, key));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Ceilings::Cover(Database& database, entitlement::AccountNo account,
                             entitlement::Revision revision) {
  return CoverIn(revisions_, database, account, revision.value(),
                 "SELECT revision_ceiling FROM account WHERE account_no = ?", kSetRevision);
}

absl::Status Ceilings::Cover(Database& database, entitlement::ApplicationNo application,
                             entitlement::SessionId session) {
  return CoverIn(sessions_, database, application, session.value(),
                 "SELECT session_ceiling FROM application WHERE application_no = ?", kSetSession);
}

absl::Status Ceilings::Cover(Database& database, entitlement::AccountNo account,
                             entitlement::CallNo call) {
  return CoverIn(calls_, database, account, call.value(),
                 "SELECT call_ceiling FROM account WHERE account_no = ?", kSetCall);
}

absl::Status Ceilings::Lower(Database& database) {
  USHER_RETURN_IF_ERROR(LowerIn(revisions_, database, kSetRevision));
  USHER_RETURN_IF_ERROR(LowerIn(sessions_, database, kSetSession));
  USHER_RETURN_IF_ERROR(LowerIn(calls_, database, kSetCall));
  Forget();
  return absl::OkStatus();
}

void Ceilings::Forget() {
  revisions_.clear();
  sessions_.clear();
  calls_.clear();
}

}  // namespace usher::storage
