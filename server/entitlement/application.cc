#include "entitlement/application.h"

#include <tuple>

namespace usher::entitlement {
namespace {

template <typename Map, typename Key>
const typename Map::mapped_type* FindIn(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found != map.end() ? &found->second : nullptr;
}

auto TablesOf(const Application& a) {
  return std::tie(a.no, a.account, a.licenses, a.agents, a.sessions, a.ended_sessions, a.phones,
                  a.subscriptions, a.resets, a.usage, a.last_session_id, a.last_order_id);
}

auto IndicesOf(const Application& a) {
  return std::tie(a.pools, a.idle, a.expiries, a.expiry_counts, a.lapses, a.unserved, a.drains,
                  a.relieved, a.forgets);
}

}  // namespace

const License* Application::Find(LicenseId id) const {
  if (id.value() < 1 || id.value() > static_cast<int64_t>(licenses.size())) return nullptr;
  return &licenses[static_cast<size_t>(id.value() - 1)];
}

const Agent* Application::Find(const SharedName<Email>& email) const { return agents.Find(email); }
const Session* Application::Find(SessionId id) const { return sessions.Find(id); }
const Phone* Application::Find(const PhoneId& id) const { return FindIn(phones, id); }
const Subscription* Application::Find(SubscriptionId id) const { return FindIn(subscriptions, id); }

bool SameState(const Application& a, const Application& b) {
  return TablesOf(a) == TablesOf(b) && IndicesOf(a) == IndicesOf(b);
}

}  // namespace usher::entitlement
