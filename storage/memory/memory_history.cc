#include "storage/memory/memory_history.h"

#include <algorithm>
#include <string>
#include <variant>

namespace usher::storage {
namespace {

using entitlement::BindingRecord;
using entitlement::Change;
using entitlement::HistoryPage;

// The last `limit` of `all` that pass, newest first; says by `more` whether there are others.
template <typename Record, typename Passes>
std::vector<Record> Newest(const std::vector<Record>& all, int limit, bool& more, Passes passes) {
  std::vector<Record> page;
  more = false;
  for (auto record = all.rbegin(); record != all.rend(); ++record) {
    if (!passes(*record)) continue;
    if (static_cast<int>(page.size()) == limit) {
      more = true;
      break;
    }
    page.push_back(*record);
  }
  return page;
}

bool HeldAt(const BindingRecord& binding, absl::Time time) {
  return binding.bind_time <= time && (!binding.release_time || time < *binding.release_time);
}

}  // namespace

void MemoryHistory::Record(const Change& change, const entitlement::Account& account) {
  if (const auto* placed = std::get_if<entitlement::OrderPlaced>(&change.payload)) {
    pasts_[change.application].orders.push_back(placed->order);
  } else if (const auto* reset = std::get_if<entitlement::LicensesReset>(&change.payload)) {
    pasts_[change.application].resets.push_back(
        {.revision = change.revision,
         .reset_time = change.event_time,
         .actor = reset->actor,
         .released_count = static_cast<int64_t>(reset->released.size()),
         .retained_count = static_cast<int64_t>(reset->retained.size())});
  } else if (const auto* bound = std::get_if<entitlement::LicenseBound>(&change.payload)) {
    pasts_[change.application].bindings.push_back({.position = change.revision.value(),
                                                   .license = bound->id,
                                                   .email = bound->email,
                                                   .bind_time = change.event_time});
  } else if (const auto* released = std::get_if<entitlement::LicenseReleased>(&change.payload)) {
    std::vector<BindingRecord>& bindings = pasts_[change.application].bindings;
    const auto last = std::find_if(
        bindings.rbegin(), bindings.rend(),
        [released](const BindingRecord& binding) { return binding.license == released->id; });
    if (last == bindings.rend()) return;
    last->release_time = change.event_time;
    last->release_cause = released->cause;
  } else {
    RecordCall(change, account);
  }
}

void MemoryHistory::RecordCall(const Change& change, const entitlement::Account& account) {
  if (const auto* started = std::get_if<entitlement::CallStarted>(&change.payload)) {
    pasts_[change.application].calls.push_back({.no = started->no,
                                                .id = started->id,
                                                .direction = started->direction,
                                                .start_time = change.event_time});
  } else if (const auto* connected = std::get_if<entitlement::CallConnected>(&change.payload)) {
    entitlement::CallView& call = CallOf(change, connected->no);
    call.state = entitlement::CallState::kConnected;
    call.connect_time = connected->connect_time;
  } else if (const auto* ended = std::get_if<entitlement::CallEnded>(&change.payload)) {
    CallOf(change, ended->no) = ViewOf(account.voice.ended_calls.at(ended->no));
  } else if (const auto* adjusted = std::get_if<entitlement::CallAdjusted>(&change.payload)) {
    CallOf(change, adjusted->no) = ViewOf(account.voice.ended_calls.at(adjusted->no));
  }
}

entitlement::CallView& MemoryHistory::CallOf(const Change& change, entitlement::CallNo no) {
  std::vector<entitlement::CallView>& calls = pasts_[change.application].calls;
  return *std::lower_bound(calls.begin(), calls.end(), no,
                           [](const entitlement::CallView& call, entitlement::CallNo wanted) {
                             return call.no < wanted;
                           });
}

HistoryPage MemoryHistory::Page(const entitlement::HistoryQuery& query,
                                const Accounts& accounts) const {
  return std::visit(
      [&](const auto& asked) -> HistoryPage {
        // The journal is MemoryJournal's to read.
        if constexpr (std::is_same_v<decltype(asked), const entitlement::EventsQuery&>) {
          return entitlement::EventsPage();
        } else {
          return Read(asked, accounts);
        }
      },
      query);
}

const MemoryHistory::Past& MemoryHistory::Of(entitlement::ApplicationNo application) const {
  static const Past kNothing;
  const auto found = pasts_.find(application);
  return found == pasts_.end() ? kNothing : found->second;
}

HistoryPage MemoryHistory::Read(const entitlement::AccountsQuery& query,
                                const Accounts& accounts) const {
  entitlement::AccountsPage page;
  std::map<entitlement::AccountId, const entitlement::Account*> by_id;
  for (const auto& [no, account] : accounts) by_id.emplace(account.id, &account);
  for (auto it = by_id.upper_bound(query.after); it != by_id.end(); ++it) {
    if (!query.only.empty() && it->first != query.only) continue;
    if (static_cast<int>(page.accounts.size()) == query.limit) {
      page.more = true;
      break;
    }
    const entitlement::Account& account = *it->second;
    page.accounts.push_back({.id = account.id,
                             .display_name = account.display_name,
                             .zone_name = account.zone_name,
                             .create_time = account.create_time,
                             .pending_zone = account.pending_zone});
  }
  return page;
}

HistoryPage MemoryHistory::Read(const entitlement::OrderQuery& query,
                                const Accounts& /*accounts*/) const {
  for (const entitlement::Order& order : Of(query.application).orders) {
    if (order.id == query.id) return entitlement::OrderFound{order};
  }
  return entitlement::OrderFound{};
}

HistoryPage MemoryHistory::Read(const entitlement::OrdersQuery& query,
                                const Accounts& /*accounts*/) const {
  entitlement::OrdersPage page;
  page.orders = Newest(Of(query.application).orders, query.limit, page.more,
                       [&query](const entitlement::Order& order) {
                         return !query.before || order.id < query.before;
                       });
  return page;
}

HistoryPage MemoryHistory::Read(const entitlement::ResetsQuery& query,
                                const Accounts& /*accounts*/) const {
  entitlement::ResetsPage page;
  page.resets = Newest(Of(query.application).resets, query.limit, page.more,
                       [&query](const entitlement::ResetRecord& reset) {
                         return !query.before || reset.revision < query.before;
                       });
  return page;
}

HistoryPage MemoryHistory::Read(const entitlement::CallsQuery& query,
                                const Accounts& /*accounts*/) const {
  entitlement::CallsPage page;
  page.calls = Newest(Of(query.application).calls, query.limit, page.more,
                      [&query](const entitlement::CallView& call) {
                        return call.no < query.before &&
                               (!query.ended_only || call.state == entitlement::CallState::kEnded);
                      });
  ShowLive(query, page);
  return page;
}

HistoryPage MemoryHistory::Read(const entitlement::BindingsQuery& query,
                                const Accounts& /*accounts*/) const {
  entitlement::BindingsPage page;
  page.bindings = Newest(Of(query.application).bindings, query.limit, page.more,
                         [&query](const BindingRecord& b) {
                           return (query.before == 0 || b.position < query.before) &&
                                  (!query.license || b.license == query.license) &&
                                  (query.email.empty() || b.email == query.email) &&
                                  (!query.at_time || HeldAt(b, *query.at_time));
                         });
  return page;
}

}  // namespace usher::storage
