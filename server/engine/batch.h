// Batch: all that the engine's loop decides while the store is at work with the batch before, until
// it is committed and answered together.
//
// Owned by the engine's thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/time/time.h"
#include "engine/engine.h"
#include "engine/pending.h"
#include "engine/schedule.h"
#include "entitlement/change.h"
#include "entitlement/units.h"
#include "storage/store.h"

namespace usher::engine {

class Batch {
 public:
  explicit Batch(const JournalEncoder* encode_journal) : encode_journal_(encode_journal) {}

  // Adds the changes of one command in one account, and its entry in the journal where there are
  // events among them.
  // `account` is null, or passed over, where they are the server's own.
  void Add(std::vector<entitlement::Change> changes, const entitlement::Account* account,
           std::string_view actor, std::string_view request_id, absl::Time record_time);

  // Adds what time changed: each instant is a command of its own.
  void AddDue(std::vector<entitlement::Change> changes, const entitlement::Account* account,
              absl::Time record_time);

  void Remember(storage::Answer answer) { answers_.push_back(std::move(answer)); }
  // What this batch remembers under the key; null where nothing.
  const storage::Answer* FindAnswer(entitlement::AccountNo account,
                                    std::string_view request_id) const;

  // The unit has to be scheduled anew, whether or not anything in it changed.
  void Touch(const UnitKey& unit) { touched_.insert(unit); }

  // A command that is decided: its answer waits for the commit.
  void AddPending(PendingPtr pending) { pending_.push_back(std::move(pending)); }

  // Keeps the server's own state as it is, where that wasn't done yet.
  void KeepDirectory(const entitlement::Directory& directory) {
    if (!directory_before_.has_value()) directory_before_ = directory;
  }
  // As it was before this batch altered it; null where the batch did not.
  const entitlement::Directory* directory_before() const {
    return directory_before_.has_value() ? &*directory_before_ : nullptr;
  }

  // Units that something in the batch altered; those of which more than memory was altered.
  const absl::btree_set<UnitKey>& touched() const { return touched_; }
  const absl::btree_set<UnitKey>& changed() const { return changed_; }
  // Whether the server's own state was altered.
  bool server_changed() const { return server_changed_; }

  std::vector<storage::UnitMark>& marks() { return marks_; }
  std::vector<storage::UsageRecord>& usages() { return usages_; }
  std::vector<PendingPtr>& pending() { return pending_; }
  const std::vector<PendingPtr>& pending() const { return pending_; }
  std::vector<storage::JournalEntry>& journal() { return journal_; }

  // Whether anything has to be written.
  bool writes() const {
    return server_changed_ || !changed_.empty() || !answers_.empty() || !marks_.empty() ||
           !usages_.empty();
  }
  // Refers to the batch, which must be left alone until it is committed.
  storage::CommitBatch ToCommit() const;

  // Whether nothing was decided.
  bool empty() const { return pending_.empty() && touched_.empty() && !writes(); }

  // Ready for others; keeps its capacity.
  void Clear();

 private:
  // What a change means to touched_ and changed_.
  struct Noted {
    UnitKey unit;
    bool durable = false;
    bool event = false;
    friend bool operator==(const Noted&, const Noted&) = default;
  };

  void Note(const entitlement::Change& change);

  const JournalEncoder* encode_journal_;
  std::vector<entitlement::Change> all_changes_;
  std::vector<storage::JournalEntry> journal_;
  std::vector<storage::Answer> answers_;
  std::vector<storage::UsageRecord> usages_;
  std::vector<storage::UnitMark> marks_;
  std::vector<PendingPtr> pending_;
  absl::btree_set<UnitKey> touched_;
  absl::btree_set<UnitKey> changed_;
  // Of what they were told last.
  std::optional<Noted> last_noted_;
  bool server_changed_ = false;
  std::optional<entitlement::Directory> directory_before_;
};

}  // namespace usher::engine
