// What is read from the store rather than from the state: all accounts, and the orders, resets and
// bindings of the past. Plain values, any thread.
//
// Reads of it pass through the engine like any command, so that whatever is overdue is in it (R29),
// and are then answered from the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/account.h"
#include "entitlement/ids.h"
#include "entitlement/order.h"
#include "entitlement/types.h"

namespace usher::entitlement {

// In the order of their ids.
struct AccountsQuery {
  // None for the first.
  AccountId after;
  int limit = 0;
};

// One order, as GetOrder asks. The lists below are newest first.
struct OrderQuery {
  ApplicationNo application;
  OrderId id;
};

struct OrdersQuery {
  ApplicationNo application;
  // None for the newest.
  OrderId before;
  int limit = 0;
};

struct ResetsQuery {
  ApplicationNo application;
  Revision before;
  int limit = 0;
};

struct BindingsQuery {
  ApplicationNo application;
  // Filters; none, empty or unset for any.
  LicenseId license;
  Email email;
  // Held at that instant: bind_time ≤ at_time < release_time.
  std::optional<absl::Time> at_time;
  // Position of the last row of the page before; 0 for the first page.
  int64_t before = 0;
  int limit = 0;
};

using HistoryQuery =
    std::variant<AccountsQuery, OrderQuery, OrdersQuery, ResetsQuery, BindingsQuery>;

struct ResetRecord {
  Revision revision;
  absl::Time reset_time;
  std::string actor;
  int64_t released_count = 0;
  int64_t retained_count = 0;

  friend bool operator==(const ResetRecord&, const ResetRecord&) = default;
};

struct BindingRecord {
  // Grows with every binding of the application.
  int64_t position = 0;
  LicenseId license;
  Email email;
  absl::Time bind_time;
  // Unset while it lasts.
  std::optional<absl::Time> release_time;
  ReleaseCause release_cause = ReleaseCause::kNone;

  friend bool operator==(const BindingRecord&, const BindingRecord&) = default;
};

struct AccountView {
  AccountId id;
  std::string display_name;
  std::string zone_name;
  absl::Time create_time;
  std::optional<PendingZone> pending_zone;
};

struct AccountsPage {
  std::vector<AccountView> accounts;
  bool more = false;
};

// Unset `order`: there is none of that id.
struct OrderFound {
  std::optional<Order> order;
};

struct OrdersPage {
  std::vector<Order> orders;
  bool more = false;
};

struct ResetsPage {
  std::vector<ResetRecord> resets;
  bool more = false;
};

struct BindingsPage {
  std::vector<BindingRecord> bindings;
  bool more = false;
};

using HistoryPage = std::variant<AccountsPage, OrderFound, OrdersPage, ResetsPage, BindingsPage>;

}  // namespace usher::entitlement
