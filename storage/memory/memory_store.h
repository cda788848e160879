// MemoryStore: the store of tests, which forgets with the process.
//
// Keeps every promise of store.h but durability. It holds the committed state by applying the
// changes with entitlement::Apply, so it is also the model that the SQLite store is compared with.
// An engine that is started anew on it finds what a restarted server would find.
//
// Beyond the port, a test may make commits fail or wait. Threading: any function from any thread.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "storage/memory/memory_history.h"
#include "storage/memory/memory_journal.h"
#include "storage/store.h"
#include "storage/upkeep.h"

namespace usher::storage {

class MemoryStore : public Store, public Upkeep {
 public:
  // The next `count` commits and probes change nothing and return `status`.
  void FailNextCommits(int count, absl::Status status);

  // The next `count` loads of units return `status`.
  void FailNextLoads(int count, absl::Status status);

  // From now on a load of the unit finds rows that make no sense.
  void DamageAccount(entitlement::AccountNo account);
  void DamageApplication(entitlement::ApplicationNo application);

  // From now on no page of history can be read, nor forgotten.
  void DamageHistory();

  // From now on a commit waits, before it does anything, until UnblockCommits.
  void BlockCommits();
  void UnblockCommits();
  // Returns once a commit waits.
  void WaitForBlockedCommit();
  // Lets the one that waits go on, the next one waits.
  void LetBlockedCommitPass();

  // Commits that had something to write and succeeded.
  int64_t commits() const;

  // How often it was asked what is due.
  int64_t looks_for_due() const;

  // The journal of all accounts, in its order.
  std::vector<JournalRow> Journal() const;

  std::string_view kind() const override { return "memory"; }
  absl::StatusOr<entitlement::Directory> LoadDirectory() override;
  absl::StatusOr<entitlement::Account> LoadAccount(entitlement::AccountNo account,
                                                   absl::Time ended_since) override;
  absl::StatusOr<entitlement::Application> LoadApplication(entitlement::ApplicationNo application,
                                                           absl::Time ended_since) override;
  absl::StatusOr<std::vector<UnitRef>> ListDue(absl::Time until, int limit) override;
  absl::StatusOr<absl::Time> NextDue() override;
  absl::StatusOr<std::vector<UnitRef>> ListUnitsWithLeases() override;
  absl::Status Commit(const CommitBatch& batch) override;
  absl::Status Probe() override;
  absl::StatusOr<std::optional<Answer>> FindAnswer(entitlement::AccountNo account,
                                                   const std::string& request_id,
                                                   absl::Time since) override;
  absl::StatusOr<entitlement::HistoryPage> ReadHistory(
      const entitlement::HistoryQuery& query) override;
  absl::StatusOr<JournalPage> ReadJournal(const JournalQuery& query) override;
  absl::StatusOr<entitlement::Revision> OldestRevision(entitlement::AccountNo account) override;
  absl::StatusOr<JournalEnd> LastJournalEntry() override;
  absl::StatusOr<bool> Prune(const PruneBounds& bounds, int limit) override;

  absl::StatusOr<StoreFigures> ReadFigures() override;
  absl::StatusOr<std::vector<std::string>> CheckTables(int limit, const GoOn& go_on) override;
  absl::Status VisitUnits(absl::Time ended_since, UnitVisitor& visitor) override;
  // There is no file to copy.
  absl::StatusOr<std::unique_ptr<StoreCopy>> Copy(const CopyProgress& progress) override;

 private:
  using UnitKey = std::pair<entitlement::AccountNo, entitlement::ApplicationNo>;

  // Under mutex_.
  absl::Status TakeLoadFailure();
  void Store(const entitlement::Change& change);
  UnitMark MarkOf(const UnitKey& unit) const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;

  entitlement::Directory directory_;
  Accounts accounts_;
  std::map<entitlement::ApplicationNo, entitlement::Application> applications_;
  // Figures are stored apart from the changes (R17).
  std::map<entitlement::ApplicationNo, entitlement::Usage> usages_;
  std::map<UnitKey, UnitMark> marks_;
  std::map<std::pair<entitlement::AccountNo, std::string>, Answer> answers_;
  MemoryJournal journal_;
  MemoryHistory history_;

  int64_t commits_ = 0;
  int failures_left_ = 0;
  absl::Status failure_;
  int load_failures_left_ = 0;
  absl::Status load_failure_;
  std::set<entitlement::AccountNo> damaged_accounts_;
  std::set<entitlement::ApplicationNo> damaged_applications_;
  bool history_damaged_ = false;
  int64_t looks_for_due_ = 0;
  bool blocked_ = false;
  bool one_may_pass_ = false;
  int waiting_commits_ = 0;
};

}  // namespace usher::storage
