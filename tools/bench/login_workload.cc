#include "tools/bench/login_workload.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "tools/bench/agent_share.h"
#include "tools/bench/client_ids.h"
#include "tools/bench/load.h"

namespace usher::bench {
namespace {

using Kind = LoginWorkload::Kind;
using ::usher::v1::StartSessionRequest;
using ::usher::v1::StartSessionResponse;

// Of what is not measured.
constexpr int kSetupInFlight = 64;

class LoginOperation final : public UnaryOperation<StartSessionRequest, StartSessionResponse> {
 public:
  LoginOperation(Kind kind, ::usher::v1::AgentService::Stub* stub, Site* site, AgentShare agents,
                 MessageSizes* sizes)
      : kind_(kind), stub_(stub), site_(site), agents_(agents), sizes_(sizes) {}

 protected:
  bool Prepare(StartSessionRequest& request) override {
    if (!ChooseAgent()) return false;
    first_ = site_->license_id(agent_) == 0;
    if (request.application().empty()) {
      request.set_application(site_->application());
      request.set_channel(::usher::v1::CHANNEL_WEB);
      request.mutable_ttl()->set_seconds(kSessionTtlSeconds);
    }
    request.set_email(site_->email(agent_));
    request.set_client_id(client_ids_.Next());
    if (sizes_ != nullptr) sizes_->request_bytes = static_cast<int>(request.ByteSizeLong());
    return true;
  }

  Reader Send(grpc::ClientContext* context, const StartSessionRequest& request,
              grpc::CompletionQueue* queue) override {
    context->AddMetadata("authorization", site_->authorization());
    return stub_->PrepareAsyncStartSession(context, request, queue);
  }

  absl::Status Check(const StartSessionResponse& response) override {
    if (sizes_ != nullptr) sizes_->response_bytes = static_cast<int>(response.ByteSizeLong());
    return site_->NoteLogin(agent_, first_, response);
  }

 private:
  bool ChooseAgent() {
    if (kind_ == Kind::kAgain) {
      agent_ = agents_.NextInCircle();
      return true;
    }
    std::optional<size_t> next = agents_.Next();
    while (next && site_->logged_in(*next)) next = agents_.Next();
    if (next) agent_ = *next;
    return next.has_value();
  }

  const Kind kind_;
  ::usher::v1::AgentService::Stub* const stub_;
  Site* const site_;
  AgentShare agents_;
  size_t agent_ = 0;
  // Whether the login must bind a license.
  bool first_ = false;
  // Null where somebody else takes the measures.
  MessageSizes* const sizes_;
  ClientIds client_ids_;
};

}  // namespace

LoginWorkload::LoginWorkload(Kind kind, const Connections* connections, Site* site)
    : kind_(kind), stubs_(connections->Stubs<::usher::v1::AgentService>()), site_(site) {}

std::string_view LoginWorkload::name() const { return kLogin; }

std::vector<std::unique_ptr<Operation>> LoginWorkload::MakeOperations(int in_flight) {
  return ShareAgents(in_flight, site_->agents(), [this](size_t i, AgentShare share) {
    return std::make_unique<LoginOperation>(
        kind_, stubs_[i % stubs_.size()].get(), site_, share,
        i == 0 && sizes_.response_bytes == 0 ? &sizes_ : nullptr);
  });
}

absl::Status LogEverybodyIn(const Connections& connections, Site* site) {
  LoginWorkload logins(LoginWorkload::Kind::kAbsent, &connections, site);
  return RunClosedLoop(logins.MakeOperations(kSetupInFlight),
                       {.recorded = absl::InfiniteDuration()})
      .status();
}

}  // namespace usher::bench
