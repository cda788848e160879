#include "client/lib/client.h"

#include <optional>
#include <string>
#include <utility>

#include "client/lib/retry.h"
#include "client/lib/uuid.h"

namespace usher {
namespace {

using client::Idempotency;
using google::protobuf::Message;

template <typename Request>
concept HasRequestId = requires(Request request) {
  request.set_request_id(std::string());
};

}  // namespace

Client::Client(const ClientOptions& options) : Client(client::Connect(options), options) {}

Client::Client(std::shared_ptr<client::Connection> connection, ClientOptions options)
    : connection_(std::move(connection)), options_(std::move(options)) {}

template <typename Response, typename Request>
Result<Response> Client::Call(const client::Method& method, const Request& request,
                              const CallOptions& options) const {
  const auto send = [&](const Message& message) -> Result<Response> {
    Response response;
    std::optional<Error> error =
        client::CallWithRetries(*connection_, method, message, response, options_.retry,
                                options.timeout.value_or(options_.timeout), options.stop);
    if (error.has_value()) return *std::move(error);
    return response;
  };
  if constexpr (HasRequestId<Request>) {
    if (request.request_id().empty()) {
      Request identified = request;
      identified.set_request_id(client::RandomUuid());
      return send(identified);
    }
  }
  return send(request);
}

// AccountService

Result<v1::CreateAccountResponse> Client::CreateAccount(const v1::CreateAccountRequest& request,
                                                        const CallOptions& options) const {
  return Call<v1::CreateAccountResponse>(
      {"/usher.v1.AccountService/CreateAccount", Idempotency::kByRequestId}, request, options);
}

Result<v1::GetAccountResponse> Client::GetAccount(const v1::GetAccountRequest& request,
                                                  const CallOptions& options) const {
  return Call<v1::GetAccountResponse>(
      {"/usher.v1.AccountService/GetAccount", Idempotency::kByNature}, request, options);
}

Result<v1::ListAccountsResponse> Client::ListAccounts(const v1::ListAccountsRequest& request,
                                                      const CallOptions& options) const {
  return Call<v1::ListAccountsResponse>(
      {"/usher.v1.AccountService/ListAccounts", Idempotency::kByNature}, request, options);
}

Result<v1::UpdateAccountResponse> Client::UpdateAccount(const v1::UpdateAccountRequest& request,
                                                        const CallOptions& options) const {
  return Call<v1::UpdateAccountResponse>(
      {"/usher.v1.AccountService/UpdateAccount", Idempotency::kByRequestId}, request, options);
}

Result<v1::CreateApplicationResponse> Client::CreateApplication(
    const v1::CreateApplicationRequest& request, const CallOptions& options) const {
  return Call<v1::CreateApplicationResponse>(
      {"/usher.v1.AccountService/CreateApplication", Idempotency::kByRequestId}, request, options);
}

Result<v1::GetApplicationResponse> Client::GetApplication(const v1::GetApplicationRequest& request,
                                                          const CallOptions& options) const {
  return Call<v1::GetApplicationResponse>(
      {"/usher.v1.AccountService/GetApplication", Idempotency::kByNature}, request, options);
}

Result<v1::ListApplicationsResponse> Client::ListApplications(
    const v1::ListApplicationsRequest& request, const CallOptions& options) const {
  return Call<v1::ListApplicationsResponse>(
      {"/usher.v1.AccountService/ListApplications", Idempotency::kByNature}, request, options);
}

Result<v1::UpdateApplicationResponse> Client::UpdateApplication(
    const v1::UpdateApplicationRequest& request, const CallOptions& options) const {
  return Call<v1::UpdateApplicationResponse>(
      {"/usher.v1.AccountService/UpdateApplication", Idempotency::kByRequestId}, request, options);
}

Result<v1::DeleteApplicationResponse> Client::DeleteApplication(
    const v1::DeleteApplicationRequest& request, const CallOptions& options) const {
  return Call<v1::DeleteApplicationResponse>(
      {"/usher.v1.AccountService/DeleteApplication", Idempotency::kByRequestId}, request, options);
}

Result<v1::UndeleteApplicationResponse> Client::UndeleteApplication(
    const v1::UndeleteApplicationRequest& request, const CallOptions& options) const {
  return Call<v1::UndeleteApplicationResponse>(
      {"/usher.v1.AccountService/UndeleteApplication", Idempotency::kByRequestId}, request,
      options);
}

Result<v1::GetEntitlementsResponse> Client::GetEntitlements(
    const v1::GetEntitlementsRequest& request, const CallOptions& options) const {
  return Call<v1::GetEntitlementsResponse>(
      {"/usher.v1.AccountService/GetEntitlements", Idempotency::kByNature}, request, options);
}

// AdminService

Result<v1::CreateTokenResponse> Client::CreateToken(const v1::CreateTokenRequest& request,
                                                    const CallOptions& options) const {
  return Call<v1::CreateTokenResponse>({"/usher.v1.AdminService/CreateToken", Idempotency::kNone},
                                       request, options);
}

Result<v1::ListTokensResponse> Client::ListTokens(const v1::ListTokensRequest& request,
                                                  const CallOptions& options) const {
  return Call<v1::ListTokensResponse>({"/usher.v1.AdminService/ListTokens", Idempotency::kByNature},
                                      request, options);
}

Result<v1::RevokeTokenResponse> Client::RevokeToken(const v1::RevokeTokenRequest& request,
                                                    const CallOptions& options) const {
  return Call<v1::RevokeTokenResponse>(
      {"/usher.v1.AdminService/RevokeToken", Idempotency::kByNature}, request, options);
}

Result<v1::WhoAmIResponse> Client::WhoAmI(const v1::WhoAmIRequest& request,
                                          const CallOptions& options) const {
  return Call<v1::WhoAmIResponse>({"/usher.v1.AdminService/WhoAmI", Idempotency::kByNature},
                                  request, options);
}

Result<v1::GetStatusResponse> Client::GetStatus(const v1::GetStatusRequest& request,
                                                const CallOptions& options) const {
  return Call<v1::GetStatusResponse>({"/usher.v1.AdminService/GetStatus", Idempotency::kByNature},
                                     request, options);
}

Result<v1::CheckIntegrityResponse> Client::CheckIntegrity(const v1::CheckIntegrityRequest& request,
                                                          const CallOptions& options) const {
  return Call<v1::CheckIntegrityResponse>(
      {"/usher.v1.AdminService/CheckIntegrity", Idempotency::kByNature}, request, options);
}

std::unique_ptr<client::Stream> Client::BackupDatabase(const v1::BackupDatabaseRequest& request,
                                                       const client::Listening& listening) const {
  return connection_->Open({"/usher.v1.AdminService/BackupDatabase", Idempotency::kByNature},
                           request, listening);
}

Result<grpc::health::v1::HealthCheckResponse> Client::CheckHealth(
    const grpc::health::v1::HealthCheckRequest& request, const CallOptions& options) const {
  return Call<grpc::health::v1::HealthCheckResponse>(
      {"/grpc.health.v1.Health/Check", Idempotency::kByNature}, request, options);
}

// OrderService

Result<v1::ListProductsResponse> Client::ListProducts(const v1::ListProductsRequest& request,
                                                      const CallOptions& options) const {
  return Call<v1::ListProductsResponse>(
      {"/usher.v1.OrderService/ListProducts", Idempotency::kByNature}, request, options);
}

Result<v1::CreateOrderResponse> Client::CreateOrder(const v1::CreateOrderRequest& request,
                                                    const CallOptions& options) const {
  return Call<v1::CreateOrderResponse>(
      {"/usher.v1.OrderService/CreateOrder", Idempotency::kByRequestId}, request, options);
}

Result<v1::RenewSubscriptionResponse> Client::RenewSubscription(
    const v1::RenewSubscriptionRequest& request, const CallOptions& options) const {
  return Call<v1::RenewSubscriptionResponse>(
      {"/usher.v1.OrderService/RenewSubscription", Idempotency::kByRequestId}, request, options);
}

Result<v1::GetOrderResponse> Client::GetOrder(const v1::GetOrderRequest& request,
                                              const CallOptions& options) const {
  return Call<v1::GetOrderResponse>({"/usher.v1.OrderService/GetOrder", Idempotency::kByNature},
                                    request, options);
}

Result<v1::ListOrdersResponse> Client::ListOrders(const v1::ListOrdersRequest& request,
                                                  const CallOptions& options) const {
  return Call<v1::ListOrdersResponse>({"/usher.v1.OrderService/ListOrders", Idempotency::kByNature},
                                      request, options);
}

Result<v1::GetSubscriptionResponse> Client::GetSubscription(
    const v1::GetSubscriptionRequest& request, const CallOptions& options) const {
  return Call<v1::GetSubscriptionResponse>(
      {"/usher.v1.OrderService/GetSubscription", Idempotency::kByNature}, request, options);
}

Result<v1::ListSubscriptionsResponse> Client::ListSubscriptions(
    const v1::ListSubscriptionsRequest& request, const CallOptions& options) const {
  return Call<v1::ListSubscriptionsResponse>(
      {"/usher.v1.OrderService/ListSubscriptions", Idempotency::kByNature}, request, options);
}

// LicenseService

Result<v1::GetLicenseResponse> Client::GetLicense(const v1::GetLicenseRequest& request,
                                                  const CallOptions& options) const {
  return Call<v1::GetLicenseResponse>(
      {"/usher.v1.LicenseService/GetLicense", Idempotency::kByNature}, request, options);
}

Result<v1::ListLicensesResponse> Client::ListLicenses(const v1::ListLicensesRequest& request,
                                                      const CallOptions& options) const {
  return Call<v1::ListLicensesResponse>(
      {"/usher.v1.LicenseService/ListLicenses", Idempotency::kByNature}, request, options);
}

Result<v1::ResetLicensesResponse> Client::ResetLicenses(const v1::ResetLicensesRequest& request,
                                                        const CallOptions& options) const {
  return Call<v1::ResetLicensesResponse>(
      {"/usher.v1.LicenseService/ResetLicenses", Idempotency::kByRequestId}, request, options);
}

Result<v1::ListResetsResponse> Client::ListResets(const v1::ListResetsRequest& request,
                                                  const CallOptions& options) const {
  return Call<v1::ListResetsResponse>(
      {"/usher.v1.LicenseService/ListResets", Idempotency::kByNature}, request, options);
}

Result<v1::ListBindingsResponse> Client::ListBindings(const v1::ListBindingsRequest& request,
                                                      const CallOptions& options) const {
  return Call<v1::ListBindingsResponse>(
      {"/usher.v1.LicenseService/ListBindings", Idempotency::kByNature}, request, options);
}

// AgentService

Result<v1::StartSessionResponse> Client::StartSession(const v1::StartSessionRequest& request,
                                                      const CallOptions& options) const {
  return Call<v1::StartSessionResponse>(
      {"/usher.v1.AgentService/StartSession", Idempotency::kByNature}, request, options);
}

Result<v1::RenewSessionsResponse> Client::RenewSessions(const v1::RenewSessionsRequest& request,
                                                        const CallOptions& options) const {
  return Call<v1::RenewSessionsResponse>(
      {"/usher.v1.AgentService/RenewSessions", Idempotency::kByNature}, request, options);
}

Result<v1::EndSessionResponse> Client::EndSession(const v1::EndSessionRequest& request,
                                                  const CallOptions& options) const {
  return Call<v1::EndSessionResponse>({"/usher.v1.AgentService/EndSession", Idempotency::kByNature},
                                      request, options);
}

Result<v1::ForceOfflineResponse> Client::ForceOffline(const v1::ForceOfflineRequest& request,
                                                      const CallOptions& options) const {
  return Call<v1::ForceOfflineResponse>(
      {"/usher.v1.AgentService/ForceOffline", Idempotency::kByNature}, request, options);
}

Result<v1::SetMobileAnsweringResponse> Client::SetMobileAnswering(
    const v1::SetMobileAnsweringRequest& request, const CallOptions& options) const {
  return Call<v1::SetMobileAnsweringResponse>(
      {"/usher.v1.AgentService/SetMobileAnswering", Idempotency::kByNature}, request, options);
}

Result<v1::CheckAccessResponse> Client::CheckAccess(const v1::CheckAccessRequest& request,
                                                    const CallOptions& options) const {
  return Call<v1::CheckAccessResponse>(
      {"/usher.v1.AgentService/CheckAccess", Idempotency::kByNature}, request, options);
}

Result<v1::ListSessionsResponse> Client::ListSessions(const v1::ListSessionsRequest& request,
                                                      const CallOptions& options) const {
  return Call<v1::ListSessionsResponse>(
      {"/usher.v1.AgentService/ListSessions", Idempotency::kByNature}, request, options);
}

Result<v1::ListAgentsResponse> Client::ListAgents(const v1::ListAgentsRequest& request,
                                                  const CallOptions& options) const {
  return Call<v1::ListAgentsResponse>({"/usher.v1.AgentService/ListAgents", Idempotency::kByNature},
                                      request, options);
}

// PhoneService

Result<v1::RegisterPhoneResponse> Client::RegisterPhone(const v1::RegisterPhoneRequest& request,
                                                        const CallOptions& options) const {
  return Call<v1::RegisterPhoneResponse>(
      {"/usher.v1.PhoneService/RegisterPhone", Idempotency::kByNature}, request, options);
}

Result<v1::RenewPhonesResponse> Client::RenewPhones(const v1::RenewPhonesRequest& request,
                                                    const CallOptions& options) const {
  return Call<v1::RenewPhonesResponse>(
      {"/usher.v1.PhoneService/RenewPhones", Idempotency::kByNature}, request, options);
}

Result<v1::UnregisterPhoneResponse> Client::UnregisterPhone(
    const v1::UnregisterPhoneRequest& request, const CallOptions& options) const {
  return Call<v1::UnregisterPhoneResponse>(
      {"/usher.v1.PhoneService/UnregisterPhone", Idempotency::kByNature}, request, options);
}

Result<v1::ListPhonesResponse> Client::ListPhones(const v1::ListPhonesRequest& request,
                                                  const CallOptions& options) const {
  return Call<v1::ListPhonesResponse>({"/usher.v1.PhoneService/ListPhones", Idempotency::kByNature},
                                      request, options);
}

// VoiceService

Result<v1::StartCallResponse> Client::StartCall(const v1::StartCallRequest& request,
                                                const CallOptions& options) const {
  return Call<v1::StartCallResponse>({"/usher.v1.VoiceService/StartCall", Idempotency::kByNature},
                                     request, options);
}

Result<v1::ConnectCallResponse> Client::ConnectCall(const v1::ConnectCallRequest& request,
                                                    const CallOptions& options) const {
  return Call<v1::ConnectCallResponse>(
      {"/usher.v1.VoiceService/ConnectCall", Idempotency::kByNature}, request, options);
}

Result<v1::ExtendCallsResponse> Client::ExtendCalls(const v1::ExtendCallsRequest& request,
                                                    const CallOptions& options) const {
  return Call<v1::ExtendCallsResponse>(
      {"/usher.v1.VoiceService/ExtendCalls", Idempotency::kByNature}, request, options);
}

Result<v1::EndCallResponse> Client::EndCall(const v1::EndCallRequest& request,
                                            const CallOptions& options) const {
  return Call<v1::EndCallResponse>({"/usher.v1.VoiceService/EndCall", Idempotency::kByNature},
                                   request, options);
}

Result<v1::GetVoiceBalanceResponse> Client::GetVoiceBalance(
    const v1::GetVoiceBalanceRequest& request, const CallOptions& options) const {
  return Call<v1::GetVoiceBalanceResponse>(
      {"/usher.v1.VoiceService/GetVoiceBalance", Idempotency::kByNature}, request, options);
}

Result<v1::GetCallResponse> Client::GetCall(const v1::GetCallRequest& request,
                                            const CallOptions& options) const {
  return Call<v1::GetCallResponse>({"/usher.v1.VoiceService/GetCall", Idempotency::kByNature},
                                   request, options);
}

Result<v1::ListCallsResponse> Client::ListCalls(const v1::ListCallsRequest& request,
                                                const CallOptions& options) const {
  return Call<v1::ListCallsResponse>({"/usher.v1.VoiceService/ListCalls", Idempotency::kByNature},
                                     request, options);
}

// EventService

Result<v1::ListEventsResponse> Client::ListEvents(const v1::ListEventsRequest& request,
                                                  const CallOptions& options) const {
  return Call<v1::ListEventsResponse>({"/usher.v1.EventService/ListEvents", Idempotency::kByNature},
                                      request, options);
}

std::unique_ptr<client::Stream> Client::WatchEvents(const v1::WatchEventsRequest& request,
                                                    const client::Listening& listening) const {
  return connection_->Open({"/usher.v1.EventService/WatchEvents", Idempotency::kByNature}, request,
                           listening);
}

}  // namespace usher
