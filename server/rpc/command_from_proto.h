// Requests of the wire → commands of the core: one overload for each request message.
//
// Checks the form of every field and refuses the first that is malformed with InvalidField, whose
// path is the contract's; a page token of another list with PageTokenMismatch. What exists, what is
// allowed and what is for sale is the core's to say. Pure functions, any thread.
#pragma once

#include "rpc/field_reader.h"

namespace usher::v1 {
class CreateAccountRequest;
class CreateTokenRequest;
class ListTokensRequest;
class RevokeTokenRequest;
class GetAccountRequest;
class ListAccountsRequest;
class UpdateAccountRequest;
class CreateApplicationRequest;
class GetApplicationRequest;
class ListApplicationsRequest;
class UpdateApplicationRequest;
class DeleteApplicationRequest;
class UndeleteApplicationRequest;
class GetEntitlementsRequest;
class CreateOrderRequest;
class RenewSubscriptionRequest;
class GetOrderRequest;
class ListOrdersRequest;
class GetSubscriptionRequest;
class ListSubscriptionsRequest;
class GetLicenseRequest;
class ListLicensesRequest;
class ResetLicensesRequest;
class ListResetsRequest;
class ListBindingsRequest;
class StartSessionRequest;
class RenewSessionsRequest;
class EndSessionRequest;
class ForceOfflineRequest;
class SetMobileAnsweringRequest;
class CheckAccessRequest;
class ListSessionsRequest;
class ListAgentsRequest;
class RegisterPhoneRequest;
class RenewPhonesRequest;
class UnregisterPhoneRequest;
class ListPhonesRequest;
class StartCallRequest;
class ConnectCallRequest;
class ExtendCallsRequest;
class EndCallRequest;
class GetVoiceBalanceRequest;
class GetCallRequest;
class ListCallsRequest;
class ListEventsRequest;
class WatchEventsRequest;
}  // namespace usher::v1

namespace usher::rpc {

// command_from_account.cc
CommandOr CommandFrom(const v1::CreateAccountRequest& request);
CommandOr CommandFrom(const v1::GetAccountRequest& request);
CommandOr CommandFrom(const v1::ListAccountsRequest& request);
CommandOr CommandFrom(const v1::UpdateAccountRequest& request);
CommandOr CommandFrom(const v1::CreateApplicationRequest& request);
CommandOr CommandFrom(const v1::GetApplicationRequest& request);
CommandOr CommandFrom(const v1::ListApplicationsRequest& request);
CommandOr CommandFrom(const v1::UpdateApplicationRequest& request);
CommandOr CommandFrom(const v1::DeleteApplicationRequest& request);
CommandOr CommandFrom(const v1::UndeleteApplicationRequest& request);
CommandOr CommandFrom(const v1::GetEntitlementsRequest& request);

// command_from_order.cc
CommandOr CommandFrom(const v1::CreateOrderRequest& request);
CommandOr CommandFrom(const v1::RenewSubscriptionRequest& request);
CommandOr CommandFrom(const v1::GetOrderRequest& request);
CommandOr CommandFrom(const v1::ListOrdersRequest& request);
CommandOr CommandFrom(const v1::GetSubscriptionRequest& request);
CommandOr CommandFrom(const v1::ListSubscriptionsRequest& request);

// command_from_license.cc
CommandOr CommandFrom(const v1::GetLicenseRequest& request);
CommandOr CommandFrom(const v1::ListLicensesRequest& request);
CommandOr CommandFrom(const v1::ResetLicensesRequest& request);
CommandOr CommandFrom(const v1::ListResetsRequest& request);
CommandOr CommandFrom(const v1::ListBindingsRequest& request);

// command_from_agent.cc
CommandOr CommandFrom(const v1::StartSessionRequest& request);
CommandOr CommandFrom(const v1::RenewSessionsRequest& request);
CommandOr CommandFrom(const v1::EndSessionRequest& request);
CommandOr CommandFrom(const v1::ForceOfflineRequest& request);
CommandOr CommandFrom(const v1::SetMobileAnsweringRequest& request);
CommandOr CommandFrom(const v1::CheckAccessRequest& request);
CommandOr CommandFrom(const v1::ListSessionsRequest& request);
CommandOr CommandFrom(const v1::ListAgentsRequest& request);

// command_from_phone.cc
CommandOr CommandFrom(const v1::RegisterPhoneRequest& request);
CommandOr CommandFrom(const v1::RenewPhonesRequest& request);
CommandOr CommandFrom(const v1::UnregisterPhoneRequest& request);
CommandOr CommandFrom(const v1::ListPhonesRequest& request);

// command_from_voice.cc
CommandOr CommandFrom(const v1::StartCallRequest& request);
CommandOr CommandFrom(const v1::ConnectCallRequest& request);
CommandOr CommandFrom(const v1::ExtendCallsRequest& request);
CommandOr CommandFrom(const v1::EndCallRequest& request);
CommandOr CommandFrom(const v1::GetVoiceBalanceRequest& request);
CommandOr CommandFrom(const v1::GetCallRequest& request);
CommandOr CommandFrom(const v1::ListCallsRequest& request);

// command_from_admin.cc
// The digest of the token's secret is the caller's to fill in.
CommandOr CommandFrom(const v1::CreateTokenRequest& request);
CommandOr CommandFrom(const v1::ListTokensRequest& request);
CommandOr CommandFrom(const v1::RevokeTokenRequest& request);

// command_from_event.cc
// Filters and resume tokens are the wire's own: EventFilter and ResumeTokens read them.
CommandOr CommandFrom(const v1::ListEventsRequest& request);
CommandOr CommandFrom(const v1::WatchEventsRequest& request);

}  // namespace usher::rpc
