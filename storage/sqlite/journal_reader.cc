#include "storage/sqlite/journal_reader.h"

#include <algorithm>
#include <limits>

#include "storage/sqlite/error.h"

namespace usher::storage {
namespace {

using entitlement::AccountNo;
using entitlement::EventsPage;
using entitlement::EventsQuery;

constexpr int64_t kNewest = std::numeric_limits<int64_t>::max();

absl::StatusOr<int64_t> ReadNumber(Rows rows) {
  int64_t number = 0;
  if (rows.Next()) rows.Read(number);
  if (!rows.status().ok()) return rows.status();
  return number;
}

// The oldest position that is kept; 1 where nothing was ever written.
absl::StatusOr<int64_t> ReadFirstPosition(Database& database) {
  return ReadNumber(database.Select("SELECT IFNULL(MIN(position), 1) FROM journal"));
}

// The first position whose record_time is not before `time`; one behind the last where there is
// none. Record times grow with the positions, and the positions have no gaps.
absl::StatusOr<int64_t> PositionAt(Database& database, absl::Time time) {
  const absl::StatusOr<int64_t> first = ReadFirstPosition(database);
  if (!first.ok()) return first;
  const absl::StatusOr<int64_t> last =
      ReadNumber(database.Select("SELECT IFNULL(MAX(position), 0) FROM journal"));
  if (!last.ok()) return last;
  int64_t low = *first;
  int64_t high = *last + 1;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    const absl::StatusOr<int64_t> before = ReadNumber(
        database.Select("SELECT record_time < ? FROM journal WHERE position = ?", time, middle));
    if (!before.ok()) return before;
    if (*before != 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

absl::StatusOr<JournalPage> ReadJournalPage(Database& database, const JournalQuery& query) {
  JournalPage page;
  const absl::StatusOr<int64_t> first = ReadFirstPosition(database);
  if (!first.ok()) return first.status();
  page.first_position = *first;
  // Block by block, in which the entries of others are passed over.
  Rows rows = database.Select(
      "SELECT position, j.account_no, first_revision, last_revision, record_time, payload,"
      " of_server FROM journal_block AS b CROSS JOIN journal AS j"
      " WHERE b.account_no = ?1 AND b.block BETWEEN ?2 / 1024 AND ?3 / 1024"
      " AND position BETWEEN MAX(b.block * 1024, ?2) AND MIN(b.block * 1024 + 1023, ?3)"
      " AND (j.account_no = ?1 OR (?1 = 0 AND of_server = 1))"
      " ORDER BY b.block, position LIMIT ?4",
      query.account, query.after + 1, query.until, int64_t{query.limit} + 1);
  int64_t bytes = 0;
  while (rows.Next()) {
    page.more = static_cast<int>(page.rows.size()) == query.limit || bytes > query.bytes_max;
    if (page.more) break;
    JournalRow& row = page.rows.emplace_back();
    rows.Read(row.position, row.entry.account, row.entry.first_revision, row.entry.last_revision,
              row.entry.record_time, row.entry.payload, row.entry.of_server);
    bytes += static_cast<int64_t>(row.entry.payload.size());
  }
  USHER_RETURN_IF_ERROR(rows.status());
  return page;
}

absl::StatusOr<EventsPage> ReadEventsPage(Database& database, const EventsQuery& query) {
  int64_t first = 1;
  int64_t last = query.before != 0 ? query.before - 1 : kNewest;
  if (query.start_time.has_value()) {
    const absl::StatusOr<int64_t> start = PositionAt(database, *query.start_time);
    if (!start.ok()) return start.status();
    first = *start;
  }
  if (query.end_time.has_value()) {
    const absl::StatusOr<int64_t> end = PositionAt(database, *query.end_time);
    if (!end.ok()) return end.status();
    last = std::min(last, *end - 1);
  }
  EventsPage page;
  Rows rows = database.Select(
      "SELECT position, payload FROM journal_block AS b CROSS JOIN journal AS j"
      " WHERE b.account_no = ?1 AND b.block BETWEEN ?2 / 1024 AND ?3 / 1024"
      " AND position BETWEEN MAX(b.block * 1024, ?2) AND MIN(b.block * 1024 + 1023, ?3)"
      " AND (j.account_no = ?1 OR (?1 = 0 AND of_server = 1))"
      " ORDER BY b.block DESC, position DESC LIMIT ?4",
      query.account, first, last, int64_t{query.limit} + 1);
  int64_t bytes = 0;
  while (rows.Next()) {
    page.more = static_cast<int>(page.entries.size()) == query.limit || bytes > query.bytes_max;
    if (page.more) break;
    entitlement::EventsRecord& entry = page.entries.emplace_back();
    rows.Read(entry.position, entry.payload);
    bytes += static_cast<int64_t>(entry.payload.size());
  }
  USHER_RETURN_IF_ERROR(rows.status());
  return page;
}

absl::StatusOr<entitlement::Revision> ReadOldestRevision(Database& database, AccountNo account) {
  entitlement::Revision oldest;
  Rows rows = database.Select(
      "SELECT first_revision FROM journal_block AS b CROSS JOIN journal AS j"
      " WHERE b.account_no = ?1 AND position BETWEEN b.block * 1024 AND b.block * 1024 + 1023"
      " AND j.account_no = ?1 ORDER BY b.block, position LIMIT 1",
      account);
  if (rows.Next()) rows.Read(oldest);
  USHER_RETURN_IF_ERROR(rows.status());
  return oldest;
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
