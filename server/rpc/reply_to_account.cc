#include "rpc/reply_parts.h"
#include "rpc/reply_to_proto.h"

namespace usher::rpc {
namespace {

void Write(const entitlement::AccountView& account, v1::Account& out) {
  out.set_name(AccountName(account.id));
  out.set_display_name(account.display_name);
  out.set_time_zone(account.zone_name);
  SetTime(account.create_time, out.mutable_create_time());
  if (!account.pending_zone) return;
  out.set_pending_time_zone(account.pending_zone->name);
  SetTime(account.pending_zone->change_time, out.mutable_time_zone_change_time());
}

void Write(const entitlement::ApplicationView& application, v1::Application& out) {
  out.set_name(ApplicationName(application.name.account, application.name.application));
  out.set_display_name(application.display_name);
  SetTime(application.create_time, out.mutable_create_time());
  if (application.trial_expire_time) {
    SetTime(*application.trial_expire_time, out.mutable_trial_expire_time());
  }
  if (application.delete_time) SetTime(*application.delete_time, out.mutable_delete_time());
}

void Write(const entitlement::PoolView& pool, v1::Pool& out) {
  out.set_kind(Wire<v1::LicenseKind>(pool.kind));
  out.set_edition(Wire<v1::Edition>(pool.edition));
  out.set_total(ToInt32(pool.count.total));
  out.set_idle(ToInt32(pool.count.total - pool.count.held));
  out.set_bound(ToInt32(pool.count.held - pool.count.in_use));
  out.set_in_use(ToInt32(pool.count.in_use));
  out.set_peak_in_use(ToInt32(pool.usage.peak_in_use));
  out.set_denials(pool.usage.denials);
}

void Write(const entitlement::CapacityStep& step, v1::CapacityStep& out) {
  SetTime(step.time, out.mutable_time());
  out.set_kind(Wire<v1::LicenseKind>(step.kind));
  out.set_edition(Wire<v1::Edition>(step.edition));
  out.set_total(ToInt32(step.total));
}

template <typename Response>
void WriteAccount(const Reply& reply, Response& out) {
  Write(As<entitlement::AccountReply>(reply).account, *out.mutable_account());
}

template <typename Response>
void WriteApplication(const Reply& reply, Response& out) {
  Write(As<entitlement::ApplicationReply>(reply).application, *out.mutable_application());
}

}  // namespace

void WriteReply(const Reply& reply, const v1::CreateAccountRequest&,
                v1::CreateAccountResponse& out) {
  WriteAccount(reply, out);
}

void WriteReply(const Reply& reply, const v1::GetAccountRequest&, v1::GetAccountResponse& out) {
  WriteAccount(reply, out);
}

void WriteReply(const Reply& reply, const v1::ListAccountsRequest& request,
                v1::ListAccountsResponse& out) {
  const auto& page = FromHistory<entitlement::AccountsPage>(reply);
  for (const auto& account : page.accounts) Write(account, *out.add_accounts());
  if (page.more) WriteNext(true, request, page.accounts.back().id.value(), out);
}

void WriteReply(const Reply& reply, const v1::UpdateAccountRequest&,
                v1::UpdateAccountResponse& out) {
  WriteAccount(reply, out);
}

void WriteReply(const Reply& reply, const v1::CreateApplicationRequest&,
                v1::CreateApplicationResponse& out) {
  WriteApplication(reply, out);
}

void WriteReply(const Reply& reply, const v1::GetApplicationRequest&,
                v1::GetApplicationResponse& out) {
  WriteApplication(reply, out);
}

void WriteReply(const Reply& reply, const v1::ListApplicationsRequest& request,
                v1::ListApplicationsResponse& out) {
  const auto& page = As<entitlement::ApplicationsReply>(reply);
  for (const auto& application : page.applications) Write(application, *out.add_applications());
  if (page.more) {
    WriteNext(true, request, page.applications.back().name.application.value(), out);
  }
}

void WriteReply(const Reply& reply, const v1::UpdateApplicationRequest&,
                v1::UpdateApplicationResponse& out) {
  WriteApplication(reply, out);
}

void WriteReply(const Reply& reply, const v1::DeleteApplicationRequest&,
                v1::DeleteApplicationResponse& out) {
  WriteApplication(reply, out);
}

void WriteReply(const Reply& reply, const v1::UndeleteApplicationRequest&,
                v1::UndeleteApplicationResponse& out) {
  WriteApplication(reply, out);
}

void WriteReply(const Reply& reply, const v1::GetEntitlementsRequest&,
                v1::GetEntitlementsResponse& out) {
  const auto& entitlements = As<entitlement::EntitlementsReply>(reply);
  Write(entitlements.application, *out.mutable_application());
  for (const auto& pool : entitlements.pools) Write(pool, *out.add_pools());
  WriteAllowance(entitlements.resets, *out.mutable_resets());
  for (const auto& step : entitlements.timeline) Write(step, *out.add_timeline());
  out.set_voice_concurrency_limit(ToInt32(entitlements.voice_concurrency_limit));
  out.set_voice_concurrency_active(ToInt32(entitlements.voice_concurrency_active));
  out.set_voice_minutes_remaining(entitlements.voice_minutes_remaining);
}

}  // namespace usher::rpc
