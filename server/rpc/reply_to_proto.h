// Replies of the core → response messages of the wire: one overload for each method.
//
// The request is at hand because the token of the next page is bound to it. A reply of another
// method is a defect of the caller and ends the process. Pure functions, any thread.
#pragma once

#include <optional>

#include "entitlement/refusal.h"
#include "entitlement/reply.h"
#include "usher/v1/account_service.pb.h"
#include "usher/v1/admin_service.pb.h"
#include "usher/v1/agent_service.pb.h"
#include "usher/v1/license_service.pb.h"
#include "usher/v1/order_service.pb.h"
#include "usher/v1/phone_service.pb.h"
#include "usher/v1/voice_service.pb.h"

namespace usher::entitlement {
class Catalog;
}

namespace usher::rpc {

using entitlement::Reply;

// What only the store could tell: a reply that means a refusal. No other reply does.
template <typename Request>
std::optional<entitlement::Refusal> RefusalIn(const Reply&, const Request&) {
  return std::nullopt;
}
std::optional<entitlement::Refusal> RefusalIn(const Reply& reply,
                                              const v1::GetOrderRequest& request);

// reply_to_account.cc
void WriteReply(const Reply&, const v1::CreateAccountRequest&, v1::CreateAccountResponse&);
void WriteReply(const Reply&, const v1::GetAccountRequest&, v1::GetAccountResponse&);
void WriteReply(const Reply&, const v1::ListAccountsRequest&, v1::ListAccountsResponse&);
void WriteReply(const Reply&, const v1::UpdateAccountRequest&, v1::UpdateAccountResponse&);
void WriteReply(const Reply&, const v1::CreateApplicationRequest&, v1::CreateApplicationResponse&);
void WriteReply(const Reply&, const v1::GetApplicationRequest&, v1::GetApplicationResponse&);
void WriteReply(const Reply&, const v1::ListApplicationsRequest&, v1::ListApplicationsResponse&);
void WriteReply(const Reply&, const v1::UpdateApplicationRequest&, v1::UpdateApplicationResponse&);
void WriteReply(const Reply&, const v1::DeleteApplicationRequest&, v1::DeleteApplicationResponse&);
void WriteReply(const Reply&, const v1::UndeleteApplicationRequest&,
                v1::UndeleteApplicationResponse&);
void WriteReply(const Reply&, const v1::GetEntitlementsRequest&, v1::GetEntitlementsResponse&);

// reply_to_order.cc
void WriteProducts(const entitlement::Catalog& catalog, v1::ListProductsResponse&);
void WriteReply(const Reply&, const v1::CreateOrderRequest&, v1::CreateOrderResponse&);
void WriteReply(const Reply&, const v1::RenewSubscriptionRequest&, v1::RenewSubscriptionResponse&);
void WriteReply(const Reply&, const v1::GetOrderRequest&, v1::GetOrderResponse&);
void WriteReply(const Reply&, const v1::ListOrdersRequest&, v1::ListOrdersResponse&);
void WriteReply(const Reply&, const v1::GetSubscriptionRequest&, v1::GetSubscriptionResponse&);
void WriteReply(const Reply&, const v1::ListSubscriptionsRequest&, v1::ListSubscriptionsResponse&);

// reply_to_license.cc
void WriteReply(const Reply&, const v1::GetLicenseRequest&, v1::GetLicenseResponse&);
void WriteReply(const Reply&, const v1::ListLicensesRequest&, v1::ListLicensesResponse&);
void WriteReply(const Reply&, const v1::ResetLicensesRequest&, v1::ResetLicensesResponse&);
void WriteReply(const Reply&, const v1::ListResetsRequest&, v1::ListResetsResponse&);
void WriteReply(const Reply&, const v1::ListBindingsRequest&, v1::ListBindingsResponse&);

// reply_to_agent.cc
void WriteReply(const Reply&, const v1::StartSessionRequest&, v1::StartSessionResponse&);
void WriteReply(const Reply&, const v1::RenewSessionsRequest&, v1::RenewSessionsResponse&);
void WriteReply(const Reply&, const v1::EndSessionRequest&, v1::EndSessionResponse&);
void WriteReply(const Reply&, const v1::ForceOfflineRequest&, v1::ForceOfflineResponse&);
void WriteReply(const Reply&, const v1::SetMobileAnsweringRequest&,
                v1::SetMobileAnsweringResponse&);
void WriteReply(const Reply&, const v1::CheckAccessRequest&, v1::CheckAccessResponse&);
void WriteReply(const Reply&, const v1::ListSessionsRequest&, v1::ListSessionsResponse&);
void WriteReply(const Reply&, const v1::ListAgentsRequest&, v1::ListAgentsResponse&);

// reply_to_phone.cc
void WriteReply(const Reply&, const v1::RegisterPhoneRequest&, v1::RegisterPhoneResponse&);
void WriteReply(const Reply&, const v1::RenewPhonesRequest&, v1::RenewPhonesResponse&);
void WriteReply(const Reply&, const v1::UnregisterPhoneRequest&, v1::UnregisterPhoneResponse&);
void WriteReply(const Reply&, const v1::ListPhonesRequest&, v1::ListPhonesResponse&);

// reply_to_admin.cc
void WriteToken(const entitlement::Token& token, v1::Token& out);
void WriteReply(const Reply&, const v1::CreateTokenRequest&, v1::CreateTokenResponse&);
void WriteReply(const Reply&, const v1::ListTokensRequest&, v1::ListTokensResponse&);
void WriteReply(const Reply&, const v1::RevokeTokenRequest&, v1::RevokeTokenResponse&);
// reply_to_voice.cc
void WriteReply(const Reply&, const v1::StartCallRequest&, v1::StartCallResponse&);
void WriteReply(const Reply&, const v1::ConnectCallRequest&, v1::ConnectCallResponse&);
void WriteReply(const Reply&, const v1::ExtendCallsRequest&, v1::ExtendCallsResponse&);
void WriteReply(const Reply&, const v1::EndCallRequest&, v1::EndCallResponse&);
void WriteReply(const Reply&, const v1::GetVoiceBalanceRequest&, v1::GetVoiceBalanceResponse&);
void WriteReply(const Reply&, const v1::GetCallRequest&, v1::GetCallResponse&);
void WriteReply(const Reply&, const v1::ListCallsRequest&, v1::ListCallsResponse&);

// Views that several services show.
void WriteAllowance(const entitlement::ResetAllowance& allowance, v1::ResetAllowance& out);
void WriteLicense(const entitlement::LicenseView& license, v1::License& out);

}  // namespace usher::rpc
