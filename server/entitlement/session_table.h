// SessionTable: the live sessions of an application, by id.
//
// Sessions come with ever higher ids and go in any order, so each stands by itself, and what orders
// them is small. A session stays at its address until it is removed. A plain value: copies are
// independent, equality is by content. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/container/btree_map.h"
#include "entitlement/ids.h"
#include "entitlement/instant.h"
#include "entitlement/lease_time.h"
#include "entitlement/pointee_iterator.h"
#include "entitlement/shared_text.h"
#include "entitlement/types.h"

namespace usher::entitlement {

// A live session: ACTIVE, or DRAINING while its agent has a drain deadline.
struct Session {
  SessionId id;
  SharedName<Email> email;
  SharedName<ClientId> client_id;
  // The journal revision of its start: a fencing token.
  Revision revision;
  LeaseTime lease_end;
  Instant start_time;
  TimeSpan ttl;
  Channel channel = Channel::kWeb;

  friend bool operator==(const Session&, const Session&) = default;
};

class SessionTable {
 private:
  using Order = absl::btree_map<SessionId, std::unique_ptr<Session>>;

 public:
  // In the order of the ids.
  using iterator = PointeeIterator<Session, Order::const_iterator>;
  using const_iterator = PointeeIterator<const Session, Order::const_iterator>;
  using value_type = Session;

  SessionTable() = default;
  SessionTable(const SessionTable& other);
  SessionTable& operator=(const SessionTable& other);
  SessionTable(SessionTable&&) = default;
  SessionTable& operator=(SessionTable&&) = default;

  // Null where there is none.
  Session* Find(SessionId id);
  const Session* Find(SessionId id) const;
  bool contains(SessionId id) const { return Find(id) != nullptr; }

  // Puts the session in, whose id must be new.
  Session& Add(Session session);
  // Where there is one.
  void Remove(SessionId id) { order_.erase(id); }

  size_t size() const { return order_.size(); }
  bool empty() const { return order_.empty(); }

  iterator begin() { return iterator(order_.begin()); }
  iterator end() { return iterator(order_.end()); }
  const_iterator begin() const { return const_iterator(order_.begin()); }
  const_iterator end() const { return const_iterator(order_.end()); }
  // The first behind the id, whether or not that one is in the table.
  const_iterator UpperBound(SessionId id) const { return const_iterator(order_.upper_bound(id)); }

  friend bool operator==(const SessionTable& a, const SessionTable& b);

 private:
  Order order_;
};

}  // namespace usher::entitlement
