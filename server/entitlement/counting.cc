#include "entitlement/counting.h"

#include <algorithm>
#include <utility>

namespace usher::entitlement {
namespace {

// Watches of leases that have ended since are dropped when they come up, or all at once when they
// are more than the live ones by this.
constexpr size_t kStaleWatchesMax = 1024;

}  // namespace

Holding HoldingOf(const Agent& agent) {
  return {.held = true, .active = agent.active(), .drain_deadline = agent.drain_deadline};
}

Holding HoldingOf(const Phone& phone) {
  return {.held = true, .active = true, .drain_deadline = phone.drain_deadline};
}

Holding HoldingOf(const Application& application, const License& license) {
  if (!license.held()) return {};
  if (license.kind == LicenseKind::kAgent) {
    const Agent* agent = application.agents.Find(license.holder.view());
    if (agent != nullptr) return HoldingOf(*agent);
  } else {
    const Phone* phone = application.Find(PhoneId(license.holder));
    if (phone != nullptr) return HoldingOf(*phone);
  }
  return {.held = true};
}

void Count(Application& application, const License& license, const Holding& holding) {
  const size_t kind = IndexOf(license.kind);
  const size_t edition = IndexOf(license.edition);
  if (license.expired) {
    if (!holding.held) return;
    application.lapses.emplace(license.expire_time, license.id);
    if (!holding.active) return;
    application.unserved[kind][edition].insert(license.id);
    if (holding.drain_deadline) application.drains.emplace(*holding.drain_deadline, license.id);
    return;
  }
  PoolCount& pool = application.pools[kind][edition];
  ++pool.total;
  if (!holding.held) {
    application.idle[kind][edition].Insert(license.expire_time, license.id);
    return;
  }
  ++pool.held;
  if (holding.active) {
    ++pool.in_use;
    int64_t& peak = application.usage.pools[kind][edition].peak_in_use;
    peak = std::max(peak, pool.in_use);
  }
  if (holding.drain_deadline) application.relieved.insert(license.id);
}

void Uncount(Application& application, const License& license, const Holding& holding) {
  const size_t kind = IndexOf(license.kind);
  const size_t edition = IndexOf(license.edition);
  if (license.expired) {
    if (!holding.held) return;
    application.lapses.erase({license.expire_time, license.id});
    if (!holding.active) return;
    application.unserved[kind][edition].erase(license.id);
    if (holding.drain_deadline) application.drains.erase({*holding.drain_deadline, license.id});
    return;
  }
  PoolCount& pool = application.pools[kind][edition];
  --pool.total;
  if (!holding.held) {
    application.idle[kind][edition].Erase(license.expire_time, license.id);
    return;
  }
  --pool.held;
  if (holding.active) --pool.in_use;
  if (holding.drain_deadline) application.relieved.erase(license.id);
}

void CountExpiry(Application& application, const License& license) {
  application.expiries.Insert(license.expire_time, license.id);
  ++application.expiry_counts[Expiry{license.expire_time, license.kind, license.edition}];
}

void UncountExpiry(Application& application, const License& license) {
  application.expiries.Erase(license.expire_time, license.id);
  const auto count =
      application.expiry_counts.find(Expiry{license.expire_time, license.kind, license.edition});
  if (count != application.expiry_counts.end() && --count->second == 0) {
    application.expiry_counts.erase(count);
  }
}

void Watch(Application& application, LeaseTime check_at, SessionId session) {
  if (application.session_leases.size() > 2 * application.sessions.size() + kStaleWatchesMax) {
    RebuildWatch(application);
    return;
  }
  application.session_leases.push({check_at, session});
}

void Watch(Application& application, LeaseTime check_at, const PhoneId& phone) {
  if (application.phone_leases.size() > 2 * application.phones.size() + kStaleWatchesMax) {
    RebuildWatch(application);
    return;
  }
  application.phone_leases.push({check_at, phone});
}

void RebuildWatch(Application& application) {
  std::vector<LeaseWatch<SessionId>> sessions;
  sessions.reserve(application.sessions.size());
  for (const Session& session : application.sessions) {
    sessions.push_back({session.lease_end, session.id});
  }
  std::vector<LeaseWatch<PhoneId>> phones;
  phones.reserve(application.phones.size());
  for (const auto& [id, phone] : application.phones) phones.push_back({phone.lease_end, id});
  application.session_leases = LeaseQueue<SessionId>(std::greater<>(), std::move(sessions));
  application.phone_leases = LeaseQueue<PhoneId>(std::greater<>(), std::move(phones));
}

}  // namespace usher::entitlement
