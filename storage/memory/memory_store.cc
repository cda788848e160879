#include "storage/memory/memory_store.h"

#include <algorithm>
#include <tuple>
#include <variant>

#include "absl/strings/str_cat.h"
#include "entitlement/apply.h"

namespace usher::storage {
namespace {

using entitlement::AccountNo;
using entitlement::Application;
using entitlement::ApplicationNo;
using entitlement::Change;
using entitlement::ChangeClass;
using entitlement::ClassOf;

// One process owns all accounts.
constexpr int64_t kEpoch = 1;

bool IsStored(const Change& change) { return ClassOf(change.payload) != ChangeClass::kMemory; }

bool HasWork(const CommitBatch& batch) {
  return !batch.journal.empty() || !batch.answers.empty() || !batch.usages.empty() ||
         !batch.marks.empty() || std::any_of(batch.changes.begin(), batch.changes.end(), IsStored);
}

}  // namespace

void MemoryStore::FailNextCommits(int count, absl::Status status) {
  const std::lock_guard lock(mutex_);
  failures_left_ = count;
  failure_ = std::move(status);
}

void MemoryStore::FailNextLoads(int count, absl::Status status) {
  const std::lock_guard lock(mutex_);
  load_failures_left_ = count;
  load_failure_ = std::move(status);
}

absl::Status MemoryStore::TakeLoadFailure() {
  if (load_failures_left_ == 0) return absl::OkStatus();
  --load_failures_left_;
  return load_failure_;
}

void MemoryStore::DamageAccount(AccountNo account) {
  const std::lock_guard lock(mutex_);
  damaged_accounts_.insert(account);
}

void MemoryStore::DamageApplication(ApplicationNo application) {
  const std::lock_guard lock(mutex_);
  damaged_applications_.insert(application);
}

void MemoryStore::DamageHistory() {
  const std::lock_guard lock(mutex_);
  history_damaged_ = true;
}

void MemoryStore::BlockCommits() {
  const std::lock_guard lock(mutex_);
  blocked_ = true;
}

void MemoryStore::UnblockCommits() {
  {
    const std::lock_guard lock(mutex_);
    blocked_ = false;
  }
  changed_.notify_all();
}

void MemoryStore::WaitForBlockedCommit() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_commits_ > 0; });
}

void MemoryStore::LetBlockedCommitPass() {
  std::unique_lock lock(mutex_);
  one_may_pass_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !one_may_pass_; });
}

int64_t MemoryStore::commits() const {
  const std::lock_guard lock(mutex_);
  return commits_;
}

int64_t MemoryStore::looks_for_due() const {
  const std::lock_guard lock(mutex_);
  return looks_for_due_;
}

std::vector<JournalRow> MemoryStore::Journal() const {
  const std::lock_guard lock(mutex_);
  return journal_.All();
}

absl::StatusOr<entitlement::Directory> MemoryStore::LoadDirectory() {
  const std::lock_guard lock(mutex_);
  return directory_;
}

absl::StatusOr<entitlement::Account> MemoryStore::LoadAccount(AccountNo account,
                                                              absl::Time ended_since) {
  const std::lock_guard lock(mutex_);
  if (absl::Status failure = TakeLoadFailure(); !failure.ok()) return failure;
  if (damaged_accounts_.contains(account)) return UnitDamageError("the account makes no sense");
  const auto found = accounts_.find(account);
  if (found == accounts_.end()) {
    return absl::NotFoundError(absl::StrCat("there is no account number ", account.value()));
  }
  entitlement::Account loaded = found->second;
  // Leases end with the process.
  for (auto& [no, call] : loaded.voice.calls) call.lease_end = {};
  loaded.voice.leases = {};
  loaded.voice.continue_time = absl::InfiniteFuture();
  loaded.voice.forget_pause_end = absl::InfinitePast();
  absl::erase_if(loaded.voice.ended_calls,
                 [ended_since](const auto& ended) { return ended.second.end_time < ended_since; });
  entitlement::Reindex(loaded);
  return loaded;
}

absl::StatusOr<Application> MemoryStore::LoadApplication(ApplicationNo application,
                                                         absl::Time ended_since) {
  const std::lock_guard lock(mutex_);
  if (absl::Status failure = TakeLoadFailure(); !failure.ok()) return failure;
  if (damaged_applications_.contains(application)) {
    return UnitDamageError("the application makes no sense");
  }
  const auto found = applications_.find(application);
  if (found == applications_.end()) {
    return absl::NotFoundError(
        absl::StrCat("there is no application number ", application.value()));
  }
  Application loaded = found->second;
  // Leases end with the process.
  for (entitlement::Session& session : loaded.sessions) session.lease_end = {};
  for (auto& [id, phone] : loaded.phones) phone.lease_end = {};
  loaded.session_leases = {};
  loaded.phone_leases = {};
  loaded.forget_pause_end = absl::InfinitePast();
  absl::erase_if(loaded.ended_sessions,
                 [ended_since](const auto& ended) { return ended.second.end_time < ended_since; });
  const auto usage = usages_.find(application);
  loaded.usage = usage == usages_.end() ? entitlement::Usage() : usage->second;
  entitlement::Reindex(loaded);
  return loaded;
}

absl::StatusOr<std::vector<UnitRef>> MemoryStore::ListDue(absl::Time until, int limit) {
  const std::lock_guard lock(mutex_);
  ++looks_for_due_;
  std::vector<UnitMark> due;
  for (const auto& [key, mark] : marks_) {
    if (mark.next_due <= until && mark.next_due != absl::InfiniteFuture()) due.push_back(mark);
  }
  std::sort(due.begin(), due.end(), [](const UnitMark& a, const UnitMark& b) {
    return std::tie(a.next_due, a.account, a.application) <
           std::tie(b.next_due, b.account, b.application);
  });
  std::vector<UnitRef> units;
  for (const UnitMark& mark : due) {
    if (static_cast<int>(units.size()) == limit) break;
    units.push_back({mark.account, mark.application});
  }
  return units;
}

absl::StatusOr<absl::Time> MemoryStore::NextDue() {
  const std::lock_guard lock(mutex_);
  absl::Time soonest = absl::InfiniteFuture();
  for (const auto& [key, mark] : marks_) soonest = std::min(soonest, mark.next_due);
  return soonest;
}

absl::StatusOr<std::vector<UnitRef>> MemoryStore::ListUnitsWithLeases() {
  const std::lock_guard lock(mutex_);
  std::vector<UnitRef> units;
  for (const auto& [key, mark] : marks_) {
    if (mark.has_leases) units.push_back({mark.account, mark.application});
  }
  return units;
}

absl::Status MemoryStore::Commit(const CommitBatch& batch) {
  std::unique_lock lock(mutex_);
  if (!HasWork(batch)) return absl::OkStatus();
  if (blocked_) {
    ++waiting_commits_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !blocked_ || one_may_pass_; });
    one_may_pass_ = false;
    --waiting_commits_;
    changed_.notify_all();
  }
  if (batch.epoch != kEpoch) {
    return absl::FailedPreconditionError(
        absl::StrCat("the epoch of this store is ", kEpoch, ", not ", batch.epoch));
  }
  if (failures_left_ > 0) {
    --failures_left_;
    return failure_;
  }
  ++commits_;
  for (const Change& change : batch.changes) {
    if (IsStored(change)) Store(change);
  }
  for (const JournalEntry& entry : batch.journal) journal_.Append(entry);
  for (const Answer& answer : batch.answers) {
    answers_.insert_or_assign({answer.account, answer.request_id}, answer);
  }
  for (const UsageRecord& record : batch.usages) usages_[record.application] = record.usage;
  for (const UnitMark& mark : batch.marks) marks_[{mark.account, mark.application}] = mark;
  return absl::OkStatus();
}

absl::Status MemoryStore::Probe() {
  const std::lock_guard lock(mutex_);
  if (failures_left_ == 0) return absl::OkStatus();
  --failures_left_;
  return failure_;
}

void MemoryStore::Store(const Change& change) {
  entitlement::MutableUnits units;
  units.directory = &directory_;
  if (AltersServer(change.payload)) {
    entitlement::Apply(units, change);
    return;
  }
  units.account = &accounts_[change.account];
  if (change.application) units.application = &applications_[change.application];
  entitlement::Apply(units, change);
  history_.Record(change, *units.account);
}

absl::StatusOr<std::optional<Answer>> MemoryStore::FindAnswer(AccountNo account,
                                                              const std::string& request_id,
                                                              absl::Time since) {
  const std::lock_guard lock(mutex_);
  const auto found = answers_.find({account, request_id});
  if (found == answers_.end() || found->second.record_time < since) return std::nullopt;
  return found->second;
}

absl::StatusOr<entitlement::HistoryPage> MemoryStore::ReadHistory(
    const entitlement::HistoryQuery& query) {
  const std::lock_guard lock(mutex_);
  if (history_damaged_) return DamageError("the page is malformed");
  if (const auto* events = std::get_if<entitlement::EventsQuery>(&query)) {
    return journal_.Read(*events);
  }
  return history_.Page(query, accounts_);
}

absl::StatusOr<JournalPage> MemoryStore::ReadJournal(const JournalQuery& query) {
  const std::lock_guard lock(mutex_);
  return journal_.Read(query);
}

absl::StatusOr<entitlement::Revision> MemoryStore::OldestRevision(AccountNo account) {
  const std::lock_guard lock(mutex_);
  return journal_.OldestRevision(account);
}

absl::StatusOr<JournalEnd> MemoryStore::LastJournalEntry() {
  const std::lock_guard lock(mutex_);
  return journal_.End();
}

absl::StatusOr<bool> MemoryStore::Prune(const PruneBounds& bounds, int limit) {
  const std::lock_guard lock(mutex_);
  if (history_damaged_) return DamageError("the page is malformed");
  int pruned = 0;
  bool more = false;
  for (auto it = answers_.begin(); it != answers_.end();) {
    const bool old = it->second.record_time < bounds.answers_before;
    more = more || (old && pruned == limit);
    if (old && pruned < limit) {
      it = answers_.erase(it);
      ++pruned;
    } else {
      ++it;
    }
  }
  return journal_.Prune(bounds.journal_before, limit) || more;
}

absl::StatusOr<StoreFigures> MemoryStore::ReadFigures() {
  const std::lock_guard lock(mutex_);
  StoreFigures figures;
  const std::vector<JournalRow> rows = journal_.All();
  if (!rows.empty()) {
    figures.oldest_record_time = rows.front().entry.record_time;
    figures.latest_record_time = rows.back().entry.record_time;
  }
  return figures;
}

absl::StatusOr<std::vector<std::string>> MemoryStore::CheckTables(int /*limit*/,
                                                                  const GoOn& /*go_on*/) {
  return std::vector<std::string>();
}

absl::Status MemoryStore::VisitUnits(absl::Time ended_since, UnitVisitor& visitor) {
  std::vector<UnitMark> units;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [no, account] : accounts_) {
      units.push_back(MarkOf({no, ApplicationNo()}));
      for (const auto& [application_no, application] : applications_) {
        if (application.account == no) units.push_back(MarkOf({no, application_no}));
      }
    }
  }
  for (const UnitMark& mark : units) {
    const bool more =
        mark.application
            ? visitor.OnApplication(mark, LoadApplication(mark.application, absl::InfinitePast()))
            : visitor.OnAccount(mark, LoadAccount(mark.account, ended_since));
    if (!more) break;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<StoreCopy>> MemoryStore::Copy(const CopyProgress& /*progress*/) {
  return absl::UnimplementedError("a store in memory has no database that could be copied");
}

// Before the first mark nothing is known to fall due.
UnitMark MemoryStore::MarkOf(const UnitKey& unit) const {
  const auto found = marks_.find(unit);
  if (found != marks_.end()) return found->second;
  return {unit.first, unit.second, absl::InfiniteFuture(), false};
}

}  // namespace usher::storage
