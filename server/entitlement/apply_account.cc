#include <algorithm>
#include <optional>
#include <string>

#include "entitlement/apply_parts.h"
#include "entitlement/check.h"
#include "entitlement/civil.h"

namespace usher::entitlement {
namespace {

void SetZone(Account& account, const std::string& zone_name) {
  const std::optional<absl::TimeZone> zone = LoadTimeZone(zone_name);
  Require(zone.has_value(), "a change names a time zone that there is not");
  account.zone_name = zone_name;
  account.zone = *zone;
}

ApplicationEntry& EntryOf(const MutableUnits& units, const Change& change) {
  const ApplicationEntry* entry = units.account->Find(change.application);
  Require(entry != nullptr, "a change of an application that the account does not have");
  return units.account->applications.find(entry->id)->second;
}

}  // namespace

void Move(const MutableUnits& units, const Change& change, const AccountCreated& created) {
  Account& account = *units.account;
  Require(!account.no, "an account is created over another");
  account.no = change.account;
  account.id = created.id;
  account.display_name = created.display_name;
  account.create_time = change.event_time;
  SetZone(account, created.zone_name);
  if (units.directory == nullptr) return;
  units.directory->accounts.emplace(created.id, change.account);
  units.directory->last_account_no = std::max(units.directory->last_account_no, change.account);
}

void Move(const MutableUnits& units, const Change& /*change*/, const AccountUpdated& updated) {
  Account& account = *units.account;
  account.display_name = updated.display_name;
  if (updated.pending_zone_name.empty()) {
    account.pending_zone.reset();
  } else {
    account.pending_zone = {.name = updated.pending_zone_name,
                            .change_time = updated.zone_change_time};
  }
}

void Move(const MutableUnits& units, const Change& change, const TimeZoneChanged& changed) {
  Account& account = *units.account;
  SetZone(account, changed.zone_name);
  account.zone_start = {.time = change.event_time, .label = changed.month};
  account.pending_zone.reset();
}

void Move(const MutableUnits& units, const Change& change, const ApplicationCreated& created) {
  Require(units.application != nullptr && !units.application->no,
          "an application is created over another");
  units.application->no = change.application;
  units.application->account = change.account;
  units.account->Add({.no = change.application,
                      .id = created.id,
                      .display_name = created.display_name,
                      .create_time = change.event_time,
                      .trial_expire_time = created.trial_expire_time,
                      .delete_time = std::nullopt});
  if (units.directory == nullptr) return;
  ApplicationNo& last = units.directory->last_application_no;
  last = std::max(last, change.application);
}

void Move(const MutableUnits& units, const Change& change, const ApplicationUpdated& updated) {
  EntryOf(units, change).display_name = updated.display_name;
}

void Move(const MutableUnits& units, const Change& change, const ApplicationDeleted& /*deleted*/) {
  EntryOf(units, change).delete_time = change.event_time;
}

void Move(const MutableUnits& units, const Change& change,
          const ApplicationUndeleted& /*undeleted*/) {
  EntryOf(units, change).delete_time.reset();
}

}  // namespace usher::entitlement
