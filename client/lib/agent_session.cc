#include "client/lib/agent_session.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "client/lib/retry.h"

namespace usher {
namespace {

constexpr absl::Duration kLogoutTimeout = absl::Seconds(2);
// Parts of the ttl between renewals, and between attempts while they fail.
constexpr int kRenewalsPerTtl = 3;
constexpr int kAttemptsPerTtl = 6;

absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

// Of a Session or a SessionRenewal, which name these fields alike.
template <typename Message>
AgentSession::Status StatusOf(const Message& message) {
  AgentSession::Status status;
  status.state = message.state();
  status.end_reason = message.end_reason();
  status.expire_time = FromProto(message.expire_time());
  if (message.has_drain_deadline_time()) {
    status.drain_deadline_time = FromProto(message.drain_deadline_time());
  }
  return status;
}

}  // namespace

class AgentSession::Renewer {
 public:
  Renewer(Client client, std::string application, v1::StartSessionResponse login, Listener listener)
      : client_(std::move(client)),
        application_(std::move(application)),
        login_(std::move(login)),
        ttl_(FromProto(login_.session().ttl())),
        listener_(std::move(listener)),
        status_(StatusOf(login_.session())),
        thread_([this](const std::stop_token& stop) { Run(stop); }) {}

  const v1::StartSessionResponse& login() const { return login_; }

  Status status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

  std::optional<Error> LogOut() {
    // Cancels a renewal that is under way.
    thread_.request_stop();
    const std::lock_guard sending(sending_);
    {
      const std::lock_guard lock(mutex_);
      if (status_.ended()) return std::nullopt;
    }
    v1::EndSessionRequest request;
    request.set_application(application_);
    request.set_session_id(login_.session().session_id());
    Result<v1::EndSessionResponse> ended = client_.EndSession(request, {.timeout = kLogoutTimeout});
    if (!ended.ok()) return ended.error();
    const std::lock_guard lock(mutex_);
    status_ = StatusOf(ended->session());
    return std::nullopt;
  }

 private:
  void Run(const std::stop_token& stop) {
    absl::Duration wait = ttl_ / kRenewalsPerTtl;
    while (client::Pause(wait, stop)) {
      const Status renewed = Renew(stop);
      // The answer to a renewal that a logout cut short tells nothing.
      if (stop.stop_requested()) return;
      Report(renewed);
      if (renewed.ended()) return;
      wait = ttl_ / (renewed.renewal_error.has_value() ? kAttemptsPerTtl : kRenewalsPerTtl);
    }
  }

  // What the server says of the session; where it says nothing, what it said last, and why.
  Status Renew(const std::stop_token& stop) {
    const std::lock_guard sending(sending_);
    if (stop.stop_requested()) return status();
    v1::RenewSessionsRequest request;
    request.set_application(application_);
    request.add_session_ids(login_.session().session_id());
    const Result<v1::RenewSessionsResponse> response =
        client_.RenewSessions(request, {.timeout = ttl_ / kRenewalsPerTtl, .stop = stop});
    if (response.ok() && response->renewals_size() == 1) return StatusOf(response->renewals(0));
    Status unchanged = status();
    unchanged.renewal_error = response.ok()
                                  ? Error{.code = absl::StatusCode::kInternal,
                                          .message = "The server did not answer for the session."}
                                  : response.error();
    return unchanged;
  }

  void Report(const Status& renewed) {
    bool changed = false;
    {
      const std::lock_guard lock(mutex_);
      // A logout may have been answered while this renewal was under way.
      if (status_.ended()) return;
      changed = renewed.state != status_.state ||
                renewed.renewal_error.has_value() != status_.renewal_error.has_value();
      status_ = renewed;
    }
    if (changed && listener_) listener_(renewed);
  }

  const Client client_;
  const std::string application_;
  const v1::StartSessionResponse login_;
  const absl::Duration ttl_;
  const Listener listener_;

  // Held while a renewal or the logout is under way, so that no renewal follows the logout.
  std::mutex sending_;
  // Guards status_.
  mutable std::mutex mutex_;
  Status status_;

  // The last member: it reads the others, and is stopped and joined before they go.
  std::jthread thread_;
};

Result<AgentSession> AgentSession::Start(Client client, const v1::StartSessionRequest& request,
                                         Listener listener) {
  Result<v1::StartSessionResponse> login = client.StartSession(request);
  if (!login.ok()) return login.error();
  return AgentSession(std::make_unique<Renewer>(std::move(client), request.application(),
                                                *std::move(login), std::move(listener)));
}

AgentSession::AgentSession(std::unique_ptr<Renewer> renewer) : renewer_(std::move(renewer)) {}

AgentSession::AgentSession(AgentSession&&) noexcept = default;

AgentSession& AgentSession::operator=(AgentSession&& other) noexcept {
  if (this != &other) {
    if (renewer_ != nullptr) renewer_->LogOut();
    renewer_ = std::move(other.renewer_);
  }
  return *this;
}

AgentSession::~AgentSession() {
  if (renewer_ != nullptr) renewer_->LogOut();
}

const v1::StartSessionResponse& AgentSession::login() const { return renewer_->login(); }

AgentSession::Status AgentSession::status() const { return renewer_->status(); }

std::optional<Error> AgentSession::LogOut() { return renewer_->LogOut(); }

}  // namespace usher
