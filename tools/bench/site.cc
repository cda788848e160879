#include "tools/bench/site.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "grpcpp/client_context.h"
#include "usher/v1/account_service.grpc.pb.h"
#include "usher/v1/agent_service.grpc.pb.h"
#include "usher/v1/order_service.grpc.pb.h"
#include "usher/v1/voice_service.grpc.pb.h"

namespace usher::bench {
namespace {

using ::usher::v1::AccountService;
using ::usher::v1::AgentService;
using ::usher::v1::OrderService;
using ::usher::v1::VoiceService;

constexpr char kAccountId[] = "bench";
constexpr char kApplicationId[] = "support";
constexpr int kOrderUnitsMax = 10'000;
constexpr int kLicensesPerPackage = 3;
constexpr int kPageSize = 1000;
constexpr int kCallsInHeartbeat = 1000;
constexpr int kCallTtlSeconds = 600;
constexpr std::chrono::seconds kSetupCallMax(60);

// Calls a method of a stub and waits for its answer.
template <typename Stub, typename Request, typename Response>
absl::Status Call(Stub& stub, const std::string& authorization,
                  grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  const Request& request, Response* response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kSetupCallMax);
  context.set_wait_for_ready(true);
  context.AddMetadata("authorization", authorization);
  const grpc::Status status = (stub.*method)(&context, request, response);
  if (status.ok()) return absl::OkStatus();
  return absl::Status(
      static_cast<absl::StatusCode>(status.error_code()),
      absl::StrCat(Request::descriptor()->name(), " was refused: ", status.error_message()));
}

absl::Status CreateAccountAndApplication(const std::shared_ptr<grpc::Channel>& channel,
                                         const std::string& authorization) {
  AccountService::Stub stub(channel);
  ::usher::v1::CreateAccountRequest account;
  account.set_account_id(kAccountId);
  ::usher::v1::CreateAccountResponse account_made;
  absl::Status status =
      Call(stub, authorization, &AccountService::Stub::CreateAccount, account, &account_made);
  if (!status.ok()) return status;

  ::usher::v1::CreateApplicationRequest application;
  application.set_account(account_made.account().name());
  application.set_application_id(kApplicationId);
  ::usher::v1::CreateApplicationResponse application_made;
  return Call(stub, authorization, &AccountService::Stub::CreateApplication, application,
              &application_made);
}

}  // namespace

Site::Site(std::shared_ptr<grpc::Channel> channel, const std::string& token, int agents)
    : channel_(std::move(channel)),
      authorization_(absl::StrCat("Bearer ", token)),
      application_(absl::StrCat("accounts/", kAccountId, "/applications/", kApplicationId)),
      agents_(static_cast<size_t>(agents)) {
  for (size_t i = 0; i < agents_.size(); ++i) {
    agents_[i].email = absl::StrFormat("agent-%06d@contact-centre.example", i);
  }
  constexpr int kSeed = 1;
  std::shuffle(agents_.begin(), agents_.end(), std::mt19937(kSeed));
}

absl::StatusOr<std::unique_ptr<Site>> Site::Create(std::shared_ptr<grpc::Channel> channel,
                                                   const std::string& token, int agents) {
  std::unique_ptr<Site> site(new Site(std::move(channel), token, agents));
  absl::Status status = CreateAccountAndApplication(site->channel_, site->authorization_);
  if (!status.ok()) return status;
  status = site->Buy(agents);
  if (!status.ok()) return status;
  return site;
}

absl::Status Site::Buy(int licenses) {
  OrderService::Stub stub(channel_);
  ::usher::v1::CreateOrderRequest order;
  order.set_application(application_);
  auto* item = order.add_items();
  item->set_product("standard-agent-package");
  item->set_quantity(1);
  for (int left = licenses - kLicensesPerPackage;;) {
    ::usher::v1::CreateOrderResponse made;
    const absl::Status status =
        Call(stub, authorization_, &OrderService::Stub::CreateOrder, order, &made);
    if (!status.ok() || left <= 0) return status;
    item->set_product("standard-agent");
    item->set_quantity(std::min(left, kOrderUnitsMax));
    left -= kOrderUnitsMax;
  }
}

absl::Status Site::BuyVoice() {
  OrderService::Stub orders(channel_);
  ::usher::v1::CreateOrderRequest order;
  order.set_application(application_);
  auto* item = order.add_items();
  item->set_product("voice-agent-package");
  item->set_quantity(kOrderUnitsMax);
  ::usher::v1::CreateOrderResponse made;
  absl::Status status =
      Call(orders, authorization_, &OrderService::Stub::CreateOrder, order, &made);
  VoiceService::Stub voice(channel_);
  for (int i = 0; i < kCallsInHeartbeat && status.ok(); ++i) {
    const std::string id = absl::StrCat("live-", i);
    ::usher::v1::StartCallRequest start;
    start.set_application(application_);
    start.set_call_id(id);
    start.mutable_ttl()->set_seconds(kCallTtlSeconds);
    ::usher::v1::StartCallResponse started;
    status = Call(voice, authorization_, &VoiceService::Stub::StartCall, start, &started);
    if (!status.ok()) break;
    ::usher::v1::ConnectCallRequest connect;
    connect.set_application(application_);
    connect.set_call_id(id);
    ::usher::v1::ConnectCallResponse connected;
    status = Call(voice, authorization_, &VoiceService::Stub::ConnectCall, connect, &connected);
    calls_.push_back(id);
  }
  return status;
}

absl::Status Site::NoteLogin(size_t index, bool first,
                             const ::usher::v1::StartSessionResponse& answer) {
  Agent& agent = agents_[index];
  const ::usher::v1::Session& session = answer.session();
  if (session.session_id() <= agent.last_session_id) {
    return absl::InternalError(absl::StrCat("a login of ", agent.email, " got session ",
                                            session.session_id(), " after ", agent.last_session_id,
                                            ": it must be a new one"));
  }
  if (answer.newly_bound() != first || (!first && session.license_id() != agent.license_id)) {
    return absl::InternalError(
        absl::StrCat("a login of ", agent.email, " got license ", session.license_id(),
                     answer.newly_bound() ? ", newly bound," : "", " but held ", agent.license_id));
  }
  agent.license_id = session.license_id();
  agent.last_session_id = session.session_id();
  acknowledged_.fetch_add(1, std::memory_order_relaxed);
  return absl::OkStatus();
}

absl::StatusOr<v1::Verification> Site::Verify() const {
  absl::flat_hash_map<std::string, const Agent*> waited_for;
  int64_t newest = 0;
  for (const Agent& agent : agents_) {
    waited_for.emplace(agent.email, &agent);
    newest = std::max(newest, agent.last_session_id);
  }
  v1::Verification verification;
  verification.set_acknowledged_logins(acknowledged_.load());
  verification.set_session_ids_given(newest);

  AgentService::Stub stub(channel_);
  ::usher::v1::ListSessionsRequest request;
  request.set_application(application_);
  request.set_page_size(kPageSize);
  do {
    ::usher::v1::ListSessionsResponse page;
    const absl::Status status =
        Call(stub, authorization_, &AgentService::Stub::ListSessions, request, &page);
    if (!status.ok()) return status;
    for (const ::usher::v1::Session& session : page.sessions()) {
      const auto agent = waited_for.find(session.email());
      if (agent == waited_for.end()) {
        return absl::InternalError(
            absl::StrCat(session.email(), " has a live session too many: ", session.session_id()));
      }
      if (agent->second->last_session_id != session.session_id()) {
        return absl::InternalError(
            absl::StrCat("the live session of ", session.email(), " is ", session.session_id(),
                         ", but the last acknowledged one is ", agent->second->last_session_id));
      }
      waited_for.erase(agent);
    }
    verification.set_live_sessions(verification.live_sessions() + page.sessions_size());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());

  if (!waited_for.empty()) {
    return absl::InternalError(absl::StrCat(waited_for.size(), " agents have no live session, ",
                                            waited_for.begin()->first, " for one"));
  }
  if (newest != acknowledged_.load()) {
    return absl::InternalError(absl::StrCat("session ids went up to ", newest, ", but ",
                                            acknowledged_.load(), " logins were acknowledged"));
  }
  return verification;
}

}  // namespace usher::bench
