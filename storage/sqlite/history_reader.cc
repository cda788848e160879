#include "storage/sqlite/history_reader.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage/sqlite/error.h"
#include "storage/sqlite/journal_reader.h"
#include "storage/sqlite/spans.h"

namespace usher::storage {
namespace {

using entitlement::AccountsQuery;
using entitlement::ApplicationNo;
using entitlement::BindingRecord;
using entitlement::BindingsQuery;
using entitlement::HistoryPage;
using entitlement::Order;
using entitlement::OrderQuery;
using entitlement::OrdersQuery;
using entitlement::ResetsQuery;

// Lists that go from the newest on begin below this where the query names no other number.
constexpr int64_t kNewest = std::numeric_limits<int64_t>::max();

// One row more than the page holds tells whether another page follows.
template <typename Row>
bool DropExtra(std::vector<Row>& rows, int limit) {
  if (rows.size() <= static_cast<size_t>(limit)) return false;
  rows.resize(static_cast<size_t>(limit));
  return true;
}

absl::Status ReadLines(Database& database, ApplicationNo application, Order& order) {
  Rows rows = database.Select(
      "SELECT product, quantity, charged_months, unit_price_cents, amount_cents,"
      " subscription_id, expire_time FROM purchase_line"
      " WHERE application_no = ? AND order_id = ? ORDER BY line_no",
      application, order.id);
  while (rows.Next()) {
    entitlement::OrderLine& line = order.lines.emplace_back();
    rows.Read(line.product, line.quantity, line.charged_months, line.unit_price_cents,
              line.amount_cents, line.subscription, line.expire_time);
  }
  return rows.status();
}

absl::StatusOr<HistoryPage> Read(Database& database, const AccountsQuery& query) {
  entitlement::AccountsPage page;
  Rows rows = database.Select(
      "SELECT id, display_name, zone_name, create_time, pending_zone_name, pending_zone_time"
      " FROM account WHERE id > ?1 AND (?2 = '' OR id = ?2) ORDER BY id LIMIT ?3",
      query.after, query.only, int64_t{query.limit} + 1);
  while (rows.Next()) {
    entitlement::AccountView& account = page.accounts.emplace_back();
    std::optional<std::string> pending_name;
    std::optional<absl::Time> pending_time;
    rows.Read(account.id, account.display_name, account.zone_name, account.create_time,
              pending_name, pending_time);
    if (pending_name && pending_time) {
      account.pending_zone = {.name = *pending_name, .change_time = *pending_time};
    }
  }
  USHER_RETURN_IF_ERROR(rows.status());
  page.more = DropExtra(page.accounts, query.limit);
  return page;
}

absl::StatusOr<HistoryPage> Read(Database& database, const OrderQuery& query) {
  entitlement::OrderFound found;
  Rows rows = database.Select(
      "SELECT order_id, create_time, actor, total_cents FROM purchase"
      " WHERE application_no = ? AND order_id = ?",
      query.application, query.id);
  if (rows.Next()) {
    Order& order = found.order.emplace();
    rows.Read(order.id, order.create_time, order.actor, order.total_cents);
    USHER_RETURN_IF_ERROR(ReadLines(database, query.application, order));
  }
  USHER_RETURN_IF_ERROR(rows.status());
  return found;
}

absl::StatusOr<HistoryPage> Read(Database& database, const OrdersQuery& query) {
  entitlement::OrdersPage page;
  Rows rows = database.Select(
      "SELECT order_id, create_time, actor, total_cents FROM purchase"
      " WHERE application_no = ? AND order_id < ? ORDER BY order_id DESC LIMIT ?",
      query.application, OrNull(query.before).value_or(kNewest), int64_t{query.limit} + 1);
  while (rows.Next()) {
    Order& order = page.orders.emplace_back();
    rows.Read(order.id, order.create_time, order.actor, order.total_cents);
  }
  USHER_RETURN_IF_ERROR(rows.status());
  page.more = DropExtra(page.orders, query.limit);
  for (Order& order : page.orders) {
    USHER_RETURN_IF_ERROR(ReadLines(database, query.application, order));
  }
  return page;
}

absl::StatusOr<HistoryPage> Read(Database& database, const ResetsQuery& query) {
  entitlement::ResetsPage page;
  Rows rows = database.Select(
      "SELECT revision, reset_time, actor, released_count, retained_count FROM reset"
      " WHERE application_no = ? AND revision < ? ORDER BY revision DESC LIMIT ?",
      query.application, OrNull(query.before).value_or(kNewest), int64_t{query.limit} + 1);
  while (rows.Next()) {
    entitlement::ResetRecord& reset = page.resets.emplace_back();
    rows.Read(reset.revision, reset.reset_time, reset.actor, reset.released_count,
              reset.retained_count);
  }
  USHER_RETURN_IF_ERROR(rows.status());
  page.more = DropExtra(page.resets, query.limit);
  return page;
}

// What serves the narrowest filter: each text is a statement of its own. The agent's row tells of
// the binding that lasts, the indexes of those that are past; left to itself, SQLite 3.40 would
// read every binding of the application instead.
Rows SelectBindings(Database& database, const BindingsQuery& query) {
  const int64_t before = query.before == 0 ? kNewest : query.before;
  const int64_t limit = int64_t{query.limit} + 1;
  if (!query.email.empty()) {
    return database.Select(
        "SELECT revision, b.license_id, b.email, b.bind_time, release_time, release_cause"
        " FROM agent AS a JOIN binding AS b"
        " ON b.application_no = a.application_no AND b.revision = a.bind_revision"
        " WHERE a.application_no = ?1 AND a.email = ?2 AND b.revision < ?3"
        " AND (?4 IS NULL OR b.license_id = ?4) AND (?5 IS NULL OR b.bind_time <= ?5)"
        " UNION ALL"
        " SELECT revision, license_id, email, bind_time, release_time, release_cause"
        " FROM binding INDEXED BY past_binding_by_email"
        " WHERE application_no = ?1 AND email = ?2 AND revision < ?3 AND release_time IS NOT NULL"
        " AND (?4 IS NULL OR license_id = ?4)"
        " AND (?5 IS NULL OR (bind_time <= ?5 AND ?5 < release_time))"
        " ORDER BY revision DESC LIMIT ?6",
        query.application, query.email, before, OrNull(query.license), query.at_time, limit);
  }
  if (query.license) {
    return database.Select(
        "SELECT revision, b.license_id, b.email, b.bind_time, release_time, release_cause"
        " FROM agent AS a JOIN binding AS b"
        " ON b.application_no = a.application_no AND b.revision = a.bind_revision"
        " WHERE a.application_no = ?1 AND a.license_id = ?2 AND b.revision < ?3"
        " AND (?4 IS NULL OR b.bind_time <= ?4)"
        " UNION ALL"
        " SELECT revision, license_id, email, bind_time, release_time, release_cause"
        " FROM binding INDEXED BY past_binding_by_license"
        " WHERE application_no = ?1 AND license_id = ?2 AND revision < ?3"
        " AND release_time IS NOT NULL"
        " AND (?4 IS NULL OR (bind_time <= ?4 AND ?4 < release_time))"
        " ORDER BY revision DESC LIMIT ?5",
        query.application, query.license, before, query.at_time, limit);
  }
  return database.Select(
      "SELECT revision, license_id, email, bind_time, release_time, release_cause FROM binding"
      " WHERE application_no = ?1 AND revision < ?2"
      " AND (?3 IS NULL OR (bind_time <= ?3 AND (release_time IS NULL OR ?3 < release_time)))"
      " ORDER BY revision DESC LIMIT ?4",
      query.application, before, query.at_time, limit);
}

absl::StatusOr<HistoryPage> Read(Database& database, const BindingsQuery& query) {
  entitlement::BindingsPage page;
  Rows rows = SelectBindings(database, query);
  while (rows.Next()) {
    BindingRecord& binding = page.bindings.emplace_back();
    rows.Read(binding.position, binding.license, binding.email, binding.bind_time,
              binding.release_time, binding.release_cause);
  }
  USHER_RETURN_IF_ERROR(rows.status());
  page.more = DropExtra(page.bindings, query.limit);
  return page;
}

// A live call's lease and reservation are in memory: ShowLive puts them in.
absl::StatusOr<HistoryPage> Read(Database& database, const entitlement::CallsQuery& query) {
  entitlement::CallsPage page;
  Rows rows = database.Select(
      "SELECT call_no, call_id, direction, start_time, connect_time, end_time, connected_duration,"
      " spans, end_reason FROM voice_call"
      " WHERE application_no = ?1 AND call_no < ?2 AND (?3 = 0 OR end_reason <> 0)"
      " ORDER BY call_no DESC LIMIT ?4",
      query.application, query.before, query.ended_only, int64_t{query.limit} + 1);
  while (rows.Next()) {
    entitlement::EndedCall call;
    std::string spans;
    rows.Read(call.no, call.id, call.direction, call.start_time, call.connect_time, call.end_time,
              call.connected_duration, spans, call.reason);
    if (call.reason == entitlement::CallEndReason::kNone) {
      page.calls.push_back({.no = call.no,
                            .id = call.id,
                            .direction = call.direction,
                            .state = call.connect_time ? entitlement::CallState::kConnected
                                                       : entitlement::CallState::kRinging,
                            .start_time = call.start_time,
                            .connect_time = call.connect_time});
      continue;
    }
    absl::StatusOr<entitlement::MinuteSpans> charges = SpansFromText(spans);
    if (!charges.ok()) return charges.status();
    call.charges = *std::move(charges);
    page.calls.push_back(ViewOf(call));
  }
  USHER_RETURN_IF_ERROR(rows.status());
  page.more = DropExtra(page.calls, query.limit);
  ShowLive(query, page);
  return page;
}

absl::StatusOr<HistoryPage> Read(Database& database, const entitlement::EventsQuery& query) {
  absl::StatusOr<entitlement::EventsPage> page = ReadEventsPage(database, query);
  if (!page.ok()) return page.status();
  return *std::move(page);
}

}  // namespace

absl::StatusOr<HistoryPage> ReadHistoryPage(Database& database,
                                            const entitlement::HistoryQuery& query) {
  return std::visit([&database](const auto& asked) { return Read(database, asked); }, query);
}

}  // namespace usher::storage
