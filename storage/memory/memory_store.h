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
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "storage/memory/memory_history.h"
#include "storage/memory/memory_journal.h"
#include "storage/store.h"

namespace usher::storage {

class MemoryStore : public Store {
 public:
  // The next `count` commits and probes change nothing and return `status`.
  void FailNextCommits(int count, absl::Status status);

  // From now on a commit waits, before it does anything, until UnblockCommits.
  void BlockCommits();
  void UnblockCommits();
  // Returns once a commit waits.
  void WaitForBlockedCommit();

  // Commits that had something to write and succeeded.
  int64_t commits() const;

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

 private:
  using UnitKey = std::pair<entitlement::AccountNo, entitlement::ApplicationNo>;

  // Under mutex_.
  void Store(const entitlement::Change& change);

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
  bool blocked_ = false;
  int waiting_commits_ = 0;
};

}  // namespace usher::storage
