#include "storage/sqlite/unit_loader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "entitlement/civil.h"
#include "storage/sqlite/error.h"

namespace usher::storage {
namespace {

using entitlement::Account;
using entitlement::AccountNo;

absl::Status ReadApplications(Database& database, Account& account) {
  Rows rows = database.Select(
      "SELECT application_no, id, display_name, create_time, trial_expire_time, delete_time"
      " FROM application WHERE account_no = ? ORDER BY id",
      account.no);
  while (rows.Next()) {
    entitlement::ApplicationEntry entry;
    rows.Read(entry.no, entry.id, entry.display_name, entry.create_time, entry.trial_expire_time,
              entry.delete_time);
    account.Add(entry);
  }
  return rows.status();
}

absl::Status ReadTokens(Database& database, entitlement::Directory& directory) {
  Rows rows = database.Select(
      "SELECT token_id, display_name, role, account_id, digest, create_time, expire_time,"
      " revoke_time FROM token ORDER BY token_id");
  while (rows.Next()) {
    entitlement::Token token;
    rows.Read(token.id, token.display_name, token.role, token.account, token.digest,
              token.create_time, token.expire_time, token.revoke_time);
    directory.last_token_id = token.id;
    directory.tokens.emplace_hint(directory.tokens.end(), token.id, std::move(token));
  }
  USHER_RETURN_IF_ERROR(rows.status());
  Rows meta = database.Select("SELECT server_revision FROM meta");
  if (meta.Next()) meta.Read(directory.last_revision);
  return meta.status();
}

absl::StatusOr<absl::TimeZone> ZoneOf(const Account& account, const std::string& name) {
  const std::optional<absl::TimeZone> zone = entitlement::LoadTimeZone(name);
  if (zone.has_value()) return *zone;
  return UnitDamageError(absl::StrCat("account ", account.id.value(), " has the time zone ", name,
                                      ", which the tz database of this machine does not know"));
}

}  // namespace

absl::StatusOr<entitlement::Directory> ReadDirectory(Database& database) {
  entitlement::Directory directory;
  Rows accounts = database.Select("SELECT id, account_no FROM account ORDER BY id");
  while (accounts.Next()) {
    entitlement::AccountId id;
    AccountNo no;
    accounts.Read(id, no);
    directory.accounts.emplace_hint(directory.accounts.end(), std::move(id), no);
    directory.last_account_no = std::max(directory.last_account_no, no);
  }
  USHER_RETURN_IF_ERROR(accounts.status());
  Rows last = database.Select("SELECT IFNULL(MAX(application_no), 0) FROM application");
  if (last.Next()) last.Read(directory.last_application_no);
  USHER_RETURN_IF_ERROR(last.status());
  USHER_RETURN_IF_ERROR(ReadTokens(database, directory));
  return directory;
}

absl::StatusOr<Account> ReadAccount(Database& database, AccountNo no, absl::Time ended_since) {
  Account account;
  std::optional<absl::Time> zone_start_time;
  std::optional<absl::CivilMonth> zone_start_month;
  std::optional<std::string> pending_name;
  std::optional<absl::Time> pending_time;
  Rows rows = database.Select(
      "SELECT account_no, id, display_name, create_time, zone_name, zone_start_time,"
      " zone_start_month, pending_zone_name, pending_zone_time, revision_ceiling, call_ceiling"
      " FROM account WHERE account_no = ?",
      no);
  const bool found = rows.Next();
  USHER_RETURN_IF_ERROR(rows.status());
  if (!found) {
    return absl::NotFoundError(absl::StrCat("there is no account number ", no.value()));
  }
  rows.Read(account.no, account.id, account.display_name, account.create_time, account.zone_name,
            zone_start_time, zone_start_month, pending_name, pending_time, account.last_revision,
            account.voice.last_call_no);
  const absl::StatusOr<absl::TimeZone> zone = ZoneOf(account, account.zone_name);
  USHER_RETURN_IF_ERROR(zone.status());
  account.zone = *zone;
  if (zone_start_time && zone_start_month) {
    account.zone_start = {.time = *zone_start_time, .label = *zone_start_month};
  }
  if (pending_name && pending_time) {
    // The rules load it when its time has come, and have no answer where that fails.
    USHER_RETURN_IF_ERROR(ZoneOf(account, *pending_name).status());
    account.pending_zone = {.name = *pending_name, .change_time = *pending_time};
  }
  USHER_RETURN_IF_ERROR(ReadApplications(database, account));
  USHER_RETURN_IF_ERROR(ReadVoice(database, ended_since, account));
  return account;
}

absl::StatusOr<std::vector<UnitRef>> ReadDue(Database& database, absl::Time until, int limit) {
  std::vector<UnitRef> units;
  Rows rows = database.Select(
      "SELECT account_no, 0 AS application_no, next_due FROM account WHERE next_due <= ?1"
      " UNION ALL"
      " SELECT account_no, application_no, next_due FROM application WHERE next_due <= ?1"
      " ORDER BY next_due, account_no, application_no LIMIT ?2",
      until, limit);
  while (rows.Next()) {
    UnitRef& unit = units.emplace_back();
    rows.Read(unit.account, unit.application);
  }
  USHER_RETURN_IF_ERROR(rows.status());
  return units;
}

absl::StatusOr<absl::Time> ReadNextDue(Database& database) {
  std::optional<absl::Time> soonest;
  Rows rows = database.Select(
      "SELECT MIN(soonest) FROM ("
      " SELECT MIN(next_due) AS soonest FROM account WHERE next_due IS NOT NULL"
      " UNION ALL"
      " SELECT MIN(next_due) FROM application WHERE next_due IS NOT NULL)");
  if (rows.Next()) rows.Read(soonest);
  USHER_RETURN_IF_ERROR(rows.status());
  return soonest.value_or(absl::InfiniteFuture());
}

absl::StatusOr<std::vector<UnitRef>> ReadUnitsWithLeases(Database& database) {
  std::vector<UnitRef> units;
  Rows rows = database.Select(
      "SELECT account_no, 0 FROM account WHERE has_leases = 1"
      " UNION ALL"
      " SELECT account_no, application_no FROM application WHERE has_leases = 1"
      " ORDER BY 2, 1");
  while (rows.Next()) {
    UnitRef& unit = units.emplace_back();
    rows.Read(unit.account, unit.application);
  }
  USHER_RETURN_IF_ERROR(rows.status());
  return units;
}

}  // namespace usher::storage
