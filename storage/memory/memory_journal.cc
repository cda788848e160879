#include "storage/memory/memory_journal.h"

#include <algorithm>

namespace usher::storage {
namespace {

bool IsOf(entitlement::AccountNo account, const JournalEntry& entry) {
  return entry.account == account || (!account && entry.of_server);
}

}  // namespace

void MemoryJournal::Append(const JournalEntry& entry) {
  rows_.push_back({.position = End().position + 1, .entry = entry});
}

JournalPage MemoryJournal::Read(const JournalQuery& query) const {
  JournalPage page;
  if (!rows_.empty()) page.first_position = rows_.front().position;
  int64_t bytes = 0;
  for (const JournalRow& row : rows_) {
    if (row.position <= query.after || !IsOf(query.account, row.entry)) continue;
    if (row.position > query.until) break;
    page.more = static_cast<int>(page.rows.size()) == query.limit || bytes > query.bytes_max;
    if (page.more) break;
    page.rows.push_back(row);
    bytes += static_cast<int64_t>(row.entry.payload.size());
  }
  return page;
}

entitlement::EventsPage MemoryJournal::Read(const entitlement::EventsQuery& query) const {
  entitlement::EventsPage page;
  int64_t bytes = 0;
  for (auto row = rows_.rbegin(); row != rows_.rend(); ++row) {
    const JournalEntry& entry = row->entry;
    if (!IsOf(query.account, entry)) continue;
    if (query.before != 0 && row->position >= query.before) continue;
    if (query.end_time.has_value() && entry.record_time >= *query.end_time) continue;
    if (query.start_time.has_value() && entry.record_time < *query.start_time) break;
    page.more = static_cast<int>(page.entries.size()) == query.limit || bytes > query.bytes_max;
    if (page.more) break;
    page.entries.push_back({.position = row->position, .payload = entry.payload});
    bytes += static_cast<int64_t>(entry.payload.size());
  }
  return page;
}

entitlement::Revision MemoryJournal::OldestRevision(entitlement::AccountNo account) const {
  const auto oldest = std::find_if(rows_.begin(), rows_.end(), [account](const JournalRow& row) {
    return row.entry.account == account;
  });
  return oldest == rows_.end() ? entitlement::Revision() : oldest->entry.first_revision;
}

JournalEnd MemoryJournal::End() const {
  if (rows_.empty()) return {};
  return {.position = rows_.back().position, .record_time = rows_.back().entry.record_time};
}

bool MemoryJournal::Prune(absl::Time before, int limit) {
  const auto is_old = [&] { return rows_.size() > 1 && rows_.front().entry.record_time < before; };
  for (int pruned = 0; pruned < limit && is_old(); ++pruned) rows_.pop_front();
  return is_old();
}

}  // namespace usher::storage
