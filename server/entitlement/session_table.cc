#include "entitlement/session_table.h"

#include <algorithm>

#include "entitlement/check.h"

namespace usher::entitlement {

SessionTable::SessionTable(const SessionTable& other) {
  for (const Session& session : other) Add(session);
}

SessionTable& SessionTable::operator=(const SessionTable& other) {
  SessionTable copy(other);
  *this = std::move(copy);
  return *this;
}

Session* SessionTable::Find(SessionId id) {
  const auto found = order_.find(id);
  return found != order_.end() ? found->second.get() : nullptr;
}

const Session* SessionTable::Find(SessionId id) const {
  const auto found = order_.find(id);
  return found != order_.end() ? found->second.get() : nullptr;
}

Session& SessionTable::Add(Session session) {
  const SessionId id = session.id;
  const size_t before = order_.size();
  // The latest has the highest id; those that come from a store come in some order, too.
  const auto hint = !order_.empty() && id < order_.begin()->first ? order_.begin() : order_.end();
  const auto added = order_.emplace_hint(hint, id, std::make_unique<Session>(std::move(session)));
  Require(order_.size() > before, "a session id is in the table once");
  return *added->second;
}

bool operator==(const SessionTable& a, const SessionTable& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace usher::entitlement
