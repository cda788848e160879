// WorkingSet: the units in memory, and what the engine remembers of each beside its state: when it
// needs attention, what the store was told of it, which commands wait for it.
//
// Owned by the engine's thread; nothing here locks, blocks or decides.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "engine/engine.h"
#include "engine/pending.h"
#include "engine/schedule.h"
#include "entitlement/account.h"
#include "entitlement/application.h"
#include "entitlement/policy.h"
#include "entitlement/units.h"
#include "storage/store.h"

namespace usher::engine {

class WorkingSet {
 public:
  explicit WorkingSet(const entitlement::Policy* policy) : policy_(policy) {}

  entitlement::Directory& directory() { return directory_; }

  // Null where it is not loaded.
  entitlement::Account* Find(entitlement::AccountNo account);
  entitlement::Application* Find(entitlement::ApplicationNo application);

  // Takes a unit that was created or loaded; a loaded application with its indices made
  // (entitlement::Reindex). The leases of a loaded one are the kept ones, else full ones from
  // `now`.
  void Add(std::unique_ptr<entitlement::Account> account, entitlement::LeaseTime now);
  void AddCreated(std::unique_ptr<entitlement::Application> application,
                  entitlement::LeaseTime now);
  void AddLoaded(std::unique_ptr<entitlement::Application> application, entitlement::LeaseTime now);

  // Commands that wait until the unit is loaded. Park says whether the load has to be asked for.
  bool Park(const UnitKey& unit, PendingPtr command);
  // As Park, where nobody waits but time itself.
  bool Await(const UnitKey& unit);
  std::vector<PendingPtr> Unpark(const UnitKey& unit);
  bool anything_parked() const { return !parked_.empty(); }

  // To be called for each unit that a batch changed, once its changes are applied: schedules it
  // anew, and adds to `marks` what the store has to be told.
  void Reschedule(const UnitKey& unit, std::vector<storage::UnitMark>& marks);
  // The marks were committed.
  void MarksStored(const std::vector<storage::UnitMark>& marks);

  // The units whose deadlines or leases have come, at most `limit`.
  std::vector<UnitKey> Due(absl::Time now, entitlement::LeaseTime lease_now, size_t limit) const;
  absl::Time next_due() const { return dues_.next(); }
  entitlement::LeaseTime next_lease_check() const { return lease_checks_.next(); }

  // Figures of the month that differ from what is stored, of the applications touched since the
  // last call.
  std::vector<storage::UsageRecord> TakeChangedUsage();
  void UsageStored(const std::vector<storage::UsageRecord>& usages);
  // They have to be taken again.
  void UsageNotStored(const std::vector<storage::UsageRecord>& usages);
  bool usage_touched() const { return !usage_touched_.empty(); }

  // Drops a unit whose state is not what is stored; lease ends are kept for its reload. Whether it
  // had any.
  bool DropChanged(const UnitKey& unit);

  // Drops applications without leases, and accounts without live calls and applications, that no
  // command has used since `unused_since`; not `changed` ones, whose changes aren't stored yet.
  void DropUnused(entitlement::LeaseTime unused_since, const absl::btree_set<UnitKey>& changed);
  void Touch(const UnitKey& unit, entitlement::LeaseTime now);

  // Kept up to date with each change, so that reading them costs nothing.
  const StateFigures& figures() const { return figures_; }

 private:
  struct LoadedAccount {
    std::unique_ptr<entitlement::Account> unit;
    absl::Time stored_due = absl::InfinitePast();
    std::optional<bool> stored_has_leases;
    entitlement::LeaseTime last_used;
    // What figures_ has of it.
    StateFigures counted;
  };
  struct LoadedApplication {
    std::unique_ptr<entitlement::Application> unit;
    absl::Time stored_due = absl::InfinitePast();
    std::optional<bool> stored_has_leases;
    entitlement::Usage stored_usage;
    entitlement::LeaseTime last_used;
    // What figures_ has of it.
    StateFigures counted;
  };
  struct KeptLeases {
    absl::flat_hash_map<entitlement::SessionId, entitlement::LeaseTime> sessions;
    absl::flat_hash_map<entitlement::PhoneId, entitlement::LeaseTime> phones;
  };

  void Forget(const UnitKey& unit);
  // Puts `now` in the place of what was counted of a unit.
  void Count(StateFigures& counted, const StateFigures& now);
  void RestoreLeases(entitlement::Account& account);
  void RestoreLeases(entitlement::Application& application);
  bool HasLoadedApplication(const entitlement::Account& account) const;

  const entitlement::Policy* policy_;
  entitlement::Directory directory_;
  absl::flat_hash_map<entitlement::AccountNo, LoadedAccount> accounts_;
  absl::flat_hash_map<entitlement::ApplicationNo, LoadedApplication> applications_;
  absl::flat_hash_map<UnitKey, std::vector<PendingPtr>> parked_;
  absl::flat_hash_map<entitlement::ApplicationNo, KeptLeases> kept_leases_;
  absl::flat_hash_map<entitlement::AccountNo,
                      absl::flat_hash_map<entitlement::CallNo, entitlement::LeaseTime>>
      kept_calls_;
  absl::flat_hash_set<entitlement::ApplicationNo> usage_touched_;
  StateFigures figures_;
  Schedule<absl::Time> dues_{absl::InfiniteFuture()};
  Schedule<entitlement::LeaseTime> lease_checks_{entitlement::LeaseTime::Infinite()};
};

}  // namespace usher::engine
