// Agents, and the table that an application keeps of them: found by email at the price of a hash,
// listed in the order of their emails.
//
// Plain values: copies are independent, equality is by content. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "entitlement/ids.h"
#include "entitlement/instant.h"
#include "entitlement/pointee_iterator.h"
#include "entitlement/shared_text.h"
#include "entitlement/types.h"

namespace usher::entitlement {

// An email that is recorded on a license (R11). Its sessions and mobile answering share that
// license (R12).
struct Agent {
  SharedName<Email> email;
  // Null only between the two changes of a move (LicenseReleased with kMoved, then LicenseBound).
  LicenseId license;
  // R15: at most one live session a channel; by IndexOf(channel).
  std::array<SessionId, kChannelCount> sessions;
  // The last login, logout or change of mobile answering.
  Instant last_active_time;
  // R16: set while its license is expired and it is active.
  std::optional<Instant> drain_deadline;
  MobileAnswering mobile_answering = MobileAnswering::kOff;

  bool logged_in() const {
    for (const SessionId session : sessions) {
      if (session) return true;
    }
    return false;
  }
  bool active() const { return logged_in() || mobile_answering != MobileAnswering::kOff; }
  friend bool operator==(const Agent&, const Agent&) = default;
};

// An agent stays at its address until it is removed. Its email must not be altered: it is the key.
class AgentTable {
 private:
  // Both indices know agents by their email.
  static std::string_view KeyOf(std::string_view email) { return email; }
  static std::string_view KeyOf(const Agent* agent) { return agent->email.value(); }
  static std::string_view KeyOf(const std::unique_ptr<Agent>& agent) {
    return agent->email.value();
  }

  struct HashOfEmail {
    using is_transparent = void;
    size_t operator()(const auto& key) const { return absl::HashOf(KeyOf(key)); }
  };
  struct SameEmail {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return KeyOf(a) == KeyOf(b); }
  };
  struct ByEmail {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return KeyOf(a) < KeyOf(b); }
  };
  using Order = absl::btree_set<Agent*, ByEmail>;

 public:
  // In the order of the emails.
  using iterator = PointeeIterator<Agent, Order::const_iterator>;
  using const_iterator = PointeeIterator<const Agent, Order::const_iterator>;
  using value_type = Agent;

  AgentTable() = default;
  AgentTable(const AgentTable& other);
  AgentTable& operator=(const AgentTable& other);
  AgentTable(AgentTable&&) = default;
  AgentTable& operator=(AgentTable&&) = default;

  // Null where the email is not in the table.
  Agent* Find(std::string_view email);
  const Agent* Find(std::string_view email) const;
  Agent* Find(const Email& email) { return Find(std::string_view(email.value())); }
  const Agent* Find(const Email& email) const { return Find(std::string_view(email.value())); }
  Agent* Find(const SharedName<Email>& email) { return Find(email.value()); }
  const Agent* Find(const SharedName<Email>& email) const { return Find(email.value()); }

  // Puts the agent in, whose email must be new.
  Agent& Add(Agent agent);

  // The email must be in the table.
  void Remove(const Email& email);

  size_t size() const { return order_.size(); }
  bool empty() const { return order_.empty(); }

  iterator begin() { return iterator(order_.begin()); }
  iterator end() { return iterator(order_.end()); }
  const_iterator begin() const { return const_iterator(order_.begin()); }
  const_iterator end() const { return const_iterator(order_.end()); }
  // The first agent behind the email, whether or not the email is in the table.
  const_iterator UpperBound(const Email& email) const {
    return const_iterator(order_.upper_bound(std::string_view(email.value())));
  }

  friend bool operator==(const AgentTable& a, const AgentTable& b);

 private:
  absl::flat_hash_set<std::unique_ptr<Agent>, HashOfEmail, SameEmail> agents_;
  Order order_;
};

}  // namespace usher::entitlement
