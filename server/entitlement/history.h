// What is read from the store rather than from the state: all accounts, the orders, resets,
// bindings and calls of the past, and the journal. Plain values, any thread.
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
#include "entitlement/voice.h"

namespace usher::entitlement {

// In the order of their ids.
struct AccountsQuery {
  // Where set, the only one that is shown.
  AccountId only;
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

// Minutes of a grant that a call was charged to.
struct MinuteCharge {
  GrantId grant;
  int64_t minutes = 0;

  friend bool operator==(const MinuteCharge&, const MinuteCharge&) = default;
};

struct CallView {
  CallNo no;
  CallId id;
  CallDirection direction = CallDirection::kInbound;
  CallState state = CallState::kRinging;
  absl::Time start_time;
  std::optional<absl::Time> connect_time;
  std::optional<absl::Time> end_time;
  // End of the lease by the wall clock; unset once it has ended.
  std::optional<absl::Time> expire_time;
  absl::Duration connected_duration;
  int64_t charged_minutes = 0;
  std::vector<MinuteCharge> charges;
  int64_t uncovered_minutes = 0;
  CallEndReason end_reason = CallEndReason::kNone;
  int64_t reserved_minutes = 0;
  bool final_minute = false;
  std::optional<absl::Time> must_end_time;

  friend bool operator==(const CallView&, const CallView&) = default;
};

// Calls of an application, live and ended; or only the ended ones.
struct CallsQuery {
  AccountNo account;
  ApplicationNo application;
  bool ended_only = false;
  // Always set, so that no call is listed that started after the question was asked.
  CallNo before;
  int limit = 0;
  // Those that were live then, newest first, as far as the page can show them: their leases and
  // reservations are in memory alone. Empty where `ended_only`.
  std::vector<CallView> live;
};

// Entries of the journal.
struct EventsQuery {
  // None: the server's own.
  AccountNo account;
  std::optional<absl::Time> start_time;
  std::optional<absl::Time> end_time;
  // Position of the last entry of the page before; 0 for the newest.
  int64_t before = 0;
  int limit = 0;
  // The page ends behind the entry that passes it.
  int64_t bytes_max = 0;
};

using HistoryQuery = std::variant<AccountsQuery, OrderQuery, OrdersQuery, ResetsQuery,
                                  BindingsQuery, CallsQuery, EventsQuery>;

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

struct CallsPage {
  std::vector<CallView> calls;
  bool more = false;
};

// The events of one command, as the journal keeps them: bytes of the wire layer.
struct EventsRecord {
  int64_t position = 0;
  std::string payload;
};

struct EventsPage {
  std::vector<EventsRecord> entries;
  bool more = false;
};

// How an ended call is shown, by those who read it from memory and from a store.
CallView ViewOf(const EndedCall& call);

// Replaces calls of the page that are stored as live by what the query knows of them. A call that
// ended since the question was asked is shown as ended.
void ShowLive(const CallsQuery& query, CallsPage& page);

using HistoryPage = std::variant<AccountsPage, OrderFound, OrdersPage, ResetsPage, BindingsPage,
                                 CallsPage, EventsPage>;

}  // namespace usher::entitlement
