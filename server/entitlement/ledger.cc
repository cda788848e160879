#include "entitlement/ledger.h"

#include <algorithm>

#include "entitlement/check.h"

namespace usher::entitlement {

int64_t MinutesBegunBefore(absl::Time connect_time, absl::Time time) {
  return std::max<int64_t>(0, BilledMinutes(time - connect_time));
}

int64_t BilledMinutes(absl::Duration connected) {
  constexpr int64_t kMinuteMicros = 60'000'000;
  const int64_t micros = absl::ToInt64Microseconds(connected);
  return micros / kMinuteMicros + (micros % kMinuteMicros > 0 ? 1 : 0);
}

MinuteLedger::Difference& MinuteLedger::DifferenceOf(GrantId grant) {
  for (Difference& difference : differences_) {
    if (difference.grant == grant) return difference;
  }
  differences_.push_back({.grant = grant});
  return differences_.back();
}

const MinuteLedger::Difference* MinuteLedger::FindDifference(GrantId grant) const {
  for (const Difference& difference : differences_) {
    if (difference.grant == grant) return &difference;
  }
  return nullptr;
}

int64_t MinuteLedger::RemainingOf(const MinuteGrant& grant) const {
  const Difference* difference = FindDifference(grant.id);
  return grant.remaining() - (difference != nullptr ? difference->used : 0);
}

int64_t MinuteLedger::UnheldOf(const MinuteGrant& grant) const {
  const Difference* difference = FindDifference(grant.id);
  return grant.unheld() - (difference != nullptr ? difference->held : 0);
}

bool MinuteLedger::PackageActiveAt(absl::Time time) const {
  if (time >= voice_.package_end) return false;
  // Every package that there is has started.
  if (time >= now_) return true;
  for (const auto& [no, application] : voice_.applications) {
    for (const auto& [id, plan] : application.plans) {
      if (plan.ActiveAt(time)) return true;
    }
  }
  return false;
}

bool MinuteLedger::Valid(const MinuteGrant& grant, absl::Time time) const {
  return !grant.expired && WasValid(grant, time);
}

bool MinuteLedger::WasValid(const MinuteGrant& grant, absl::Time time) const {
  return grant.start_time <= time && time < grant.expire_time &&
         (grant.source == GrantSource::kPackage || PackageActiveAt(time));
}

const MinuteGrant* MinuteLedger::Best(absl::Time time) const {
  for (const GrantOrder& next : voice_.open) {
    const MinuteGrant* grant = voice_.Find(next.id);
    Require(grant != nullptr, "an index names a grant that there is not");
    if (RemainingOf(*grant) > 0 && Valid(*grant, time)) return grant;
  }
  return nullptr;
}

absl::Time MinuteLedger::NextTurn(absl::Time time, const MinuteGrant* best) const {
  absl::Time next = best != nullptr ? best->expire_time : absl::InfiniteFuture();
  const auto consider = [&next, time](absl::Time turn) {
    if (turn > time) next = std::min(next, turn);
  };
  for (const GrantOrder& order : voice_.open) consider(voice_.Find(order.id)->start_time);
  for (const auto& [no, application] : voice_.applications) {
    for (const auto& [id, plan] : application.plans) {
      consider(plan.start_time);
      consider(plan.expire_time);
    }
  }
  return next;
}

}  // namespace usher::entitlement
