// MemoryJournal: the journal of MemoryStore, under its mutex.
#pragma once

#include <deque>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/history.h"
#include "entitlement/ids.h"
#include "storage/store.h"

namespace usher::storage {

class MemoryJournal {
 public:
  void Append(const JournalEntry& entry);

  JournalPage Read(const JournalQuery& query) const;
  entitlement::EventsPage Read(const entitlement::EventsQuery& query) const;
  entitlement::Revision OldestRevision(entitlement::AccountNo account) const;
  JournalEnd End() const;
  // Of all accounts.
  std::vector<JournalRow> All() const { return {rows_.begin(), rows_.end()}; }

  // As Store::Prune.
  bool Prune(absl::Time before, int limit);

 private:
  std::deque<JournalRow> rows_;
};

}  // namespace usher::storage
