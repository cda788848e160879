#include "entitlement/apply_parts.h"
#include "entitlement/check.h"
#include "entitlement/counting.h"

namespace usher::entitlement {
namespace {

Phone& PhoneAt(Application& application, const PhoneId& id) {
  const auto found = application.phones.find(id);
  Require(found != application.phones.end(), "a change names a phone that is not online");
  return found->second;
}

void Take(Application& application, License& license, const Phone& phone, absl::Time time) {
  Require(license.kind == LicenseKind::kSip && !license.held(), "a SIP license serves one phone");
  Uncount(application, license, Holding());
  license.holder = SharedText(phone.id.value());
  license.bind_time = time;
  Count(application, license, HoldingOf(phone));
}

void GiveBack(Application& application, License& license, const Phone& phone) {
  Require(license.holder == phone.id.value(), "a phone gives back its own license");
  Uncount(application, license, HoldingOf(phone));
  license.holder = SharedText();
  license.bind_time = absl::Time();
  Count(application, license, Holding());
}

}  // namespace

void Move(Application& application, const Change& change, const PhoneOnline& online) {
  const auto [found, is_new] =
      application.phones.try_emplace(online.id, Phone{.id = online.id,
                                                      .license = online.license,
                                                      .online_time = change.event_time,
                                                      .ttl = online.ttl,
                                                      .lease_end = online.lease_end,
                                                      .revision = change.revision,
                                                      .drain_deadline = std::nullopt});
  Require(is_new, "a phone comes online once");
  Take(application, LicenseAt(application, online.license), found->second, change.event_time);
  Watch(application, online.lease_end, online.id);
}

void Move(Application& application, const Change& change, const PhoneMoved& moved) {
  Phone& phone = PhoneAt(application, moved.id);
  Require(phone.license == moved.from, "a phone moves from its own license");
  GiveBack(application, LicenseAt(application, moved.from), phone);
  phone.license = moved.to;
  Take(application, LicenseAt(application, moved.to), phone, change.event_time);
}

void Move(Application& application, const Change& /*change*/, const PhoneOffline& offline) {
  const auto found = application.phones.find(offline.id);
  Require(found != application.phones.end(), "a phone goes offline once");
  GiveBack(application, LicenseAt(application, found->second.license), found->second);
  application.phones.erase(found);
}

void Move(Application& application, const Change& /*change*/, const PhoneDraining& draining) {
  Phone& phone = PhoneAt(application, draining.id);
  const License& license = LicenseAt(application, phone.license);
  Uncount(application, license, HoldingOf(phone));
  phone.drain_deadline = draining.deadline;
  Count(application, license, HoldingOf(phone));
}

void Move(Application& application, const Change& /*change*/, const PhoneTtlChanged& changed) {
  PhoneAt(application, changed.id).ttl = changed.ttl;
}

void Move(Application& application, const Change& /*change*/, const PhoneRenewed& renewed) {
  Phone& phone = PhoneAt(application, renewed.id);
  const bool earlier = renewed.lease_end < phone.lease_end;
  phone.lease_end = renewed.lease_end;
  if (earlier) Watch(application, phone.lease_end, renewed.id);
}

}  // namespace usher::entitlement
