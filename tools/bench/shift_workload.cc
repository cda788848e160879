#include "tools/bench/shift_workload.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/lib/error.h"
#include "tools/bench/agent_share.h"
#include "tools/bench/client_ids.h"
#include "tools/bench/login_workload.h"
#include "tools/bench/sequence_operation.h"

namespace usher::bench {
namespace {

namespace api = ::usher::v1;
using api::AgentService;

// Nobody of the sites.
constexpr char kStranger[] = "newcomer@contact-centre.example";

class ShiftOperation final : public SequenceOperation {
 public:
  ShiftOperation(AgentService::Stub* stub, Site* site, Site* full, std::atomic<int64_t>* logins,
                 AgentShare agents)
      : SequenceOperation(&site->authorization()),
        stub_(stub),
        site_(site),
        full_(full),
        logins_(logins),
        agents_(agents) {
    login_.request.set_application(site->application());
    login_.request.set_channel(api::CHANNEL_WEB);
    login_.request.mutable_ttl()->set_seconds(kSessionTtlSeconds);
    refused_.request = login_.request;
    refused_.request.set_application(full->application());
    refused_.request.set_email(kStranger);
    renewal_.request.set_application(site->application());
    renewal_.request.add_session_ids(0);
    logout_.request.set_application(site->application());
  }

 protected:
  bool Begin() override {
    if (step_ == Step::kLogin && ++*logins_ % kLoginsPerRefusal == 0) step_ = Step::kRefusal;
    switch (step_) {
      case Step::kRefusal:
        refused_.request.set_client_id(client_ids_.Next());
        Send(stub_, &AgentService::Stub::PrepareAsyncStartSession, refused_);
        break;
      case Step::kLogin:
        agent_ = agents_.NextInCircle();
        first_ = site_->license_id(agent_) == 0;
        login_.request.set_email(site_->email(agent_));
        login_.request.set_client_id(client_ids_.Next());
        Send(stub_, &AgentService::Stub::PrepareAsyncStartSession, login_);
        break;
      case Step::kRenewal:
        renewal_.request.set_session_ids(0, site_->session_id(agent_));
        Send(stub_, &AgentService::Stub::PrepareAsyncRenewSessions, renewal_);
        break;
      case Step::kLogout:
        logout_.request.set_session_id(site_->session_id(agent_));
        Send(stub_, &AgentService::Stub::PrepareAsyncEndSession, logout_);
        break;
    }
    return true;
  }

  absl::Status Check(const grpc::Status& status) override {
    if (step_ == Step::kRefusal) {
      step_ = Step::kLogin;
      return CheckRefusal(status);
    }
    if (!status.ok()) return FromRpc(status);
    switch (step_) {
      case Step::kLogin:
        step_ = Step::kRenewal;
        renewals_ = 0;
        return site_->NoteLogin(agent_, first_, login_.response);
      case Step::kRenewal:
        if (++renewals_ == kRenewalsPerShift) step_ = Step::kLogout;
        if (renewal_.response.renewals_size() == 1) {
          return site_->CheckRenewal(agent_, renewal_.response.renewals(0));
        }
        return absl::InternalError(
            absl::StrCat("a renewal of ", site_->email(agent_), " has no answer of its own"));
      default:
        step_ = Step::kLogin;
        return site_->NoteLogout(agent_, logout_.response);
    }
  }

 private:
  enum class Step : char { kLogin, kRefusal, kRenewal, kLogout };

  absl::Status CheckRefusal(const grpc::Status& status) const {
    const Error error = client::ErrorFromStatus(status.error_code(), status.error_message(),
                                                status.error_details());
    if (error.reason == api::ERROR_REASON_NO_IDLE_LICENSE) {
      full_->NoteRefusal();
      return absl::OkStatus();
    }
    return absl::InternalError(absl::StrCat("a login where every license is taken was answered: ",
                                            status.ok() ? "OK" : error.ToString()));
  }

  AgentService::Stub* const stub_;
  Site* const site_;
  Site* const full_;
  std::atomic<int64_t>* const logins_;
  AgentShare agents_;
  ClientIds client_ids_;
  size_t agent_ = 0;
  bool first_ = false;
  int renewals_ = 0;
  Step step_ = Step::kLogin;
  Exchange<api::StartSessionRequest, api::StartSessionResponse> login_;
  Exchange<api::StartSessionRequest, api::StartSessionResponse> refused_;
  Exchange<api::RenewSessionsRequest, api::RenewSessionsResponse> renewal_;
  Exchange<api::EndSessionRequest, api::EndSessionResponse> logout_;
};

}  // namespace

ShiftWorkload::ShiftWorkload(const Connections* connections, Site* site, Site* full)
    : stubs_(connections->Stubs<AgentService>()), site_(site), full_(full) {}

std::vector<std::unique_ptr<Operation>> ShiftWorkload::MakeOperations(int in_flight) {
  return ShareAgents(in_flight, site_->agents(), [this](size_t i, AgentShare share) {
    return std::make_unique<ShiftOperation>(stubs_[i % stubs_.size()].get(), site_, full_, &logins_,
                                            share);
  });
}

}  // namespace usher::bench
