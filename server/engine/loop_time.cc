// The part of the loop that time drives: deadlines, leases, figures stored with a delay, loading
// ahead and dropping.
#include <algorithm>
#include <memory>
#include <utility>

#include "engine/loop.h"
#include "entitlement/apply.h"
#include "entitlement/execute.h"

namespace usher::engine {
namespace {

using entitlement::ApplicationNo;
using entitlement::LeaseTime;

// Units on which time acts in one turn, so that logins of others never wait for long.
constexpr size_t kDueUnitsPerTurn = 64;
// Overdue units that are looked up in the store at once.
constexpr int kOverdueUnitsPerLook = 256;
// Loads that nobody waits for run behind each other, so that one that somebody waits for is never
// far behind.
constexpr size_t kBackgroundLoadsAtOnce = 4;
// A unit without leases that no command has used for so long is dropped from memory.
constexpr absl::Duration kUnusedUnitKept = absl::Minutes(10);
// A commit that takes longer is slept through: a late awakening is then a small part of it.
constexpr absl::Duration kQuickCommit = absl::Milliseconds(1);

}  // namespace

// Deadlines of units that are not loaded: the store knows which, and they are loaded to be carried
// out.
void Loop::FindOverdueUnits() {
  if (now_ < store_due_ || lease_now_ < dues_resume_) return;
  if (!background_loads_.empty() || !background_loading_.empty()) return;
  const absl::StatusOr<std::vector<storage::UnitRef>> overdue =
      store_->ListDue(now_, kOverdueUnitsPerLook + static_cast<int>(damaged_.size()));
  if (absl::IsUnavailable(overdue.status())) {
    dues_resume_ = lease_now_ + kDuesPauseAfterFailure;
    return;
  }
  if (!overdue.ok()) Die(overdue.status());
  bool any_progress = false;
  for (const storage::UnitRef& ref : *overdue) {
    // Nothing can be done with an application of an account that can't be read, either.
    if (IsDamaged(KeyOf(ref)) || IsDamaged({ref.account, ApplicationNo()})) continue;
    any_progress = true;
    LoadSoon(KeyOf(ref));
    // Where it is loaded, FireDue carries it out; the store is told of its next deadline in any
    // case.
    batch_.Touch(KeyOf(ref));
  }
  if (any_progress) return;
  if (!overdue->empty()) {
    // Nothing can be done about these; others are looked for again soon.
    store_due_ = now_ + kDuesPauseAfterFailure;
    return;
  }
  const absl::StatusOr<absl::Time> next = store_->NextDue();
  if (next.ok()) store_due_ = *next;
}

void Loop::FireDue() {
  if (lease_now_ < dues_resume_) return;
  for (const UnitKey& unit : working_set_.Due(now_, lease_now_, kDueUnitsPerTurn)) {
    entitlement::MutableUnits units;
    units.directory = &working_set_.directory();
    units.account = working_set_.Find(unit.first);
    if (units.account == nullptr) {
      const UnitKey account = {unit.first, ApplicationNo()};
      // Nothing can be done with an application of an account that can't be read.
      if (IsDamaged(account)) working_set_.DropChanged(unit);
      LoadSoon(account);
      continue;
    }
    if (unit.second) units.application = working_set_.Find(unit.second);
    std::vector<entitlement::Change> changes;
    CatchUp(units, MakeContext(entitlement::kSystemActor), changes);
    batch_.AddDue(std::move(changes), units.account, now_);
    // Also where nothing changed: leases that were found renewed have to be looked at later.
    batch_.Touch(unit);
  }
}

absl::Duration Loop::WaitTime() const {
  const absl::Duration longest = clock_->SleepMax();
  if (!again_.empty() && !BatchIsFull()) return absl::ZeroDuration();
  if (store_work_ != StoreWork::kNone) return longest;
  if (lease_now_ < dues_resume_) return std::min(longest, dues_resume_ - lease_now_);
  if (!background_loads_.empty() && background_loading_.size() < kBackgroundLoadsAtOnce) {
    return absl::ZeroDuration();
  }
  const absl::Time due = std::min(working_set_.next_due(), store_due_);
  absl::Duration wait = std::min(longest, due - now_);
  wait = std::min(wait, prune_next_ - lease_now_);
  if (refused_since_.has_value()) wait = std::min(wait, kStoreProbePeriod);
  const LeaseTime lease_check = working_set_.next_lease_check();
  if (lease_check != LeaseTime::Infinite()) wait = std::min(wait, lease_check - lease_now_);
  return std::max(wait, absl::ZeroDuration());
}

Expected Loop::StoreExpected() const {
  const bool soon = store_work_ == StoreWork::kCommit && commit_time_ <= kQuickCommit;
  return soon ? Expected::kSoon : Expected::kAnytime;
}

void Loop::StoreUsage(bool now_at_once) {
  if (!working_set_.usage_touched()) return;
  if (!now_at_once && lease_now_ < usage_stored_ + options_->usage_flush_period) return;
  usage_stored_ = lease_now_;
  batch_.usages() = working_set_.TakeChangedUsage();
}

void Loop::KeepHouse() {
  if (lease_now_ < house_kept_ + kHousekeepingPeriod) return;
  house_kept_ = lease_now_;
  working_set_.DropUnused(lease_now_ + (-kUnusedUnitKept), batch_.changed());
}

bool Loop::IsLoaded(const UnitKey& unit) {
  return unit.second ? working_set_.Find(unit.second) != nullptr
                     : working_set_.Find(unit.first) != nullptr;
}

bool Loop::IsDamaged(const UnitKey& unit) const {
  const auto found = damaged_.find(unit);
  return found != damaged_.end() && lease_now_ < found->second;
}

void Loop::LoadSoon(const UnitKey& unit) {
  if (IsLoaded(unit) || IsDamaged(unit)) return;
  if (background_queued_.insert(unit).second) background_loads_.push_back(unit);
}

void Loop::FeedBackgroundLoads() {
  if (lease_now_ < dues_resume_) return;
  while (!background_loads_.empty() && background_loading_.size() < kBackgroundLoadsAtOnce) {
    const UnitKey unit = background_loads_.front();
    background_loads_.pop_front();
    background_queued_.erase(unit);
    if (!IsLoaded(unit) && working_set_.Await(unit)) Load(unit, /*background=*/true);
  }
}

void Loop::Load(const UnitKey& unit, bool background) {
  if (background) background_loading_.insert(unit);
  const absl::Time ended_since = now_ - options_->policy.ended_call_memory;
  reader_->Post([store = store_, inbox = inbox_, unit, ended_since] {
    LoadedUnit loaded;
    loaded.ref = {unit.first, unit.second};
    if (unit.second) {
      auto application = store->LoadApplication(unit.second, absl::InfinitePast());
      loaded.status = application.status();
      if (application.ok()) {
        loaded.application = std::make_unique<entitlement::Application>(*std::move(application));
        // Here, as a large one would keep everybody else waiting on the loop's thread.
        entitlement::Reindex(*loaded.application);
      }
    } else {
      auto account = store->LoadAccount(unit.first, ended_since);
      loaded.status = account.status();
      if (account.ok())
        loaded.account = std::make_unique<entitlement::Account>(*std::move(account));
    }
    inbox->Push(std::move(loaded));
  });
}

}  // namespace usher::engine
