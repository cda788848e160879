// Schedule: which loaded unit needs the engine's attention next, and when.
//
// One instance by the wall clock (deadlines), one by the lease clock. Owned by the engine's thread.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "entitlement/ids.h"
#include "storage/store.h"

namespace usher::engine {

// A unit as a key: its account, and its application or none.
using UnitKey = std::pair<entitlement::AccountNo, entitlement::ApplicationNo>;

inline UnitKey KeyOf(const storage::UnitRef& ref) { return {ref.account, ref.application}; }

template <typename Instant>
class Schedule {
 public:
  explicit Schedule(Instant never) : never_(never) {}

  // Replaces what the unit was scheduled for; `never` takes it off.
  void Set(const UnitKey& unit, Instant at) {
    const auto [it, added] = at_.try_emplace(unit, at);
    if (!added) {
      if (it->second == at) return;
      order_.erase({it->second, unit});
      it->second = at;
    }
    if (at == never_) {
      at_.erase(it);
    } else {
      order_.insert({at, unit});
    }
  }

  // The soonest; `never` where nothing is scheduled.
  Instant next() const { return order_.empty() ? never_ : order_.begin()->first; }

  // Appends the units whose instant is not after `until`, soonest first, at most `limit`.
  void CollectUntil(Instant until, size_t limit, std::vector<UnitKey>& units) const {
    for (const auto& [at, unit] : order_) {
      if (at > until || limit-- == 0) return;
      units.push_back(unit);
    }
  }

 private:
  Instant never_;
  absl::flat_hash_map<UnitKey, Instant> at_;
  absl::btree_set<std::pair<Instant, UnitKey>> order_;
};

}  // namespace usher::engine
