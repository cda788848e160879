#include <algorithm>

#include "entitlement/apply.h"
#include "entitlement/counting.h"

namespace usher::entitlement {
namespace {

// End of the holder's lease; null where it is not live any more.
const LeaseTime* LeaseEndOf(const Application& application, const LeaseHolder& holder) {
  if (holder.session) {
    const Session* session = application.Find(holder.session);
    return session != nullptr ? &session->lease_end : nullptr;
  }
  const Phone* phone = application.Find(holder.phone);
  return phone != nullptr ? &phone->lease_end : nullptr;
}

}  // namespace

void Reindex(Application& application) {
  application.pools = {};
  application.idle = {};
  application.expiries.clear();
  application.lapses.clear();
  application.unserved = {};
  application.drains.clear();
  application.relieved.clear();
  application.forgets.clear();
  for (const License& license : application.licenses) {
    ++application.pools[IndexOf(license.kind)][IndexOf(license.edition)].granted;
    if (!license.expired) application.expiries.emplace(license.expire_time, license.id);
    Count(application, license, HoldingOf(application, license));
  }
  for (const auto& [id, ended] : application.ended_sessions) {
    application.forgets.emplace(ended.end_time, id);
  }
}

void GrantFullLeases(Application& application, LeaseTime now) {
  for (auto& [id, session] : application.sessions) session.lease_end = now + session.ttl;
  for (auto& [id, phone] : application.phones) phone.lease_end = now + phone.ttl;
  RebuildWatch(application);
}

std::vector<LeaseHolder> TakeRunOutLeases(Application& application, LeaseTime now, int limit) {
  std::vector<LeaseHolder> run_out;
  while (static_cast<int>(run_out.size()) < limit && NextLeaseCheck(application) <= now) {
    LeaseHolder holder = application.leases.top().holder;
    application.leases.pop();
    const LeaseTime* end = LeaseEndOf(application, holder);
    if (end == nullptr) continue;
    if (*end <= now) {
      run_out.push_back(std::move(holder));
    } else {
      application.leases.push({*end, std::move(holder)});
    }
  }
  return run_out;
}

LeaseTime NextLeaseCheck(const Application& application) {
  return application.leases.empty() ? LeaseTime::Infinite() : application.leases.top().check_at;
}

}  // namespace usher::entitlement
