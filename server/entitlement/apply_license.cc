#include <algorithm>

#include "entitlement/apply_parts.h"
#include "entitlement/check.h"
#include "entitlement/counting.h"

namespace usher::entitlement {

void Move(Application& /*application*/, const Change& /*change*/, const TrialStarted& /*started*/) {
}

void Move(Application& application, const Change& /*change*/, const OrderPlaced& placed) {
  application.last_order_id = std::max(application.last_order_id, placed.order.id);
}

void Move(Application& application, const Change& /*change*/, const SubscriptionStored& stored) {
  application.subscriptions[stored.subscription.id] = stored.subscription;
}

void Move(Application& application, const Change& /*change*/, const LicensesGranted& granted) {
  Require(granted.first_id.value() == static_cast<int64_t>(application.licenses.size()) + 1,
          "license ids are dense");
  LicenseId id = granted.first_id;
  for (int64_t i = 0; i < granted.count; ++i, id = id.next()) {
    application.licenses.push_back({.id = id,
                                    .kind = granted.kind,
                                    .edition = granted.edition,
                                    .source = granted.source,
                                    .expire_time = granted.expire_time,
                                    .subscription = granted.subscription});
    const License& license = application.licenses.back();
    CountExpiry(application, license);
    Count(application, license, Holding());
  }
  application.pools[IndexOf(granted.kind)][IndexOf(granted.edition)].granted += granted.count;
}

void Move(Application& application, const Change& /*change*/, const SubscriptionRenewed& renewed) {
  application.subscriptions[renewed.subscription.id] = renewed.subscription;
  for (const LicenseId id : renewed.carried) {
    License& license = LicenseAt(application, id);
    const Holding holding = HoldingOf(application, license);
    Uncount(application, license, holding);
    if (!license.expired) UncountExpiry(application, license);
    license.expire_time = renewed.subscription.expire_time;
    license.expired = false;
    CountExpiry(application, license);
    Count(application, license, holding);
  }
}

void Move(Application& application, const Change& /*change*/, const LicensesExpired& expired) {
  for (const LicenseId id : expired.ids) {
    License& license = LicenseAt(application, id);
    Require(!license.expired, "a license expires once");
    const Holding holding = HoldingOf(application, license);
    Uncount(application, license, holding);
    UncountExpiry(application, license);
    license.expired = true;
    Count(application, license, holding);
  }
}

void Move(Application& application, const Change& change, const LicenseBound& bound) {
  License& license = LicenseAt(application, bound.id);
  Require(license.kind == LicenseKind::kAgent && !license.held(),
          "a license is bound to one email");
  Agent* const known = application.agents.Find(bound.email);
  Agent& agent =
      known != nullptr
          ? *known
          : application.agents.Add({.email = bound.email, .last_active_time = change.event_time});
  Require(!agent.license, "an email is recorded on at most one license");
  Uncount(application, license, Holding());
  license.holder = agent.email.text();
  license.bind_time = change.event_time;
  agent.license = bound.id;
  Count(application, license, HoldingOf(agent));
}

void Move(Application& application, const Change& /*change*/, const LicenseReleased& released) {
  License& license = LicenseAt(application, released.id);
  Agent* const found = application.agents.Find(released.email);
  Require(found != nullptr && found->license == released.id,
          "a license is released from its holder");
  Agent& agent = *found;
  Uncount(application, license, HoldingOf(agent));
  license.holder = SharedText();
  license.bind_time = absl::Time();
  Count(application, license, Holding());
  if (released.cause == ReleaseCause::kMoved) {
    agent.license = LicenseId();
    return;
  }
  Require(!agent.active(), "nobody who is active loses the license");
  application.agents.Remove(released.email);
}

void Move(Application& application, const Change& /*change*/, const LicensesReset& reset) {
  application.resets = {.month = reset.month, .used = reset.used};
}

void Move(Application& application, const Change& /*change*/, const DenialCounted& counted) {
  ++application.usage.pools[IndexOf(counted.kind)][IndexOf(counted.edition)].denials;
}

void Move(Application& application, const Change& /*change*/, const UsageMonthStarted& started) {
  application.usage.month = started.month;
  application.usage.month_end = started.month_end;
  for (const LicenseKind kind : kLicenseKinds) {
    for (const Edition edition : kEditions) {
      application.usage.pools[IndexOf(kind)][IndexOf(edition)] = {
          .peak_in_use = application.pool(kind, edition).in_use, .denials = 0};
    }
  }
}

}  // namespace usher::entitlement
