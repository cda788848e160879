#include "entitlement/agent.h"

#include <algorithm>

#include "entitlement/check.h"

namespace usher::entitlement {

AgentTable::AgentTable(const AgentTable& other) {
  agents_.reserve(other.size());
  for (const Agent& agent : other) Add(agent);
}

AgentTable& AgentTable::operator=(const AgentTable& other) {
  AgentTable copy(other);
  *this = std::move(copy);
  return *this;
}

Agent* AgentTable::Find(std::string_view email) {
  const auto found = agents_.find(email);
  return found != agents_.end() ? found->get() : nullptr;
}

const Agent* AgentTable::Find(std::string_view email) const {
  const auto found = agents_.find(email);
  return found != agents_.end() ? found->get() : nullptr;
}

Agent& AgentTable::Add(Agent agent) {
  const auto [added, is_new] = agents_.insert(std::make_unique<Agent>(std::move(agent)));
  Require(is_new, "an email is in the table once");
  // Emails that come in their order, as from the store, are put at the end.
  order_.insert(order_.end(), added->get());
  return **added;
}

void AgentTable::Remove(const Email& email) {
  const std::string_view key = email.value();
  const auto found = agents_.find(key);
  Require(found != agents_.end(), "who is removed is in the table");
  order_.erase(key);
  agents_.erase(found);
}

bool operator==(const AgentTable& a, const AgentTable& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace usher::entitlement
