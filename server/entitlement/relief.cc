#include "entitlement/relief.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "entitlement/choose_license.h"
#include "entitlement/policy.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

// Someone who drains on an expired license: served before any newcomer, in the order of the ids,
// until the deadline.
struct Waiter {
  LicenseId license;
  absl::Time deadline;
};

// A pool of agent licenses at an instant to come, if all agents stay as they are.
struct Outlook {
  // Unexpired licenses whose holder is inactive: what a reset releases.
  int64_t releasable = 0;
  std::vector<Waiter> waiting;
};

bool InPool(const License& license, Edition edition) {
  return license.kind == LicenseKind::kAgent && license.edition == edition;
}

Outlook OutlookAt(const Application& application, Edition edition, absl::Time at,
                  absl::Duration drain_period) {
  const PoolCount& pool = application.pool(LicenseKind::kAgent, edition);
  Outlook outlook{.releasable = pool.held - pool.in_use, .waiting = {}};
  for (const auto& [deadline, id] : application.drains) {
    if (deadline > at && InPool(*application.Find(id), edition)) {
      outlook.waiting.push_back({id, deadline});
    }
  }
  for (const auto& [expire_time, id] : application.expiries) {
    if (expire_time > at) break;
    const License& license = *application.Find(id);
    if (!license.held() || !InPool(license, edition)) continue;
    if (!application.agents.Find(license.holder.view())->active()) {
      --outlook.releasable;
    } else if (expire_time + drain_period > at) {
      outlook.waiting.push_back({id, expire_time + drain_period});
    }
  }
  return outlook;
}

// Whether a reset leaves something for the agent: an idle license, or the turn to be served where
// it waits in this pool itself.
bool Serves(const Outlook& outlook, bool requested, const Agent* agent) {
  int64_t ahead = 0;
  bool waits = false;
  for (const Waiter& waiter : outlook.waiting) {
    if (agent != nullptr && waiter.license == agent->license) waits = true;
    if (agent != nullptr && waiter.license < agent->license) ++ahead;
  }
  if (waits) return outlook.releasable > ahead;
  return requested && outlook.releasable > static_cast<int64_t>(outlook.waiting.size());
}

bool IsRequested(Edition edition, std::optional<Edition> requested) {
  return !requested.has_value() || *requested == edition;
}

// The earliest instant from `base` on at which a reset brings the agent a license of this edition.
std::optional<absl::Time> ReliefFrom(const Application& application, Edition edition,
                                     absl::Time base, const Agent* agent, bool requested,
                                     absl::Duration drain_period) {
  const PoolCount& pool = application.pool(LicenseKind::kAgent, edition);
  if (pool.held == pool.in_use) return std::nullopt;
  Outlook outlook = OutlookAt(application, edition, base, drain_period);
  if (Serves(outlook, requested, agent)) return base;

  // Not before so many of those who wait have given up that the released licenses go round. What
  // expires meanwhile may still spoil it, so the outlook of that instant decides.
  const auto waiting = static_cast<int64_t>(outlook.waiting.size());
  if (outlook.releasable <= 0 || waiting < outlook.releasable) return std::nullopt;
  const auto enough = outlook.waiting.begin() + (waiting - outlook.releasable);
  std::nth_element(outlook.waiting.begin(), enough, outlook.waiting.end(),
                   [](const Waiter& a, const Waiter& b) { return a.deadline < b.deadline; });
  const absl::Time later = enough->deadline;
  const Outlook then = OutlookAt(application, edition, later, drain_period);
  return Serves(then, requested, agent) ? std::optional(later) : std::nullopt;
}

}  // namespace

std::optional<absl::Time> EarliestRelief(const Units& units, const Agent* agent,
                                         std::optional<Edition> requested, const Context& context) {
  const Application& application = *units.application;
  const ResetAllowance allowance = AllowanceOf(units, context);
  if (allowance.limit <= 0) return std::nullopt;
  const absl::Time base = allowance.left() > 0 ? context.now : allowance.month_end;

  std::optional<absl::Time> earliest;
  for (const Edition edition : kEditions) {
    const bool wanted = IsRequested(edition, requested);
    // A reset also serves an agent that drains, in the pool of its expired license.
    const bool own = agent != nullptr && InPool(*application.Find(agent->license), edition);
    if (!wanted && !own) continue;
    const std::optional<absl::Time> relief =
        ReliefFrom(application, edition, base, agent, wanted, context.policy->drain_period);
    if (relief.has_value() && (!earliest.has_value() || *relief < *earliest)) earliest = relief;
  }
  return earliest;
}

std::optional<absl::Time> NextExpireTime(const Application& application,
                                         std::optional<Edition> requested) {
  int64_t total = 0;
  for (const Edition edition : EditionsFor(requested)) {
    total += application.pool(LicenseKind::kAgent, edition).total;
  }
  if (total == 0) return std::nullopt;
  for (const auto& [expiry, count] : application.expiry_counts) {
    if (expiry.kind == LicenseKind::kAgent && IsRequested(expiry.edition, requested)) {
      return expiry.time;
    }
  }
  return std::nullopt;
}

}  // namespace usher::entitlement
