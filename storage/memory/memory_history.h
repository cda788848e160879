// MemoryHistory: orders, resets, bindings and calls of the past, as the changes tell of them.
//
// Internal to MemoryStore, under its mutex.
#pragma once

#include <map>
#include <vector>

#include "entitlement/account.h"
#include "entitlement/change.h"
#include "entitlement/history.h"
#include "entitlement/ids.h"

namespace usher::storage {

using Accounts = std::map<entitlement::AccountNo, entitlement::Account>;

class MemoryHistory {
 public:
  // Keeps what the change says, where it is one of those that history tells of.
  // `account` is as the change has left it.
  void Record(const entitlement::Change& change, const entitlement::Account& account);

  // Accounts are no history: they are read from `accounts`.
  entitlement::HistoryPage Page(const entitlement::HistoryQuery& query,
                                const Accounts& accounts) const;

 private:
  // Of one application, oldest first.
  struct Past {
    std::vector<entitlement::Order> orders;
    std::vector<entitlement::ResetRecord> resets;
    std::vector<entitlement::BindingRecord> bindings;
    std::vector<entitlement::CallView> calls;
  };

  void RecordCall(const entitlement::Change& change, const entitlement::Account& account);
  entitlement::CallView& CallOf(const entitlement::Change& change, entitlement::CallNo no);
  const Past& Of(entitlement::ApplicationNo application) const;
  entitlement::HistoryPage Read(const entitlement::AccountsQuery& query,
                                const Accounts& accounts) const;
  entitlement::HistoryPage Read(const entitlement::OrderQuery& query, const Accounts&) const;
  entitlement::HistoryPage Read(const entitlement::OrdersQuery& query, const Accounts&) const;
  entitlement::HistoryPage Read(const entitlement::ResetsQuery& query, const Accounts&) const;
  entitlement::HistoryPage Read(const entitlement::BindingsQuery& query, const Accounts&) const;
  entitlement::HistoryPage Read(const entitlement::CallsQuery& query, const Accounts&) const;

  std::map<entitlement::ApplicationNo, Past> pasts_;
};

}  // namespace usher::storage
