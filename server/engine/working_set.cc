#include "engine/working_set.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <utility>

#include "entitlement/apply.h"
#include "entitlement/decide.h"
#include "entitlement/views.h"

namespace usher::engine {

using entitlement::Account;
using entitlement::AccountNo;
using entitlement::Application;
using entitlement::ApplicationNo;
using entitlement::LeaseTime;

namespace {

StateFigures FiguresOf(const Account& account) {
  StateFigures figures;
  figures.accounts = 1;
  figures.calls = static_cast<int64_t>(account.voice.calls.size());
  const entitlement::VoiceMinutes minutes = MinutesLeft(account.voice);
  figures.minutes_remaining = minutes.remaining;
  figures.minutes_reserved = minutes.reserved;
  return figures;
}

StateFigures FiguresOf(const Application& application) {
  StateFigures figures;
  figures.applications = 1;
  figures.sessions = static_cast<int64_t>(application.sessions.size());
  figures.phones = static_cast<int64_t>(application.phones.size());
  figures.pools = application.pools;
  return figures;
}

// They are sums, all of them.
using FigureValues = std::array<int64_t, sizeof(StateFigures) / sizeof(int64_t)>;

}  // namespace

void WorkingSet::Count(StateFigures& counted, const StateFigures& now) {
  if (counted == now) return;
  auto sums = std::bit_cast<FigureValues>(figures_);
  const auto before = std::bit_cast<FigureValues>(counted);
  const auto after = std::bit_cast<FigureValues>(now);
  for (size_t i = 0; i < sums.size(); ++i) sums[i] += after[i] - before[i];
  figures_ = std::bit_cast<StateFigures>(sums);
  counted = now;
}

Account* WorkingSet::Find(AccountNo account) {
  const auto it = accounts_.find(account);
  return it == accounts_.end() ? nullptr : it->second.unit.get();
}

Application* WorkingSet::Find(ApplicationNo application) {
  const auto it = applications_.find(application);
  return it == applications_.end() ? nullptr : it->second.unit.get();
}

void WorkingSet::Add(std::unique_ptr<Account> account, LeaseTime now) {
  entitlement::Reindex(*account);
  entitlement::GrantFullLeases(*account, now);
  RestoreLeases(*account);
  const UnitKey key{account->no, ApplicationNo()};
  dues_.Set(key, NextDue(*account, *policy_));
  lease_checks_.Set(key, NextLeaseCheck(*account));
  LoadedAccount& loaded = accounts_[account->no];
  loaded.last_used = now;
  loaded.unit = std::move(account);
  Count(loaded.counted, FiguresOf(*loaded.unit));
}

void WorkingSet::AddCreated(std::unique_ptr<Application> application, LeaseTime now) {
  const ApplicationNo no = application->no;
  // Of one that had this number and was never stored.
  kept_leases_.erase(no);
  LoadedApplication& loaded = applications_[no];
  loaded.last_used = now;
  loaded.unit = std::move(application);
  Count(loaded.counted, FiguresOf(*loaded.unit));
}

void WorkingSet::AddLoaded(std::unique_ptr<Application> application, LeaseTime now) {
  entitlement::GrantFullLeases(*application, now);
  RestoreLeases(*application);
  const UnitKey key{application->account, application->no};
  dues_.Set(key, NextDue(*application, *policy_));
  lease_checks_.Set(key, NextLeaseCheck(*application));
  LoadedApplication& loaded = applications_[application->no];
  loaded.stored_usage = application->usage;
  loaded.last_used = now;
  loaded.unit = std::move(application);
  Count(loaded.counted, FiguresOf(*loaded.unit));
}

bool WorkingSet::Park(const UnitKey& unit, PendingPtr command) {
  const auto [it, first] = parked_.try_emplace(unit);
  it->second.push_back(std::move(command));
  return first;
}

bool WorkingSet::Await(const UnitKey& unit) { return parked_.try_emplace(unit).second; }

std::vector<PendingPtr> WorkingSet::Unpark(const UnitKey& unit) {
  const auto it = parked_.find(unit);
  if (it == parked_.end()) return {};
  std::vector<PendingPtr> commands = std::move(it->second);
  parked_.erase(it);
  return commands;
}

void WorkingSet::Reschedule(const UnitKey& unit, std::vector<storage::UnitMark>& marks) {
  const auto& [account_no, application_no] = unit;
  if (!application_no) {
    const auto it = accounts_.find(account_no);
    if (it == accounts_.end()) return;
    LoadedAccount& loaded = it->second;
    const Account& account = *loaded.unit;
    Count(loaded.counted, FiguresOf(account));
    dues_.Set(unit, NextDue(account, *policy_));
    lease_checks_.Set(unit, NextLeaseCheck(account));
    const absl::Time stored_due = NextStoredDue(account);
    if (stored_due != loaded.stored_due || account.has_leases() != loaded.stored_has_leases) {
      marks.push_back({account_no, {}, stored_due, account.has_leases()});
    }
    return;
  }
  const auto it = applications_.find(application_no);
  if (it == applications_.end()) return;
  LoadedApplication& loaded = it->second;
  const Application& application = *loaded.unit;
  Count(loaded.counted, FiguresOf(application));
  dues_.Set(unit, NextDue(application, *policy_));
  lease_checks_.Set(unit, NextLeaseCheck(application));
  usage_touched_.insert(application_no);
  const absl::Time stored_due = NextStoredDue(application, *policy_);
  const bool has_leases = application.has_leases();
  if (stored_due != loaded.stored_due || has_leases != loaded.stored_has_leases) {
    marks.push_back({account_no, application_no, stored_due, has_leases});
  }
}

void WorkingSet::MarksStored(const std::vector<storage::UnitMark>& marks) {
  for (const storage::UnitMark& mark : marks) {
    if (!mark.application) {
      const auto it = accounts_.find(mark.account);
      if (it == accounts_.end()) continue;
      it->second.stored_due = mark.next_due;
      it->second.stored_has_leases = mark.has_leases;
      continue;
    }
    const auto it = applications_.find(mark.application);
    if (it == applications_.end()) continue;
    it->second.stored_due = mark.next_due;
    it->second.stored_has_leases = mark.has_leases;
  }
}

std::vector<UnitKey> WorkingSet::Due(absl::Time now, LeaseTime lease_now, size_t limit) const {
  std::vector<UnitKey> due;
  dues_.CollectUntil(now, limit, due);
  lease_checks_.CollectUntil(lease_now, limit, due);
  return due;
}

std::vector<storage::UsageRecord> WorkingSet::TakeChangedUsage() {
  std::vector<storage::UsageRecord> changed;
  for (const ApplicationNo no : usage_touched_) {
    const auto it = applications_.find(no);
    if (it == applications_.end() || it->second.unit->usage == it->second.stored_usage) continue;
    changed.push_back({no, it->second.unit->usage});
  }
  usage_touched_.clear();
  return changed;
}

void WorkingSet::UsageStored(const std::vector<storage::UsageRecord>& usages) {
  for (const storage::UsageRecord& record : usages) {
    const auto it = applications_.find(record.application);
    if (it != applications_.end()) it->second.stored_usage = record.usage;
  }
}

void WorkingSet::UsageNotStored(const std::vector<storage::UsageRecord>& usages) {
  for (const storage::UsageRecord& record : usages) usage_touched_.insert(record.application);
}

bool WorkingSet::DropChanged(const UnitKey& unit) {
  const auto& [account_no, application_no] = unit;
  if (!application_no) {
    const auto it = accounts_.find(account_no);
    if (it == accounts_.end()) return false;
    auto& kept = kept_calls_[account_no];
    for (const auto& [no, call] : it->second.unit->voice.calls) {
      if (!call.unheard) kept[no] = call.lease_end;
    }
    const bool has_leases = it->second.unit->has_leases();
    Count(it->second.counted, {});
    accounts_.erase(it);
    Forget(unit);
    return has_leases;
  }
  const auto it = applications_.find(application_no);
  if (it == applications_.end()) return false;
  KeptLeases& kept = kept_leases_[application_no];
  for (const entitlement::Session& session : it->second.unit->sessions) {
    kept.sessions[session.id] = session.lease_end;
  }
  for (const auto& [id, phone] : it->second.unit->phones) kept.phones[id] = phone.lease_end;
  const bool has_leases = it->second.unit->has_leases();
  Count(it->second.counted, {});
  applications_.erase(it);
  Forget(unit);
  return has_leases;
}

void WorkingSet::DropUnused(LeaseTime unused_since, const absl::btree_set<UnitKey>& changed) {
  absl::erase_if(applications_, [&](auto& entry) {
    LoadedApplication& loaded = entry.second;
    if (loaded.last_used >= unused_since || loaded.unit->has_leases()) return false;
    if (loaded.unit->usage != loaded.stored_usage) return false;
    if (changed.contains({loaded.unit->account, loaded.unit->no})) return false;
    Forget({loaded.unit->account, loaded.unit->no});
    Count(loaded.counted, {});
    return true;
  });
  absl::erase_if(accounts_, [&](auto& entry) {
    LoadedAccount& loaded = entry.second;
    if (loaded.last_used >= unused_since || loaded.unit->has_leases()) return false;
    if (HasLoadedApplication(*loaded.unit)) return false;
    if (changed.contains({loaded.unit->no, ApplicationNo()})) return false;
    Forget({loaded.unit->no, ApplicationNo()});
    Count(loaded.counted, {});
    return true;
  });
}

void WorkingSet::Touch(const UnitKey& unit, LeaseTime now) {
  const auto account = accounts_.find(unit.first);
  if (account != accounts_.end()) account->second.last_used = now;
  const auto application = applications_.find(unit.second);
  if (application != applications_.end()) application->second.last_used = now;
}

void WorkingSet::Forget(const UnitKey& unit) {
  dues_.Set(unit, absl::InfiniteFuture());
  lease_checks_.Set(unit, LeaseTime::Infinite());
}

// As for applications below. Calls that were heard of in this run of the process still are.
void WorkingSet::RestoreLeases(Account& account) {
  const auto it = kept_calls_.find(account.no);
  if (it == kept_calls_.end()) return;
  for (auto& [no, call] : account.voice.calls) {
    const auto kept = it->second.find(no);
    if (kept == it->second.end()) continue;
    call.lease_end = kept->second;
    call.unheard = false;
    account.voice.leases.push({kept->second, no});
  }
  kept_calls_.erase(it);
}

// The answers that were given tell of these lease ends, not of full ones.
void WorkingSet::RestoreLeases(Application& application) {
  const auto it = kept_leases_.find(application.no);
  if (it == kept_leases_.end()) return;
  for (entitlement::Session& session : application.sessions) {
    const auto kept = it->second.sessions.find(session.id);
    if (kept == it->second.sessions.end()) continue;
    session.lease_end = kept->second;
    application.session_leases.push({kept->second, session.id});
  }
  for (auto& [id, phone] : application.phones) {
    const auto kept = it->second.phones.find(id);
    if (kept == it->second.phones.end()) continue;
    phone.lease_end = kept->second;
    application.phone_leases.push({kept->second, id});
  }
  kept_leases_.erase(it);
}

bool WorkingSet::HasLoadedApplication(const Account& account) const {
  return std::any_of(account.applications.begin(), account.applications.end(),
                     [this](const auto& entry) { return applications_.contains(entry.second.no); });
}

}  // namespace usher::engine
