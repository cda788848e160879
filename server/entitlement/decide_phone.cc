// RegisterPhone, RenewPhones, UnregisterPhone and ListPhones: R21.
#include <utility>

#include "entitlement/change_list.h"
#include "entitlement/choose_license.h"
#include "entitlement/decisions.h"
#include "entitlement/occupy.h"
#include "entitlement/policy.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

SessionState StateOf(const std::optional<absl::Time>& drain_deadline) {
  return drain_deadline.has_value() ? SessionState::kDraining : SessionState::kActive;
}

Outcome Refuse(const Units& units, const RegisterPhone& command, const Context& context) {
  SipPoolExhausted refusal;
  refusal.edition = command.edition;
  for (const Edition edition : EditionsFor(command.edition)) {
    const PoolCount& pool = units.application->pool(LicenseKind::kSip, edition);
    refusal.total += pool.total;
    refusal.online += pool.in_use;
  }
  ChangeList changes(units, context.now, context);
  AddDenial(LicenseKind::kSip, command.edition, changes);
  return {Refusal(refusal), changes.Take()};
}

// A phone that is online stays so, free of charge; one that drains takes an idle license if it can.
Outcome Reregister(const Units& units, const RegisterPhone& command, const Phone& phone,
                   const Context& context) {
  const Application& application = *units.application;
  const absl::Duration ttl = context.policy->phone_ttl.Clamp(command.ttl);
  const License* license = application.Find(phone.license);
  std::optional<absl::Time> drain_deadline = phone.drain_deadline;
  ChangeList changes(units, context.now, context);

  const License* idle =
      license->expired ? ChooseIdle(application, LicenseKind::kSip, command.edition) : nullptr;
  if (idle != nullptr) {
    changes.Add(PhoneMoved{.id = phone.id, .from = license->id, .to = idle->id});
    changes.Add(PhoneDraining{.id = phone.id, .deadline = std::nullopt});
    license = idle;
    drain_deadline.reset();
  }
  if (ttl != phone.ttl) changes.Add(PhoneTtlChanged{.id = phone.id, .ttl = ttl});
  changes.Add(PhoneRenewed{.id = phone.id, .lease_end = context.lease_now + ttl});
  PhoneView view{
      .id = phone.id,
      .license = license->id,
      .edition = license->edition,
      .state = StateOf(drain_deadline),
      .online_time = phone.online_time,
      .expire_time = context.now + ttl,
      .drain_deadline = drain_deadline,
      .revision = phone.revision,
  };
  return {Reply(RegisterPhoneReply{std::move(view)}), changes.Take()};
}

PhoneRenewal RenewOne(const Application& application, const PhoneId& id, const Context& context,
                      ChangeList& changes) {
  PhoneRenewal renewal;
  renewal.id = id;
  const Phone* phone = application.Find(id);
  // Phones that went offline are not remembered.
  if (phone == nullptr) {
    renewal.state = SessionState::kEnded;
    renewal.end_reason = EndReason::kUnknown;
    return renewal;
  }
  changes.Add(PhoneRenewed{.id = id, .lease_end = context.lease_now + phone->ttl});
  renewal.state = StateOf(phone->drain_deadline);
  renewal.expire_time = context.now + phone->ttl;
  renewal.drain_deadline = phone->drain_deadline;
  return renewal;
}

}  // namespace

Outcome DecideOn(const Units& units, const RegisterPhone& command, const Context& context) {
  const Application& application = *units.application;
  const Phone* online = application.Find(command.id);
  if (online != nullptr) return Reregister(units, command, *online, context);

  const License* license = ChooseIdle(application, LicenseKind::kSip, command.edition);
  if (license == nullptr) return Refuse(units, command, context);

  const absl::Duration ttl = context.policy->phone_ttl.Clamp(command.ttl);
  ChangeList changes(units, context.now, context);
  const Revision revision = changes.Add(PhoneOnline{
      .id = command.id, .license = license->id, .ttl = ttl, .lease_end = context.lease_now + ttl});
  PhoneView view{
      .id = command.id,
      .license = license->id,
      .edition = license->edition,
      .state = SessionState::kActive,
      .online_time = context.now,
      .expire_time = context.now + ttl,
      .drain_deadline = std::nullopt,
      .revision = revision,
  };
  return {Reply(RegisterPhoneReply{std::move(view)}), changes.Take()};
}

Outcome DecideOn(const Units& units, const RenewPhones& command, const Context& context) {
  ChangeList changes(units, context.now, context);
  changes.Reserve(command.ids.size());
  RenewPhonesReply reply;
  reply.renewals.reserve(command.ids.size());
  for (const PhoneId& id : command.ids) {
    reply.renewals.push_back(RenewOne(*units.application, id, context, changes));
  }
  return {Reply(std::move(reply)), changes.Take()};
}

Outcome DecideOn(const Units& units, const UnregisterPhone& command, const Context& context) {
  ChangeList changes(units, context.now, context);
  if (const Phone* phone = units.application->Find(command.id); phone != nullptr) {
    changes.Add(
        PhoneOffline{.id = phone->id, .license = phone->license, .reason = EndReason::kLogout});
  }
  return {Reply(UnregisterPhoneReply{}), changes.Take()};
}

Outcome DecideOn(const Units& units, const ListPhones& command, const Context& context) {
  const Application& application = *units.application;
  PhonesReply reply;
  for (auto it = application.phones.upper_bound(command.after); it != application.phones.end();
       ++it) {
    if (static_cast<int>(reply.phones.size()) == command.limit) {
      reply.more = true;
      break;
    }
    reply.phones.push_back(ViewOf(application, it->second, context));
  }
  return {Reply(std::move(reply)), {}};
}

}  // namespace usher::entitlement
