#include "storage/sqlite/recent_sessions.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/container/inlined_vector.h"
#include "storage/sqlite/error.h"

namespace usher::storage {
namespace {

using entitlement::ApplicationNo;
using entitlement::Change;
using entitlement::SessionId;
using entitlement::SessionStarted;

// Whether sessions start in more applications than have a place each.
bool IsScattered(absl::Span<const Change> changes) {
  absl::InlinedVector<ApplicationNo, kPlacesAtOnceMax + 1> places;
  for (const Change& change : changes) {
    if (!std::holds_alternative<SessionStarted>(change.payload)) continue;
    if (std::find(places.begin(), places.end(), change.application) != places.end()) continue;
    places.push_back(change.application);
    if (places.size() > kPlacesAtOnceMax) return true;
  }
  return false;
}

// What has been brought before stays as it is: it may have been altered since.
absl::Status BringRow(Database& database, int64_t row) {
  return database.Run(
      "INSERT OR IGNORE INTO session (application_no, session_id, email, channel, client_id,"
      " license_id, supersedes, start_time, ttl, revision, end_time, end_reason, end_license_id)"
      " SELECT application_no, session_id, email, channel, client_id, license_id, supersedes,"
      " start_time, ttl, revision, 9223372036854775807, -1, license_id"
      " FROM recent_session WHERE recent_no = ?",
      row);
}

}  // namespace

absl::Status RecentSessions::Load(Database& database) {
  absl::flat_hash_map<ApplicationNo, std::vector<Row>> rows;
  int64_t count = 0;
  {
    Rows found = database.Select(
        "SELECT application_no, session_id, recent_no FROM recent_session ORDER BY recent_no");
    for (; found.Next(); ++count) {
      ApplicationNo application;
      Row row;
      found.Read(application, row.session, row.no);
      rows[application].push_back(row);
      last_no_ = std::max(last_no_, row.no);
    }
    USHER_RETURN_IF_ERROR(found.status());
  }
  {
    const std::lock_guard lock(mutex_);
    rows_ = std::move(rows);
  }
  row_count_ = count;
  ways_.clear();
  brought_ = 0;
  set_out_until_ = 0;
  loaded_ = true;
  return absl::OkStatus();
}

std::vector<int64_t> RecentSessions::RowsOf(ApplicationNo application) const {
  std::vector<int64_t> numbers;
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(application);
  if (found == rows_.end()) return numbers;
  numbers.reserve(found->second.size());
  for (const Row& row : found->second) numbers.push_back(row.no);
  return numbers;
}

absl::Status RecentSessions::Begin(Database& database, absl::Span<const Change> changes) {
  put_ = 0;
  takes_new_ = IsScattered(changes);
  return loaded_ ? absl::OkStatus() : Load(database);
}

absl::Status RecentSessions::Put(Database& database, const Change& change,
                                 const SessionStarted& started, SessionId superseded) {
  // Never given twice, so that who looks for a row that has gone doesn't find another one.
  const int64_t no = ++last_no_;
  USHER_RETURN_IF_ERROR(database.Run(
      "INSERT INTO recent_session (recent_no, application_no, session_id, email, channel,"
      " client_id, license_id, supersedes, start_time, ttl, revision)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      no, change.application, started.id, started.email, started.channel, started.client_id,
      started.license, superseded, change.event_time, started.ttl, change.revision));
  ++put_;
  ++row_count_;
  const std::lock_guard lock(mutex_);
  rows_[change.application].push_back({.session = started.id, .no = no});
  return absl::OkStatus();
}

absl::Status RecentSessions::Settle(Database& database, ApplicationNo application,
                                    SessionId session) {
  const int64_t row = Find(application, session);
  return row == 0 ? absl::OkStatus() : BringRow(database, row);
}

absl::Status RecentSessions::Delete(Database& database, ApplicationNo application,
                                    SessionId session) {
  const int64_t row = Find(application, session);
  if (row == 0) return absl::OkStatus();
  return database.Run("DELETE FROM recent_session WHERE recent_no = ?", row);
}

absl::Status RecentSessions::Bring(Database& database) {
  if (put_ == 0) return absl::OkStatus();
  if (ways_.empty()) {
    if (row_count_ < bring_at_) return absl::OkStatus();
    SetOut();
  }
  for (int64_t i = 0; i < put_ * kBroughtForEach && brought_ < ways_.size(); ++i) {
    USHER_RETURN_IF_ERROR(BringRow(database, ways_[brought_].row.no));
    ++brought_;
  }
  if (brought_ < ways_.size()) return absl::OkStatus();
  // In their own order, so that a few pages are written only.
  deleted_until_ = std::min(deleted_until_ + put_ * kDeletedForEach, set_out_until_);
  return database.Run("DELETE FROM recent_session WHERE recent_no <= ?", deleted_until_);
}

void RecentSessions::Committed() {
  if (!ways_.empty() && deleted_until_ == set_out_until_) DropDeleted();
}

int64_t RecentSessions::Find(ApplicationNo application, SessionId session) const {
  const auto found = rows_.find(application);
  if (found == rows_.end()) return 0;
  const std::vector<Row>& rows = found->second;
  const auto row =
      std::lower_bound(rows.begin(), rows.end(), session,
                       [](const Row& each, SessionId wanted) { return each.session < wanted; });
  return row != rows.end() && row->session == session ? row->no : 0;
}

void RecentSessions::SetOut() {
  ways_.reserve(static_cast<size_t>(row_count_));
  int64_t first = last_no_;
  for (const auto& [application, rows] : rows_) {
    for (const Row& row : rows) {
      ways_.push_back({.application = application, .row = row});
      first = std::min(first, row.no);
    }
  }
  std::sort(ways_.begin(), ways_.end(), [](const Way& a, const Way& b) {
    return std::tie(a.application, a.row.session) < std::tie(b.application, b.row.session);
  });
  brought_ = 0;
  set_out_until_ = last_no_;
  deleted_until_ = first - 1;
}

void RecentSessions::DropDeleted() {
  const std::lock_guard lock(mutex_);
  for (auto it = rows_.begin(); it != rows_.end();) {
    std::vector<Row>& rows = it->second;
    const auto kept = std::find_if(rows.begin(), rows.end(),
                                   [this](const Row& row) { return row.no > set_out_until_; });
    row_count_ -= kept - rows.begin();
    rows.erase(rows.begin(), kept);
    if (rows.empty()) {
      rows_.erase(it++);
    } else {
      ++it;
    }
  }
  ways_.clear();
}

absl::StatusOr<absl::flat_hash_map<ApplicationNo, std::vector<int64_t>>> FindRecentRows(
    Database& database, entitlement::AccountNo account) {
  absl::flat_hash_map<ApplicationNo, std::vector<int64_t>> found;
  Rows rows = database.Select(
      "SELECT application_no, recent_no FROM recent_session WHERE application_no IN"
      " (SELECT application_no FROM application WHERE account_no = ?) ORDER BY recent_no",
      account);
  while (rows.Next()) {
    ApplicationNo application;
    int64_t row = 0;
    rows.Read(application, row);
    found[application].push_back(row);
  }
  USHER_RETURN_IF_ERROR(rows.status());
  return found;
}

}  // namespace usher::storage
