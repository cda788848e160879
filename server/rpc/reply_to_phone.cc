#include "rpc/reply_parts.h"
#include "rpc/reply_to_proto.h"

namespace usher::rpc {
namespace {

void Write(const entitlement::PhoneView& phone, v1::Phone& out) {
  out.set_phone_id(phone.id.value());
  out.set_license_id(phone.license.value());
  out.set_edition(Wire<v1::Edition>(phone.edition));
  out.set_state(Wire<v1::SessionState>(phone.state));
  SetTime(phone.online_time, out.mutable_online_time());
  SetTime(phone.expire_time, out.mutable_expire_time());
  if (phone.drain_deadline) SetTime(*phone.drain_deadline, out.mutable_drain_deadline_time());
  out.set_revision(phone.revision.value());
}

}  // namespace

void WriteReply(const Reply& reply, const v1::RegisterPhoneRequest&,
                v1::RegisterPhoneResponse& out) {
  Write(As<entitlement::RegisterPhoneReply>(reply).phone, *out.mutable_phone());
}

void WriteReply(const Reply& reply, const v1::RenewPhonesRequest&, v1::RenewPhonesResponse& out) {
  const auto& renewals = As<entitlement::RenewPhonesReply>(reply).renewals;
  out.mutable_renewals()->Reserve(static_cast<int>(renewals.size()));
  for (const entitlement::PhoneRenewal& renewal : renewals) {
    v1::PhoneRenewal& made = *out.add_renewals();
    made.set_phone_id(renewal.id.value());
    made.set_state(Wire<v1::SessionState>(renewal.state));
    // Phones that are offline are not remembered, so there is no instant to tell.
    if (renewal.state != entitlement::SessionState::kEnded) {
      SetTime(renewal.expire_time, made.mutable_expire_time());
    }
    if (renewal.drain_deadline) {
      SetTime(*renewal.drain_deadline, made.mutable_drain_deadline_time());
    }
    made.set_end_reason(Wire<v1::EndReason>(renewal.end_reason));
  }
}

void WriteReply(const Reply& reply, const v1::UnregisterPhoneRequest&,
                v1::UnregisterPhoneResponse&) {
  As<entitlement::UnregisterPhoneReply>(reply);
}

void WriteReply(const Reply& reply, const v1::ListPhonesRequest& request,
                v1::ListPhonesResponse& out) {
  const auto& page = As<entitlement::PhonesReply>(reply);
  for (const auto& phone : page.phones) Write(phone, *out.add_phones());
  if (page.more) WriteNext(true, request, page.phones.back().id.value(), out);
}

}  // namespace usher::rpc
