#include "storage/sqlite/journal_reader.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "storage/sqlite/error.h"
#include "storage/sqlite/journal_row.h"
#include "storage/sqlite/journal_writer.h"

namespace usher::storage {
namespace {

using entitlement::AccountNo;
using entitlement::EventsPage;
using entitlement::EventsQuery;

constexpr int64_t kNewest = std::numeric_limits<int64_t>::max();

// The oldest position that is kept; 1 where nothing was ever written.
absl::StatusOr<int64_t> ReadFirstPosition(Database& database) {
  return ReadNumber(database,
                    "SELECT IFNULL((SELECT position - MAX(entries, 1) + 1 FROM journal"
                    " ORDER BY position LIMIT 1), 1)");
}

// The first position whose record_time is not before `time`; one behind the last where there is
// none. Record times grow with the positions, and the positions have no gaps.
absl::StatusOr<int64_t> PositionAt(Database& database, absl::Time time) {
  const absl::StatusOr<int64_t> first = ReadFirstPosition(database);
  if (!first.ok()) return first;
  const absl::StatusOr<JournalEnd> end = ReadJournalEnd(database);
  if (!end.ok()) return end.status();
  int64_t low = *first;
  int64_t high = end->position + 1;
  JournalSheet sheet;
  while (low < high) {
    // In steps of a row, of which the last one holds it.
    const int64_t middle = low + (high - low) / 2;
    Rows rows = SelectJournal(database, middle, middle);
    if (!rows.Next()) {
      USHER_RETURN_IF_ERROR(rows.status());
      break;
    }
    ReadSheet(rows, sheet);
    if (sheet.record_time < time) {
      low = sheet.position + 1;
      continue;
    }
    const auto found =
        std::find_if(sheet.entries.begin(), sheet.entries.end(),
                     [time](const PackedEntry& entry) { return entry.record_time >= time; });
    if (found != sheet.entries.end() && found != sheet.entries.begin()) return found->position;
    high = sheet.damaged ? middle : found->position;
  }
  return low;
}

// Positions that are looked through for entries of one account.
struct Range {
  int64_t first = 0;
  int64_t last = 0;

  bool Has(int64_t position) const { return first <= position && position <= last; }
  // The part that is in a block.
  Range In(int64_t block) const {
    return {.first = std::max(first, block * kJournalBlock),
            .last = std::min(last, block * kJournalBlock + kJournalBlock - 1)};
  }
};

enum class Order { kOldestFirst, kNewestFirst };

// The blocks in which an account has entries of the range.
Rows SelectBlocks(Database& database, AccountNo account, Range range, Order order) {
  const int64_t first = range.first / kJournalBlock;
  const int64_t last = range.last / kJournalBlock;
  return order == Order::kOldestFirst
             ? database.Select(
                   "SELECT block FROM journal_block WHERE account_no = ? AND block BETWEEN ? AND ?"
                   " ORDER BY block",
                   account, first, last)
             : database.Select(
                   "SELECT block FROM journal_block WHERE account_no = ? AND block BETWEEN ? AND ?"
                   " ORDER BY block DESC",
                   account, first, last);
}

// Calls `take` with the account's entries in the range until it answers false. Block by block, in
// which the entries of others are passed over.
absl::Status VisitEntries(Database& database, AccountNo account, Range range, Order order,
                          absl::FunctionRef<bool(const PackedEntry&)> take) {
  JournalSheet sheet;
  // Read as they are needed: an account may have many more than a page of entries.
  Rows blocks = SelectBlocks(database, account, range, order);
  while (blocks.Next()) {
    int64_t block = 0;
    blocks.Read(block);
    const Range part = range.In(block);
    Rows rows = order == Order::kOldestFirst
                    ? SelectJournal(database, part.first, part.last)
                    : SelectJournalBackwards(database, part.first, part.last);
    while (rows.Next()) {
      ReadSheet(rows, sheet);
      if (order == Order::kNewestFirst) std::reverse(sheet.entries.begin(), sheet.entries.end());
      for (const PackedEntry& entry : sheet.entries) {
        if (!part.Has(entry.position) || !entry.IsOf(account)) continue;
        if (!take(entry)) return absl::OkStatus();
      }
    }
    USHER_RETURN_IF_ERROR(rows.status());
  }
  return blocks.status();
}

}  // namespace

absl::StatusOr<JournalPage> ReadJournalPage(Database& database, const JournalQuery& query) {
  JournalPage page;
  const absl::StatusOr<int64_t> first = ReadFirstPosition(database);
  if (!first.ok()) return first.status();
  page.first_position = *first;
  int64_t bytes = 0;
  absl::Status status = VisitEntries(
      database, query.account, {.first = query.after + 1, .last = query.until}, Order::kOldestFirst,
      [&](const PackedEntry& entry) {
        page.more = static_cast<int>(page.rows.size()) == query.limit || bytes > query.bytes_max;
        if (page.more) return false;
        page.rows.push_back(entry.Copy());
        bytes += static_cast<int64_t>(entry.payload.size());
        return true;
      });
  if (!status.ok()) return status;
  return page;
}

absl::StatusOr<EventsPage> ReadEventsPage(Database& database, const EventsQuery& query) {
  Range range{.first = 1, .last = query.before != 0 ? query.before - 1 : kNewest};
  if (query.start_time.has_value()) {
    const absl::StatusOr<int64_t> start = PositionAt(database, *query.start_time);
    if (!start.ok()) return start.status();
    range.first = *start;
  }
  if (query.end_time.has_value()) {
    const absl::StatusOr<int64_t> end = PositionAt(database, *query.end_time);
    if (!end.ok()) return end.status();
    range.last = std::min(range.last, *end - 1);
  }
  EventsPage page;
  int64_t bytes = 0;
  absl::Status status = VisitEntries(
      database, query.account, range, Order::kNewestFirst, [&](const PackedEntry& entry) {
        page.more = static_cast<int>(page.entries.size()) == query.limit || bytes > query.bytes_max;
        if (page.more) return false;
        page.entries.push_back({.position = entry.position, .payload = std::string(entry.payload)});
        bytes += static_cast<int64_t>(entry.payload.size());
        return true;
      });
  if (!status.ok()) return status;
  return page;
}

absl::StatusOr<entitlement::Revision> ReadOldestRevision(Database& database, AccountNo account) {
  entitlement::Revision oldest;
  absl::Status status = VisitEntries(database, account, {.first = 1, .last = kNewest},
                                     Order::kOldestFirst, [&](const PackedEntry& entry) {
                                       // The server's own list has entries of accounts, too, which
                                       // count for themselves.
                                       if (entry.account != account) return true;
                                       oldest = entry.first_revision;
                                       return false;
                                     });
  if (!status.ok()) return status;
  return oldest;
}

absl::StatusOr<absl::Time> ReadOldestRecordTime(Database& database) {
  absl::Time oldest = absl::InfiniteFuture();
  Rows rows = SelectJournal(database, 1, 1);
  if (rows.Next()) {
    JournalSheet sheet;
    ReadSheet(rows, sheet);
    oldest = sheet.damaged ? sheet.record_time : sheet.entries.front().record_time;
  }
  USHER_RETURN_IF_ERROR(rows.status());
  return oldest;
}

absl::StatusOr<std::vector<std::string>> CheckJournal(Database& database, int limit) {
  std::vector<std::string> problems;
  JournalSheet sheet;
  Rows rows = SelectJournal(database, 1, kNewest);
  while (static_cast<int>(problems.size()) < limit && rows.Next()) {
    ReadSheet(rows, sheet);
    if (!sheet.damaged) continue;
    problems.push_back(absl::StrCat("The entries of the journal up to position ", sheet.position,
                                    " can't be read."));
  }
  USHER_RETURN_IF_ERROR(rows.status());
  return problems;
}

absl::StatusOr<JournalEnd> ReadJournalEnd(Database& database) {
  JournalEnd end;
  Rows rows =
      database.Select("SELECT position, record_time FROM journal ORDER BY position DESC LIMIT 1");
  if (rows.Next()) rows.Read(end.position, end.record_time);
  USHER_RETURN_IF_ERROR(rows.status());
  return end;
}

}  // namespace usher::storage
