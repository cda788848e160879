#include <algorithm>
#include <utility>
#include <vector>

#include "entitlement/apply.h"
#include "entitlement/counting.h"

namespace usher::entitlement {
namespace {

template <typename Id>
LeaseTime NextCheck(const LeaseQueue<Id>& leases) {
  return leases.empty() ? LeaseTime::Infinite() : leases.top().check_at;
}

LeaseHolder HolderOf(SessionId session) { return {.session = session, .phone = {}}; }
LeaseHolder HolderOf(PhoneId phone) { return {.session = {}, .phone = std::move(phone)}; }

// Takes the soonest of a queue off: to `run_out` where its lease has, back where it was renewed.
template <typename Id>
void TakeFirst(const Application& application, LeaseTime now, LeaseQueue<Id>& leases,
               std::vector<LeaseHolder>& run_out) {
  Id id = leases.top().holder;
  leases.pop();
  const auto* const holder = application.Find(id);
  // Null where it is not live any more.
  if (holder == nullptr) return;
  if (holder->lease_end <= now) {
    run_out.push_back(HolderOf(std::move(id)));
  } else {
    leases.push({holder->lease_end, std::move(id)});
  }
}

}  // namespace

void Reindex(Application& application) {
  application.pools = {};
  application.idle = {};
  application.expiries.clear();
  application.expiry_counts.clear();
  application.lapses.clear();
  application.unserved = {};
  application.drains.clear();
  application.relieved.clear();
  application.forgets.clear();
  for (const License& license : application.licenses) {
    ++application.pools[IndexOf(license.kind)][IndexOf(license.edition)].granted;
    if (!license.expired) CountExpiry(application, license);
    Count(application, license, HoldingOf(application, license));
  }
  for (const auto& [id, ended] : application.ended_sessions) {
    application.forgets.emplace(ended.end_time, id);
  }
}

void GrantFullLeases(Application& application, LeaseTime now) {
  for (Session& session : application.sessions) session.lease_end = now + session.ttl;
  for (auto& [id, phone] : application.phones) phone.lease_end = now + phone.ttl;
  RebuildWatch(application);
}

std::vector<LeaseHolder> TakeRunOutLeases(Application& application, LeaseTime now, int limit) {
  std::vector<LeaseHolder> run_out;
  while (static_cast<int>(run_out.size()) < limit && NextLeaseCheck(application) <= now) {
    if (NextCheck(application.session_leases) <= NextCheck(application.phone_leases)) {
      TakeFirst(application, now, application.session_leases, run_out);
    } else {
      TakeFirst(application, now, application.phone_leases, run_out);
    }
  }
  return run_out;
}

LeaseTime NextLeaseCheck(const Application& application) {
  return std::min(NextCheck(application.session_leases), NextCheck(application.phone_leases));
}

}  // namespace usher::entitlement
