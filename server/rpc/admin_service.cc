#include "auth/secret.h"
#include "auth/sha256.h"
#include "rpc/dispatch.h"
#include "usher/v1/admin_service.grpc.pb.h"

namespace usher::rpc {
namespace {

// The secret goes from here to the caller and nowhere else.
void CreateToken(const Backend& backend, const grpc::ServerContext& context,
                 Responder<v1::CreateTokenRequest, v1::CreateTokenResponse> responder) {
  std::optional<engine::Submission> submission = SubmissionOrRefuse(backend, context, responder);
  if (!submission.has_value()) return;
  std::string secret = auth::NewSecret();
  std::get<entitlement::CreateToken>(submission->command.payload).token.digest =
      auth::Sha256(secret);
  submission->done = [responder = std::move(responder),
                      secret = std::move(secret)](engine::Result result) mutable {
    responder.message().set_secret(std::move(secret));
    Answer(std::move(responder), result);
  };
  backend.submit(*std::move(submission));
}

}  // namespace

void RegisterAdminService(CallRegistry& calls, const Backend& backend) {
  // The rest of the service, which is not there yet, is answered with UNIMPLEMENTED.
  using Admin = v1::AdminService;
  using Service = Admin::WithAsyncMethod_CreateToken<Admin::WithAsyncMethod_ListTokens<
      Admin::WithAsyncMethod_RevokeToken<Admin::WithAsyncMethod_WhoAmI<Admin::Service>>>>;
  auto* service = calls.Serve<Service>();
  calls.Add(service, &Service::RequestCreateToken,
            [backend](const grpc::ServerContext& context,
                      Responder<v1::CreateTokenRequest, v1::CreateTokenResponse> responder) {
              CreateToken(backend, context, std::move(responder));
            });
  AddToEngine(calls, service, &Service::RequestListTokens, backend);
  AddToEngine(calls, service, &Service::RequestRevokeToken, backend);
  calls.Add(service, &Service::RequestWhoAmI,
            [backend](const grpc::ServerContext& context,
                      Responder<v1::WhoAmIRequest, v1::WhoAmIResponse> responder) {
              const auto caller = AdmitOrRefuse(backend, context, responder);
              if (!caller.has_value()) return;
              WriteToken(caller->token(), *responder.message().mutable_token());
              responder.Answer();
            });
}

}  // namespace usher::rpc
