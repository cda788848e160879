#include "absl/strings/ascii.h"
#include "auth/secret.h"
#include "auth/sha256.h"
#include "engine/upkeep_runner.h"
#include "rpc/backup_call.h"
#include "rpc/dispatch.h"
#include "rpc/printable.h"
#include "rpc/proto_values.h"
#include "rpc/upkeep_status.h"
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

using StatusResponder = Responder<v1::GetStatusRequest, v1::GetStatusResponse>;

// Sizes and live counts tell of all accounts, so that they are an operator's to see.
void WriteFiguresOfAll(const engine::EngineStats& stats, const storage::StoreFigures& figures,
                       v1::GetStatusResponse& out) {
  out.set_live_sessions(stats.state.sessions);
  out.set_online_phones(stats.state.phones);
  out.set_active_calls(stats.state.calls);
  out.set_store_bytes(figures.bytes);
  out.set_disk_free_bytes(figures.disk_free_bytes);
}

void GetStatus(const Backend& backend, const grpc::ServerContext& context,
               StatusResponder responder) {
  const std::optional<auth::Caller> caller = AdmitOrRefuse(backend, context, responder);
  if (!caller.has_value()) return;
  backend.upkeep->ReadFigures(
      [backend, for_operator = caller->is_operator(), responder = std::move(responder)](
          const absl::StatusOr<storage::StoreFigures>& figures) mutable {
        const absl::Time now = absl::Now();
        if (!figures.ok()) {
          return responder.Refuse(ToStatus(entitlement::StoreUnavailable(), now));
        }
        v1::GetStatusResponse& out = responder.message();
        out.set_version(backend.identity.version);
        out.set_store(backend.identity.store);
        out.set_database_id(backend.identity.database_id);
        out.set_schema_version(figures->schema_version);
        SetTime(backend.identity.start_time, out.mutable_start_time());
        SetTime(now, out.mutable_server_time());
        if (figures->oldest_record_time != absl::InfiniteFuture()) {
          SetTime(figures->oldest_record_time, out.mutable_oldest_record_time());
        }
        if (for_operator) WriteFiguresOfAll(backend.stats(), *figures, out);
        responder.Answer();
      });
}

using CheckResponder = Responder<v1::CheckIntegrityRequest, v1::CheckIntegrityResponse>;

// What is damaged may be no text any more.
std::string AsText(std::string problem) {
  if (PrintableLength(problem).has_value()) return problem;
  for (char& c : problem) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) c = '?';
  }
  return problem;
}

void CheckIntegrity(const Backend& backend, const grpc::ServerContext& context,
                    CheckResponder responder) {
  if (!AdmitOrRefuse(backend, context, responder).has_value()) return;
  backend.upkeep->CheckIntegrity(
      [responder = std::move(responder)](absl::StatusOr<engine::IntegrityReport> report) mutable {
        if (!report.ok()) return responder.Refuse(StatusOfUpkeep(report.status()));
        v1::CheckIntegrityResponse& out = responder.message();
        for (std::string& problem : report->problems) out.add_problems(AsText(std::move(problem)));
        out.set_applications_checked(report->applications_checked);
        responder.Answer();
      });
}

std::shared_ptr<StreamOwner> BackupDatabase(const Backend& backend,
                                            const grpc::ServerContext& context,
                                            const v1::BackupDatabaseRequest& request,
                                            std::shared_ptr<ServerStream> stream) {
  const absl::Time now = absl::Now();
  auto admitted = Admit(*backend.gate, context, request, now);
  if (const auto* refusal = std::get_if<entitlement::Refusal>(&admitted)) {
    stream->Finish(ToStatus(*refusal, now));
    return nullptr;
  }
  auto call = std::make_shared<BackupCall>(backend, std::get<auth::Caller>(std::move(admitted)),
                                           std::move(stream));
  call->Start();
  return call;
}

}  // namespace

void RegisterAdminService(CallRegistry& calls, const Backend& backend) {
  using Admin = v1::AdminService;
  using Service = Admin::WithAsyncMethod_CreateToken<Admin::WithAsyncMethod_ListTokens<
      Admin::WithAsyncMethod_RevokeToken<Admin::WithAsyncMethod_WhoAmI<
          Admin::WithAsyncMethod_GetStatus<Admin::WithAsyncMethod_CheckIntegrity<
              Admin::WithRawMethod_BackupDatabase<Admin::Service>>>>>>>;
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
  calls.Add(service, &Service::RequestGetStatus,
            [backend](const grpc::ServerContext& context, StatusResponder responder) {
              GetStatus(backend, context, std::move(responder));
            });
  calls.Add(service, &Service::RequestCheckIntegrity,
            [backend](const grpc::ServerContext& context, CheckResponder responder) {
              CheckIntegrity(backend, context, std::move(responder));
            });
  calls.AddStream<v1::BackupDatabaseRequest>(
      service, &Service::RequestBackupDatabase,
      [backend](const grpc::ServerContext& context, const v1::BackupDatabaseRequest& request,
                std::shared_ptr<ServerStream> stream) {
        return BackupDatabase(backend, context, request, std::move(stream));
      });
}

}  // namespace usher::rpc
