#include "storage/sqlite/recent_sessions.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "storage/sqlite/error.h"
#include "storage/store.h"

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

std::string Damaged(int64_t row) {
  return absl::StrCat("row ", row, " of recent_session makes no sense");
}

}  // namespace

absl::Status RecentSessions::Load(Database& database) {
  absl::flat_hash_map<ApplicationNo, std::vector<Place>> places;
  int64_t count = 0;
  {
    Rows rows =
        database.Select("SELECT recent_no, sessions FROM recent_session ORDER BY recent_no");
    while (rows.Next()) {
      int64_t row = 0;
      std::string_view packed;
      rows.Read(row, packed);
      PackedSessions reader(packed);
      while (reader.Next()) {
        places[reader.session().application].push_back(
            {.session = reader.session().id,
             .row = row,
             .offset = static_cast<int32_t>(reader.begin())});
        ++count;
      }
      if (!reader.ok()) return absl::DataLossError(Damaged(row));
      last_row_ = std::max(last_row_, row);
    }
    USHER_RETURN_IF_ERROR(rows.status());
  }
  {
    const std::lock_guard lock(mutex_);
    places_ = std::move(places);
  }
  count_ = count;
  ways_.clear();
  brought_ = 0;
  set_out_until_ = 0;
  deleted_until_ = 0;
  loaded_until_ = last_row_;
  loaded_ = true;
  return absl::OkStatus();
}

std::vector<int64_t> RecentSessions::RowsOf(ApplicationNo application) const {
  std::vector<int64_t> rows;
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(application);
  if (found == places_.end()) return rows;
  for (const Place& place : found->second) {
    if (rows.empty() || rows.back() != place.row) rows.push_back(place.row);
  }
  return rows;
}

absl::Status RecentSessions::Begin(Database& database, absl::Span<const Change> changes) {
  takes_new_ = IsScattered(changes);
  put_ = 0;
  filling_.clear();
  filled_ = 0;
  fetched_row_ = 0;
  return loaded_ ? absl::OkStatus() : Load(database);
}

absl::Status RecentSessions::Put(Database& database, const PackedSession& session) {
  // A number is never given twice, so that who looks for a row that has gone doesn't find another
  // one.
  if (filled_ == 0) ++last_row_;
  const Place place{
      .session = session.id, .row = last_row_, .offset = static_cast<int32_t>(filling_.size())};
  Pack(session, filling_);
  ++filled_;
  ++put_;
  ++count_;
  {
    const std::lock_guard lock(mutex_);
    places_[session.application].push_back(place);
  }
  return filled_ == kSessionsPerRow ? Flush(database) : absl::OkStatus();
}

absl::StatusOr<bool> RecentSessions::Alter(Database& database, ApplicationNo application,
                                           SessionId session, SessionRuns& runs,
                                           absl::FunctionRef<absl::Status(PackedSession&)> alter) {
  Place* place = Find(application, session);
  return place == nullptr ? false : BringOne(database, *place, runs, alter);
}

absl::Status RecentSessions::Delete(Database& database, ApplicationNo application,
                                    SessionId session) {
  const Place* place = Find(application, session);
  if (place == nullptr) return absl::OkStatus();
  USHER_RETURN_IF_ERROR(Fetch(database, place->row));
  // Where there is no such row any more, there is nothing to take from it.
  if (fetched_.empty()) return absl::OkStatus();
  fetched_[static_cast<size_t>(place->offset)] = static_cast<char>(SessionMark::kGone);
  return database.RunOnOneRow("UPDATE recent_session SET sessions = ? WHERE recent_no = ?",
                              Blob{fetched_}, place->row);
}

absl::Status RecentSessions::End(Database& database, SessionRuns& runs) {
  USHER_RETURN_IF_ERROR(Flush(database));
  return Bring(database, runs);
}

absl::Status RecentSessions::Flush(Database& database) {
  if (filled_ == 0) return absl::OkStatus();
  USHER_RETURN_IF_ERROR(database.Run(
      "INSERT INTO recent_session (recent_no, sessions) VALUES (?, ?)", last_row_, Blob{filling_}));
  filling_.clear();
  filled_ = 0;
  return absl::OkStatus();
}

absl::Status RecentSessions::Fetch(Database& database, int64_t row) {
  if (row == fetched_row_) return absl::OkStatus();
  if (filled_ > 0 && row == last_row_) USHER_RETURN_IF_ERROR(Flush(database));
  fetched_.clear();
  Rows rows = database.Select("SELECT sessions FROM recent_session WHERE recent_no = ?", row);
  if (rows.Next()) rows.Read(fetched_);
  fetched_row_ = row;
  return rows.status();
}

absl::StatusOr<bool> RecentSessions::BringOne(
    Database& database, Place& place, SessionRuns& runs,
    absl::FunctionRef<absl::Status(PackedSession&)> alter) {
  if (std::exchange(place.brought, true)) return false;
  USHER_RETURN_IF_ERROR(Fetch(database, place.row));
  // A row that has been deleted had been brought.
  if (fetched_.empty()) return false;
  PackedSessions sessions(std::string_view(fetched_).substr(static_cast<size_t>(place.offset)));
  // Where it has gone, another one or none is the next.
  if (!sessions.Next() || sessions.session().id != place.session) {
    return sessions.ok() ? absl::StatusOr<bool>(false) : absl::DataLossError(Damaged(place.row));
  }
  PackedSession session = sessions.session();
  if (place.row <= loaded_until_) {
    const absl::StatusOr<bool> has = runs.Has(session.application, session.id);
    // An application whose runs are damaged is not served; the others' commits must not fail by it.
    if (!has.ok() && IsUnitDamage(has.status())) return false;
    USHER_RETURN_IF_ERROR(has.status());
    if (*has) return false;
  }
  USHER_RETURN_IF_ERROR(alter(session));
  if (session.mark != SessionMark::kGone) USHER_RETURN_IF_ERROR(runs.Put(session));
  return true;
}

absl::Status RecentSessions::Bring(Database& database, SessionRuns& runs) {
  if (put_ == 0) return absl::OkStatus();
  if (ways_.empty()) {
    if (count_ < bring_at_) return absl::OkStatus();
    SetOut();
  }
  for (int64_t i = 0; i < put_ * kBroughtForEach && brought_ < ways_.size(); ++i) {
    const Way& way = ways_[brought_];
    // So no more than one row is being filled for those that are brought.
    if (brought_ > 0 && way.application != ways_[brought_ - 1].application) {
      USHER_RETURN_IF_ERROR(runs.Flush());
    }
    Place* place = Find(way.application, way.session);
    if (place != nullptr) {
      USHER_RETURN_IF_ERROR(BringOne(database, *place, runs, [](PackedSession&) {
                              return absl::OkStatus();
                            }).status());
    }
    ++brought_;
  }
  if (brought_ < ways_.size()) return absl::OkStatus();
  // In their own order, so that a few pages are written only; as many rows as hold so many
  // sessions, on the average.
  const int64_t rows = set_out_until_ - set_out_from_ + 1;
  const int64_t share = put_ * kDeletedForEach * rows / static_cast<int64_t>(ways_.size());
  deleted_until_ = std::min(deleted_until_ + share + 1, set_out_until_);
  return database.Run("DELETE FROM recent_session WHERE recent_no <= ?", deleted_until_);
}

void RecentSessions::Committed() {
  if (!ways_.empty() && deleted_until_ == set_out_until_) DropDeleted();
}

RecentSessions::Place* RecentSessions::Find(ApplicationNo application, SessionId session) {
  const auto found = places_.find(application);
  if (found == places_.end()) return nullptr;
  std::vector<Place>& places = found->second;
  const auto place =
      std::lower_bound(places.begin(), places.end(), session,
                       [](const Place& each, SessionId wanted) { return each.session < wanted; });
  return place != places.end() && place->session == session ? &*place : nullptr;
}

void RecentSessions::SetOut() {
  ways_.reserve(static_cast<size_t>(count_));
  set_out_from_ = last_row_;
  for (const auto& [application, places] : places_) {
    for (const Place& place : places) {
      ways_.push_back({.application = application, .session = place.session});
      set_out_from_ = std::min(set_out_from_, place.row);
    }
  }
  std::sort(ways_.begin(), ways_.end(), [](const Way& a, const Way& b) {
    return std::tie(a.application, a.session) < std::tie(b.application, b.session);
  });
  brought_ = 0;
  set_out_until_ = last_row_;
  deleted_until_ = set_out_from_ - 1;
}

void RecentSessions::DropDeleted() {
  const std::lock_guard lock(mutex_);
  for (auto it = places_.begin(); it != places_.end();) {
    std::vector<Place>& places = it->second;
    const auto kept = std::find_if(places.begin(), places.end(), [this](const Place& place) {
      return place.row > set_out_until_;
    });
    count_ -= kept - places.begin();
    places.erase(places.begin(), kept);
    if (places.empty()) {
      places_.erase(it++);
    } else {
      ++it;
    }
  }
  ways_.clear();
}

absl::Status RecentReader::ReadAll(Database& database, ApplicationNo application,
                                   absl::Span<const int64_t> rows) {
  // Texts of sessions stay where they are in it.
  rows_.reserve(rows.size());
  for (const int64_t row : rows) {
    Rows found = database.Select("SELECT sessions FROM recent_session WHERE recent_no = ?", row);
    if (!found.Next()) {
      USHER_RETURN_IF_ERROR(found.status());
      continue;
    }
    found.Read(rows_.emplace_back());
    PackedSessions reader(rows_.back());
    while (reader.Next()) {
      if (reader.session().application == application) sessions_.push_back(reader.session());
    }
    if (!reader.ok()) return UnitDamageError(Damaged(row));
  }
  std::reverse(sessions_.begin(), sessions_.end());
  return absl::OkStatus();
}

absl::Status RecentRows::Update(Database& database) {
  Rows rows = database.Select(
      "SELECT recent_no, sessions FROM recent_session WHERE recent_no > ? ORDER BY recent_no",
      last_row_);
  while (rows.Next()) {
    std::string_view packed;
    rows.Read(last_row_, packed);
    PackedSessions reader(packed);
    while (reader.Next()) {
      std::vector<int64_t>& places = rows_[reader.session().application];
      if (places.empty() || places.back() != last_row_) places.push_back(last_row_);
    }
    if (!reader.ok()) return absl::DataLossError(Damaged(last_row_));
  }
  return rows.status();
}

absl::Span<const int64_t> RecentRows::RowsOf(ApplicationNo application) const {
  const auto found = rows_.find(application);
  return found != rows_.end() ? absl::MakeConstSpan(found->second) : absl::Span<const int64_t>();
}

}  // namespace usher::storage
