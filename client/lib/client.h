// Client: Usher's API for C++ programs.
//
// A value: copies share one connection, and every method may be called from any thread, by
// many at once. A method sends its request and blocks until the answer, an error or the
// deadline is there (10 s unless said otherwise).
//
//   usher::Client client({.server = "usher.example:7600"});
//   usher::v1::StartSessionRequest request;
//   ...
//   usher::Result<usher::v1::StartSessionResponse> login = client.StartSession(request);
//   if (!login.ok()) return Refuse(login.error().message);
//
// Calls are tried again where the server is unavailable or sheds load (see RetryPolicy). That is
// safe, as all of them but CreateToken are idempotent by nature or by request_id: where a message
// has one and the caller left it empty, a random one is filled in and kept for all the attempts. A
// login that was tried again may answer `newly_bound` = false for a license that its own first
// attempt bound. What the methods mean, and their refusals, is written in proto/usher/v1.
#pragma once

#include <memory>

#include "client/lib/connection.h"
#include "client/lib/options.h"
#include "client/lib/result.h"
#include "grpc/health/v1/health.pb.h"
#include "usher/v1/account_service.pb.h"
#include "usher/v1/admin_service.pb.h"
#include "usher/v1/agent_service.pb.h"
#include "usher/v1/event_service.pb.h"
#include "usher/v1/license_service.pb.h"
#include "usher/v1/order_service.pb.h"
#include "usher/v1/phone_service.pb.h"
#include "usher/v1/voice_service.pb.h"

namespace usher {

class Client {
 public:
  // Does not wait for the server: the first call connects.
  explicit Client(const ClientOptions& options = {});
  // Over a connection of the caller's own, such as a fake.
  explicit Client(std::shared_ptr<client::Connection> connection, ClientOptions options = {});

  // Accounts and their applications.
  Result<v1::CreateAccountResponse> CreateAccount(const v1::CreateAccountRequest& request,
                                                  const CallOptions& options = {}) const;
  Result<v1::GetAccountResponse> GetAccount(const v1::GetAccountRequest& request,
                                            const CallOptions& options = {}) const;
  Result<v1::ListAccountsResponse> ListAccounts(const v1::ListAccountsRequest& request,
                                                const CallOptions& options = {}) const;
  Result<v1::UpdateAccountResponse> UpdateAccount(const v1::UpdateAccountRequest& request,
                                                  const CallOptions& options = {}) const;
  Result<v1::CreateApplicationResponse> CreateApplication(
      const v1::CreateApplicationRequest& request, const CallOptions& options = {}) const;
  Result<v1::GetApplicationResponse> GetApplication(const v1::GetApplicationRequest& request,
                                                    const CallOptions& options = {}) const;
  Result<v1::ListApplicationsResponse> ListApplications(const v1::ListApplicationsRequest& request,
                                                        const CallOptions& options = {}) const;
  Result<v1::UpdateApplicationResponse> UpdateApplication(
      const v1::UpdateApplicationRequest& request, const CallOptions& options = {}) const;
  Result<v1::DeleteApplicationResponse> DeleteApplication(
      const v1::DeleteApplicationRequest& request, const CallOptions& options = {}) const;
  Result<v1::UndeleteApplicationResponse> UndeleteApplication(
      const v1::UndeleteApplicationRequest& request, const CallOptions& options = {}) const;
  Result<v1::GetEntitlementsResponse> GetEntitlements(const v1::GetEntitlementsRequest& request,
                                                      const CallOptions& options = {}) const;

  // Tokens. CreateToken is never tried again: the secret of a lost answer is lost.
  Result<v1::CreateTokenResponse> CreateToken(const v1::CreateTokenRequest& request,
                                              const CallOptions& options = {}) const;
  Result<v1::ListTokensResponse> ListTokens(const v1::ListTokensRequest& request,
                                            const CallOptions& options = {}) const;
  Result<v1::RevokeTokenResponse> RevokeToken(const v1::RevokeTokenRequest& request,
                                              const CallOptions& options = {}) const;
  Result<v1::WhoAmIResponse> WhoAmI(const v1::WhoAmIRequest& request,
                                    const CallOptions& options = {}) const;

  // What serves, since when, and on what data.
  Result<v1::GetStatusResponse> GetStatus(const v1::GetStatusRequest& request,
                                          const CallOptions& options = {}) const;

  Result<v1::CheckIntegrityResponse> CheckIntegrity(const v1::CheckIntegrityRequest& request,
                                                    const CallOptions& options = {}) const;
  // One stream of BackupDatabaseResponse, from its beginning to its end.
  std::unique_ptr<client::Stream> BackupDatabase(const v1::BackupDatabaseRequest& request,
                                                 const client::Listening& listening = {}) const;

  // gRPC's own health service; needs no token.
  Result<grpc::health::v1::HealthCheckResponse> CheckHealth(
      const grpc::health::v1::HealthCheckRequest& request, const CallOptions& options = {}) const;

  // The catalog, orders and subscriptions.
  Result<v1::ListProductsResponse> ListProducts(const v1::ListProductsRequest& request,
                                                const CallOptions& options = {}) const;
  Result<v1::CreateOrderResponse> CreateOrder(const v1::CreateOrderRequest& request,
                                              const CallOptions& options = {}) const;
  Result<v1::RenewSubscriptionResponse> RenewSubscription(
      const v1::RenewSubscriptionRequest& request, const CallOptions& options = {}) const;
  Result<v1::GetOrderResponse> GetOrder(const v1::GetOrderRequest& request,
                                        const CallOptions& options = {}) const;
  Result<v1::ListOrdersResponse> ListOrders(const v1::ListOrdersRequest& request,
                                            const CallOptions& options = {}) const;
  Result<v1::GetSubscriptionResponse> GetSubscription(const v1::GetSubscriptionRequest& request,
                                                      const CallOptions& options = {}) const;
  Result<v1::ListSubscriptionsResponse> ListSubscriptions(
      const v1::ListSubscriptionsRequest& request, const CallOptions& options = {}) const;

  // Licenses, their holders and the monthly resets.
  Result<v1::GetLicenseResponse> GetLicense(const v1::GetLicenseRequest& request,
                                            const CallOptions& options = {}) const;
  Result<v1::ListLicensesResponse> ListLicenses(const v1::ListLicensesRequest& request,
                                                const CallOptions& options = {}) const;
  Result<v1::ResetLicensesResponse> ResetLicenses(const v1::ResetLicensesRequest& request,
                                                  const CallOptions& options = {}) const;
  Result<v1::ListResetsResponse> ListResets(const v1::ListResetsRequest& request,
                                            const CallOptions& options = {}) const;
  Result<v1::ListBindingsResponse> ListBindings(const v1::ListBindingsRequest& request,
                                                const CallOptions& options = {}) const;

  // The agent login flow. AgentSession keeps a login alive.
  Result<v1::StartSessionResponse> StartSession(const v1::StartSessionRequest& request,
                                                const CallOptions& options = {}) const;
  Result<v1::RenewSessionsResponse> RenewSessions(const v1::RenewSessionsRequest& request,
                                                  const CallOptions& options = {}) const;
  Result<v1::EndSessionResponse> EndSession(const v1::EndSessionRequest& request,
                                            const CallOptions& options = {}) const;
  Result<v1::ForceOfflineResponse> ForceOffline(const v1::ForceOfflineRequest& request,
                                                const CallOptions& options = {}) const;
  Result<v1::SetMobileAnsweringResponse> SetMobileAnswering(
      const v1::SetMobileAnsweringRequest& request, const CallOptions& options = {}) const;
  Result<v1::CheckAccessResponse> CheckAccess(const v1::CheckAccessRequest& request,
                                              const CallOptions& options = {}) const;
  Result<v1::ListSessionsResponse> ListSessions(const v1::ListSessionsRequest& request,
                                                const CallOptions& options = {}) const;
  Result<v1::ListAgentsResponse> ListAgents(const v1::ListAgentsRequest& request,
                                            const CallOptions& options = {}) const;

  // SIP phones.
  Result<v1::RegisterPhoneResponse> RegisterPhone(const v1::RegisterPhoneRequest& request,
                                                  const CallOptions& options = {}) const;
  Result<v1::RenewPhonesResponse> RenewPhones(const v1::RenewPhonesRequest& request,
                                              const CallOptions& options = {}) const;
  Result<v1::UnregisterPhoneResponse> UnregisterPhone(const v1::UnregisterPhoneRequest& request,
                                                      const CallOptions& options = {}) const;
  Result<v1::ListPhonesResponse> ListPhones(const v1::ListPhonesRequest& request,
                                            const CallOptions& options = {}) const;

  // Voice AI calls. A call that was started again is the same call; one that was ended again
  // answers its settlement again.
  Result<v1::StartCallResponse> StartCall(const v1::StartCallRequest& request,
                                          const CallOptions& options = {}) const;
  Result<v1::ConnectCallResponse> ConnectCall(const v1::ConnectCallRequest& request,
                                              const CallOptions& options = {}) const;
  Result<v1::ExtendCallsResponse> ExtendCalls(const v1::ExtendCallsRequest& request,
                                              const CallOptions& options = {}) const;
  Result<v1::EndCallResponse> EndCall(const v1::EndCallRequest& request,
                                      const CallOptions& options = {}) const;
  Result<v1::GetVoiceBalanceResponse> GetVoiceBalance(const v1::GetVoiceBalanceRequest& request,
                                                      const CallOptions& options = {}) const;
  Result<v1::GetCallResponse> GetCall(const v1::GetCallRequest& request,
                                      const CallOptions& options = {}) const;
  Result<v1::ListCallsResponse> ListCalls(const v1::ListCallsRequest& request,
                                          const CallOptions& options = {}) const;

  // The journal. EventWatch listens to it and resumes by itself.
  Result<v1::ListEventsResponse> ListEvents(const v1::ListEventsRequest& request,
                                            const CallOptions& options = {}) const;
  // One stream of WatchEventsResponse, from its beginning to its end.
  std::unique_ptr<client::Stream> WatchEvents(const v1::WatchEventsRequest& request,
                                              const client::Listening& listening = {}) const;

  const RetryPolicy& retry_policy() const { return options_.retry; }
  const ClientOptions& options() const { return options_; }

 private:
  template <typename Response, typename Request>
  Result<Response> Call(const client::Method& method, const Request& request,
                        const CallOptions& options) const;

  std::shared_ptr<client::Connection> connection_;
  ClientOptions options_;
};

}  // namespace usher
