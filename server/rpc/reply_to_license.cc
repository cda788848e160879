#include "entitlement/civil.h"
#include "rpc/reply_parts.h"
#include "rpc/reply_to_proto.h"

namespace usher::rpc {

void WriteAllowance(const entitlement::ResetAllowance& allowance, v1::ResetAllowance& out) {
  out.set_month(entitlement::FormatMonth(allowance.month));
  out.set_used(allowance.used);
  out.set_limit(allowance.limit);
  SetTime(allowance.month_end, out.mutable_month_end_time());
}

void WriteLicense(const entitlement::LicenseView& license, v1::License& out) {
  out.set_license_id(license.id.value());
  out.set_kind(Wire<v1::LicenseKind>(license.kind));
  out.set_edition(Wire<v1::Edition>(license.edition));
  out.set_source(Wire<v1::LicenseSource>(license.source));
  out.set_subscription_id(license.subscription.value());
  out.set_state(Wire<v1::LicenseState>(license.state));
  SetString(license.holder.view(), out.mutable_holder());
  if (license.bind_time) SetTime(*license.bind_time, out.mutable_bind_time());
  SetTime(license.expire_time, out.mutable_expire_time());
}

namespace {

void Write(const entitlement::ResetRecord& reset, v1::LicenseReset& out) {
  out.set_revision(reset.revision.value());
  SetTime(reset.reset_time, out.mutable_reset_time());
  out.set_actor(reset.actor);
  out.set_released_count(ToInt32(reset.released_count));
  out.set_retained_count(ToInt32(reset.retained_count));
}

void Write(const entitlement::BindingRecord& binding, v1::Binding& out) {
  out.set_license_id(binding.license.value());
  SetString(binding.email.value(), out.mutable_email());
  SetTime(binding.bind_time, out.mutable_bind_time());
  if (binding.release_time) SetTime(*binding.release_time, out.mutable_release_time());
  out.set_release_cause(Wire<v1::ReleaseCause>(binding.release_cause));
}

}  // namespace

void WriteReply(const Reply& reply, const v1::GetLicenseRequest&, v1::GetLicenseResponse& out) {
  WriteLicense(As<entitlement::LicenseReply>(reply).license, *out.mutable_license());
}

void WriteReply(const Reply& reply, const v1::ListLicensesRequest& request,
                v1::ListLicensesResponse& out) {
  const auto& page = As<entitlement::LicensesReply>(reply);
  for (const auto& license : page.licenses) WriteLicense(license, *out.add_licenses());
  if (page.more) WriteNext(true, request, page.licenses.back().id.value(), out);
}

void WriteReply(const Reply& reply, const v1::ResetLicensesRequest&,
                v1::ResetLicensesResponse& out) {
  const auto& reset = As<entitlement::ResetReply>(reply);
  for (const auto& binding : reset.released) {
    v1::ReleasedBinding& released = *out.add_released();
    released.set_license_id(binding.license.value());
    SetString(binding.email.value(), released.mutable_email());
  }
  for (const auto& binding : reset.retained) {
    v1::RetainedBinding& retained = *out.add_retained();
    retained.set_license_id(binding.license.value());
    SetString(binding.email.value(), retained.mutable_email());
    retained.set_reason(Wire<v1::RetainReason>(binding.reason));
  }
  WriteAllowance(reset.allowance, *out.mutable_allowance());
  out.set_etag(reset.etag);
  out.set_released_count(ToInt32(reset.released_count));
  out.set_retained_count(ToInt32(reset.retained_count));
}

void WriteReply(const Reply& reply, const v1::ListResetsRequest& request,
                v1::ListResetsResponse& out) {
  const auto& page = FromHistory<entitlement::ResetsPage>(reply);
  for (const auto& reset : page.resets) Write(reset, *out.add_resets());
  if (page.more) WriteNext(true, request, page.resets.back().revision.value(), out);
}

void WriteReply(const Reply& reply, const v1::ListBindingsRequest& request,
                v1::ListBindingsResponse& out) {
  const auto& page = FromHistory<entitlement::BindingsPage>(reply);
  for (const auto& binding : page.bindings) Write(binding, *out.add_bindings());
  if (page.more) WriteNext(true, request, page.bindings.back().position, out);
}

}  // namespace usher::rpc
