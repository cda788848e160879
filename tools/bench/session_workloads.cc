#include "tools/bench/session_workloads.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/bench/agent_share.h"
#include "tools/bench/login_workload.h"

namespace usher::bench {
namespace {

namespace api = ::usher::v1;
using api::AgentService;

class RenewOperation final
    : public UnaryOperation<api::RenewSessionsRequest, api::RenewSessionsResponse> {
 public:
  RenewOperation(AgentService::Stub* stub, const Site* site, size_t sessions, AgentShare agents)
      : stub_(stub), site_(site), agents_of_call_(sessions), agents_(agents) {}

 protected:
  bool Prepare(api::RenewSessionsRequest& request) override {
    if (request.application().empty()) request.set_application(site_->application());
    request.clear_session_ids();
    const size_t first = agents_.NextInCircle();
    for (size_t i = 0; i < agents_of_call_.size(); ++i) {
      agents_of_call_[i] = (first + i) % site_->agents();
      request.add_session_ids(site_->session_id(agents_of_call_[i]));
    }
    return true;
  }

  Reader Send(grpc::ClientContext* context, const api::RenewSessionsRequest& request,
              grpc::CompletionQueue* queue) override {
    context->AddMetadata("authorization", site_->authorization());
    return stub_->PrepareAsyncRenewSessions(context, request, queue);
  }

  absl::Status Check(const api::RenewSessionsResponse& response) override {
    if (response.renewals_size() != static_cast<int>(agents_of_call_.size())) {
      return absl::InternalError(absl::StrCat(response.renewals_size(), " of ",
                                              agents_of_call_.size(), " sessions were answered"));
    }
    absl::Status right;
    for (size_t i = 0; right.ok() && i < agents_of_call_.size(); ++i) {
      right = site_->CheckRenewal(agents_of_call_[i], response.renewals(static_cast<int>(i)));
    }
    return right;
  }

 private:
  AgentService::Stub* const stub_;
  const Site* const site_;
  std::vector<size_t> agents_of_call_;
  AgentShare agents_;
};

class LogoutOperation final
    : public UnaryOperation<api::EndSessionRequest, api::EndSessionResponse> {
 public:
  LogoutOperation(AgentService::Stub* stub, Site* site, AgentShare agents)
      : stub_(stub), site_(site), agents_(agents) {}

 protected:
  bool Prepare(api::EndSessionRequest& request) override {
    std::optional<size_t> next = agents_.Next();
    while (next && !site_->logged_in(*next)) next = agents_.Next();
    if (!next) return false;
    agent_ = *next;
    if (request.application().empty()) request.set_application(site_->application());
    request.set_session_id(site_->session_id(agent_));
    return true;
  }

  Reader Send(grpc::ClientContext* context, const api::EndSessionRequest& request,
              grpc::CompletionQueue* queue) override {
    context->AddMetadata("authorization", site_->authorization());
    return stub_->PrepareAsyncEndSession(context, request, queue);
  }

  absl::Status Check(const api::EndSessionResponse& response) override {
    return site_->NoteLogout(agent_, response);
  }

 private:
  AgentService::Stub* const stub_;
  Site* const site_;
  AgentShare agents_;
  size_t agent_ = 0;
};

class CheckOperation final
    : public UnaryOperation<api::CheckAccessRequest, api::CheckAccessResponse> {
 public:
  CheckOperation(AgentService::Stub* stub, const Site* site, AgentShare agents)
      : stub_(stub), site_(site), agents_(agents) {}

 protected:
  bool Prepare(api::CheckAccessRequest& request) override {
    agent_ = agents_.NextInCircle();
    if (request.application().empty()) request.set_application(site_->application());
    request.set_email(site_->email(agent_));
    return true;
  }

  Reader Send(grpc::ClientContext* context, const api::CheckAccessRequest& request,
              grpc::CompletionQueue* queue) override {
    context->AddMetadata("authorization", site_->authorization());
    return stub_->PrepareAsyncCheckAccess(context, request, queue);
  }

  absl::Status Check(const api::CheckAccessResponse& response) override {
    if (response.allowed() && !response.would_bind() &&
        response.license().license_id() == site_->license_id(agent_) &&
        response.license().holder() == site_->email(agent_)) {
      return absl::OkStatus();
    }
    return absl::InternalError(absl::StrCat(
        "whether ", site_->email(agent_), ", who holds license ", site_->license_id(agent_),
        ", may log in, was answered with: ", response.ShortDebugString()));
  }

 private:
  AgentService::Stub* const stub_;
  const Site* const site_;
  AgentShare agents_;
  size_t agent_ = 0;
};

}  // namespace

RenewWorkload::RenewWorkload(int sessions_per_call, const Connections* connections,
                             const Site* site)
    : sessions_per_call_(std::min(sessions_per_call, static_cast<int>(site->agents()))),
      stubs_(connections->Stubs<AgentService>()),
      site_(site) {}

std::vector<std::unique_ptr<Operation>> RenewWorkload::MakeOperations(int in_flight) {
  return ShareAgents(in_flight, site_->agents(), [this](size_t i, AgentShare share) {
    return std::make_unique<RenewOperation>(stubs_[i % stubs_.size()].get(), site_,
                                            static_cast<size_t>(sessions_per_call_), share);
  });
}

LogoutWorkload::LogoutWorkload(const Connections* connections, Site* site)
    : connections_(connections), stubs_(connections->Stubs<AgentService>()), site_(site) {}

absl::Status LogoutWorkload::Prepare() { return LogEverybodyIn(*connections_, site_); }

std::vector<std::unique_ptr<Operation>> LogoutWorkload::MakeOperations(int in_flight) {
  return ShareAgents(in_flight, site_->agents(), [this](size_t i, AgentShare share) {
    return std::make_unique<LogoutOperation>(stubs_[i % stubs_.size()].get(), site_, share);
  });
}

CheckWorkload::CheckWorkload(const Connections* connections, const Site* site)
    : stubs_(connections->Stubs<AgentService>()), site_(site) {}

std::vector<std::unique_ptr<Operation>> CheckWorkload::MakeOperations(int in_flight) {
  return ShareAgents(in_flight, site_->agents(), [this](size_t i, AgentShare share) {
    return std::make_unique<CheckOperation>(stubs_[i % stubs_.size()].get(), site_, share);
  });
}

}  // namespace usher::bench
