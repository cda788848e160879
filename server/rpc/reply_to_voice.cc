#include <algorithm>

#include "rpc/reply_parts.h"
#include "rpc/reply_to_proto.h"

namespace usher::rpc {
namespace {

void Write(const entitlement::CallView& call, v1::Call& out) {
  out.set_call_id(call.id.value());
  out.set_direction(Wire<v1::CallDirection>(call.direction));
  out.set_state(Wire<v1::CallState>(call.state));
  SetTime(call.start_time, out.mutable_start_time());
  if (call.connect_time) {
    SetTime(*call.connect_time, out.mutable_connect_time());
    SetDuration(call.connected_duration, out.mutable_connected_duration());
  }
  if (call.end_time) SetTime(*call.end_time, out.mutable_end_time());
  if (call.expire_time) SetTime(*call.expire_time, out.mutable_expire_time());
  out.set_charged_minutes(call.charged_minutes);
  for (const entitlement::MinuteCharge& charge : call.charges) {
    v1::MinuteCharge& made = *out.add_charges();
    made.set_grant_id(charge.grant.value());
    made.set_minutes(charge.minutes);
  }
  out.set_uncovered_minutes(call.uncovered_minutes);
  out.set_end_reason(Wire<v1::CallEndReason>(call.end_reason));
  out.set_reserved_minutes(call.reserved_minutes);
  out.set_final_minute(call.final_minute);
  if (call.must_end_time) SetTime(*call.must_end_time, out.mutable_must_end_time());
}

void Write(const entitlement::CallExtensionView& extension, v1::CallExtension& out) {
  out.set_state(Wire<v1::CallState>(extension.state));
  if (extension.expire_time) SetTime(*extension.expire_time, out.mutable_expire_time());
  out.set_final_minute(extension.final_minute);
  if (extension.must_end_time) SetTime(*extension.must_end_time, out.mutable_must_end_time());
  out.set_end_reason(Wire<v1::CallEndReason>(extension.end_reason));
}

void Write(const entitlement::MinuteGrant& grant, v1::MinuteGrant& out) {
  out.set_grant_id(grant.id.value());
  out.set_product(grant.product);
  out.set_granted_minutes(grant.granted);
  out.set_charged_minutes(grant.charged);
  out.set_reserved_minutes(grant.reserved);
  out.set_remaining_minutes(grant.remaining());
  SetTime(grant.start_time, out.mutable_start_time());
  SetTime(grant.expire_time, out.mutable_expire_time());
}

// A page of live calls, or one that was read from the store.
template <typename Page>
void WriteCalls(const Page& page, const v1::ListCallsRequest& request, v1::ListCallsResponse& out) {
  for (const entitlement::CallView& call : page.calls) Write(call, *out.add_calls());
  if (page.more) WriteNext(true, request, page.calls.back().no.value(), out);
}

}  // namespace

void WriteReply(const Reply& reply, const v1::StartCallRequest&, v1::StartCallResponse& out) {
  Write(As<entitlement::CallReply>(reply).call, *out.mutable_call());
}

void WriteReply(const Reply& reply, const v1::ConnectCallRequest&, v1::ConnectCallResponse& out) {
  Write(As<entitlement::CallReply>(reply).call, *out.mutable_call());
}

void WriteReply(const Reply& reply, const v1::ExtendCallsRequest& request,
                v1::ExtendCallsResponse& out) {
  const auto& extensions = As<entitlement::ExtendCallsReply>(reply).extensions;
  const int count = std::min(static_cast<int>(extensions.size()), request.call_ids_size());
  out.mutable_extensions()->Reserve(count);
  for (int i = 0; i < count; ++i) {
    v1::CallExtension& made = *out.add_extensions();
    made.set_call_id(request.call_ids(i));
    Write(extensions[static_cast<size_t>(i)], made);
  }
}

void WriteReply(const Reply& reply, const v1::EndCallRequest&, v1::EndCallResponse& out) {
  Write(As<entitlement::CallReply>(reply).call, *out.mutable_call());
}

void WriteReply(const Reply& reply, const v1::GetVoiceBalanceRequest& request,
                v1::GetVoiceBalanceResponse& out) {
  const auto& balance = As<entitlement::VoiceBalanceReply>(reply);
  for (const entitlement::MinuteGrant& grant : balance.grants) Write(grant, *out.add_grants());
  out.set_remaining_minutes(balance.remaining_minutes);
  out.set_reserved_minutes(balance.reserved_minutes);
  for (const entitlement::VoiceConcurrencyView& slots : balance.concurrency) {
    v1::VoiceConcurrency& made = *out.add_concurrency();
    made.set_application(
        absl::StrCat(request.account(), "/applications/", slots.application.value()));
    made.set_limit(ToInt32(slots.limit));
    made.set_active(ToInt32(slots.active));
  }
}

void WriteReply(const Reply& reply, const v1::GetCallRequest&, v1::GetCallResponse& out) {
  Write(As<entitlement::CallReply>(reply).call, *out.mutable_call());
}

void WriteReply(const Reply& reply, const v1::ListCallsRequest& request,
                v1::ListCallsResponse& out) {
  if (const auto* live = std::get_if<entitlement::CallsReply>(&reply)) {
    return WriteCalls(*live, request, out);
  }
  WriteCalls(FromHistory<entitlement::CallsPage>(reply), request, out);
}

}  // namespace usher::rpc
