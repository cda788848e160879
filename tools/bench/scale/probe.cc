#include "tools/bench/scale/probe.h"

#include <atomic>
#include <chrono>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/client_context.h"
#include "usher/v1/admin_service.grpc.pb.h"
#include "usher/v1/agent_service.grpc.pb.h"

namespace usher::bench {
namespace {

using ::usher::v1::AdminService;
using ::usher::v1::AgentService;

constexpr int kTtlSeconds = 3600;
constexpr int kPageSize = 1000;
constexpr std::chrono::seconds kCallMax(60);

// Beside those of logins.cc.
uint64_t NextSeries() {
  static std::atomic<uint64_t> series = 0x80000000;
  return ++series;
}

void Prepare(grpc::ClientContext& context, const std::string& authorization) {
  context.set_deadline(std::chrono::system_clock::now() + kCallMax);
  context.set_wait_for_ready(true);
  context.AddMetadata("authorization", authorization);
}

absl::Status ToStatus(const grpc::Status& status, const char* what) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      absl::StrCat(what, " failed: ", status.error_message()));
}

}  // namespace

Probe::Probe(std::shared_ptr<grpc::Channel> channel, std::string authorization, Book* book)
    : channel_(std::move(channel)),
      authorization_(std::move(authorization)),
      book_(book),
      series_(NextSeries()) {}

absl::StatusOr<absl::Duration> Probe::LogIn(size_t agent, bool first) {
  AgentService::Stub stub(channel_);
  ::usher::v1::StartSessionRequest request;
  request.set_application(book_->application(agent));
  request.set_email(book_->email(agent));
  request.set_channel(::usher::v1::CHANNEL_WEB);
  request.set_client_id(ClientIdOf(series_, ++logins_));
  request.mutable_ttl()->set_seconds(kTtlSeconds);
  ::usher::v1::StartSessionResponse response;
  grpc::ClientContext context;
  Prepare(context, authorization_);
  const auto begun = std::chrono::steady_clock::now();
  absl::Status status = ToStatus(stub.StartSession(&context, request, &response), "a login");
  const auto took = std::chrono::steady_clock::now() - begun;
  if (status.ok()) status = book_->NoteLogin(agent, first, response);
  if (!status.ok()) return status;
  return absl::FromChrono(took);
}

absl::Status Probe::LogOut(size_t agent) {
  AgentService::Stub stub(channel_);
  ::usher::v1::EndSessionRequest request;
  request.set_application(book_->application(agent));
  request.set_session_id(book_->last_session(agent));
  ::usher::v1::EndSessionResponse response;
  grpc::ClientContext context;
  Prepare(context, authorization_);
  return ToStatus(stub.EndSession(&context, request, &response), "a logout");
}

absl::StatusOr<int64_t> Probe::LiveSessions() {
  AdminService::Stub stub(channel_);
  ::usher::v1::GetStatusResponse response;
  grpc::ClientContext context;
  Prepare(context, authorization_);
  const absl::Status status = ToStatus(stub.GetStatus(&context, {}, &response), "GetStatus");
  if (!status.ok()) return status;
  return response.live_sessions();
}

absl::Status Probe::CheckSessions(int64_t application) {
  const Shape& shape = book_->shape();
  const auto first = static_cast<size_t>(application * shape.agents_per_application);
  absl::flat_hash_map<std::string, int64_t> waited_for;
  for (size_t i = 0; i < static_cast<size_t>(shape.agents_per_application); ++i) {
    waited_for.emplace(book_->email(first + i), book_->last_session(first + i));
  }
  AgentService::Stub stub(channel_);
  ::usher::v1::ListSessionsRequest request;
  request.set_application(ApplicationName(application));
  request.set_page_size(kPageSize);
  do {
    ::usher::v1::ListSessionsResponse page;
    grpc::ClientContext context;
    Prepare(context, authorization_);
    const absl::Status status = ToStatus(stub.ListSessions(&context, request, &page), "a list");
    if (!status.ok()) return status;
    for (const ::usher::v1::Session& session : page.sessions()) {
      const auto found = waited_for.find(session.email());
      if (found == waited_for.end() ||
          (found->second != 0 && found->second != session.session_id())) {
        return absl::InternalError(
            absl::StrCat("session ", session.session_id(), " of ", session.email(), " is live in ",
                         request.application(), ", which is not what was acknowledged"));
      }
      waited_for.erase(found);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (waited_for.empty()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(waited_for.size(), " agents of ", request.application(),
                                          " have lost their sessions, such as ",
                                          waited_for.begin()->first));
}

}  // namespace usher::bench
