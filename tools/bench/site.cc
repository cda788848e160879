#include "tools/bench/site.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/bench/setup_call.h"
#include "usher/v1/account_service.grpc.pb.h"
#include "usher/v1/license_service.grpc.pb.h"
#include "usher/v1/order_service.grpc.pb.h"

namespace usher::bench {
namespace {

using ::usher::v1::AccountService;
using ::usher::v1::LicenseService;
using ::usher::v1::OrderService;
using ::usher::v1::Session;

constexpr char kAccountId[] = "bench";
constexpr char kApplicationId[] = "support";
constexpr int kOrderUnitsMax = 10'000;
constexpr int kLicensesPerPackage = 3;

absl::Status CreateAccount(const std::shared_ptr<grpc::Channel>& channel,
                           const std::string& authorization) {
  AccountService::Stub stub(channel);
  ::usher::v1::CreateAccountRequest request;
  request.set_account_id(kAccountId);
  ::usher::v1::CreateAccountResponse made;
  return SetupCall(stub, authorization, &AccountService::Stub::CreateAccount, request, &made);
}

}  // namespace

Site::Site(std::shared_ptr<grpc::Channel> channel, std::string authorization,
           std::string_view application_id, int agents)
    : channel_(std::move(channel)),
      authorization_(std::move(authorization)),
      account_(absl::StrCat("accounts/", kAccountId)),
      application_(absl::StrCat(account_, "/applications/", std::string(application_id))),
      agents_(static_cast<size_t>(agents)) {
  NameAgents();
}

void Site::NameAgents() {
  for (size_t i = 0; i < agents_.size(); ++i) {
    agents_[i] = {
        .email = generation_ == 0
                     ? absl::StrFormat("agent-%06d@contact-centre.example", i)
                     : absl::StrFormat("agent-%06d-%d@contact-centre.example", i, generation_)};
  }
  constexpr int kSeed = 1;
  std::shuffle(agents_.begin(), agents_.end(), std::mt19937(kSeed));
}

absl::StatusOr<std::unique_ptr<Site>> Site::Create(std::shared_ptr<grpc::Channel> channel,
                                                   const std::string& token, int agents) {
  std::unique_ptr<Site> site(
      new Site(std::move(channel), absl::StrCat("Bearer ", token), kApplicationId, agents));
  absl::Status status = CreateAccount(site->channel_, site->authorization_);
  if (status.ok()) status = site->CreateApplication();
  if (status.ok()) status = site->BuyLicenses(agents);
  if (!status.ok()) return status;
  return site;
}

absl::StatusOr<std::unique_ptr<Site>> Site::CreateBeside(std::string_view application_id,
                                                         int agents) const {
  std::unique_ptr<Site> site(new Site(channel_, authorization_, application_id, agents));
  absl::Status status = site->CreateApplication();
  if (status.ok() && agents > kTrialLicenses) status = site->BuyLicenses(agents);
  if (!status.ok()) return status;
  return site;
}

absl::Status Site::CreateApplication() {
  AccountService::Stub stub(channel_);
  ::usher::v1::CreateApplicationRequest request;
  request.set_account(account_);
  request.set_application_id(application_.substr(application_.rfind('/') + 1));
  ::usher::v1::CreateApplicationResponse made;
  return SetupCall(stub, authorization_, &AccountService::Stub::CreateApplication, request, &made);
}

absl::Status Site::BuyLicenses(int count) {
  OrderService::Stub stub(channel_);
  ::usher::v1::CreateOrderRequest order;
  order.set_application(application_);
  auto* item = order.add_items();
  item->set_product("standard-agent-package");
  item->set_quantity(1);
  licenses_ += std::max(count, kLicensesPerPackage);
  for (int left = count - kLicensesPerPackage;;) {
    ::usher::v1::CreateOrderResponse made;
    const absl::Status status =
        SetupCall(stub, authorization_, &OrderService::Stub::CreateOrder, order, &made);
    if (!status.ok() || left <= 0) return status;
    item->set_product("standard-agent");
    item->set_quantity(std::min(left, kOrderUnitsMax));
    left -= kOrderUnitsMax;
  }
}

absl::Status Site::ReplaceEverybody() {
  const auto holders = std::count_if(agents_.begin(), agents_.end(),
                                     [](const Agent& agent) { return agent.license_id != 0; });
  if (holders == 0) return absl::OkStatus();
  AccountService::Stub accounts(channel_);
  ::usher::v1::DeleteApplicationRequest gone;
  gone.set_name(application_);
  ::usher::v1::DeleteApplicationResponse deleted;
  absl::Status status =
      SetupCall(accounts, authorization_, &AccountService::Stub::DeleteApplication, gone, &deleted);
  if (!status.ok()) return status;
  ::usher::v1::UndeleteApplicationRequest back;
  back.set_name(application_);
  ::usher::v1::UndeleteApplicationResponse undeleted;
  status = SetupCall(accounts, authorization_, &AccountService::Stub::UndeleteApplication, back,
                     &undeleted);
  if (!status.ok()) return status;
  LicenseService::Stub licenses(channel_);
  ::usher::v1::ResetLicensesRequest reset;
  reset.set_application(application_);
  ::usher::v1::ResetLicensesResponse done;
  status = SetupCall(licenses, authorization_, &LicenseService::Stub::ResetLicenses, reset, &done);
  if (!status.ok()) return status;
  if (done.released_count() != holders || done.retained_count() != 0) {
    return absl::InternalError(absl::StrCat("the reset released ", done.released_count(),
                                            " licenses and retained ", done.retained_count(),
                                            ", but ", holders, " were bound, all without session"));
  }
  newest_replaced_session_ = NewestSession();
  ++generation_;
  NameAgents();
  return absl::OkStatus();
}

absl::Status Site::NoteLogin(size_t index, bool first,
                             const ::usher::v1::StartSessionResponse& answer) {
  Agent& agent = agents_[index];
  const Session& session = answer.session();
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
  agent.logged_in = true;
  acknowledged_.fetch_add(1, std::memory_order_relaxed);
  return absl::OkStatus();
}

absl::Status Site::NoteLogout(size_t index, const ::usher::v1::EndSessionResponse& answer) {
  Agent& agent = agents_[index];
  const Session& session = answer.session();
  if (session.session_id() != agent.last_session_id ||
      session.state() != ::usher::v1::SESSION_STATE_ENDED ||
      session.end_reason() != ::usher::v1::END_REASON_LOGOUT) {
    return absl::InternalError(absl::StrCat("a logout of ", agent.email, " from session ",
                                            agent.last_session_id,
                                            " was answered with: ", session.ShortDebugString()));
  }
  agent.logged_in = false;
  logged_out_.fetch_add(1, std::memory_order_relaxed);
  return absl::OkStatus();
}

absl::Status Site::CheckRenewal(size_t index, const ::usher::v1::SessionRenewal& renewal) const {
  const Agent& agent = agents_[index];
  if (renewal.session_id() == agent.last_session_id &&
      renewal.state() == ::usher::v1::SESSION_STATE_ACTIVE && renewal.has_expire_time()) {
    return absl::OkStatus();
  }
  return absl::InternalError(absl::StrCat("a renewal of ", agent.email, "'s session ",
                                          agent.last_session_id,
                                          " was answered with: ", renewal.ShortDebugString()));
}

int64_t Site::NewestSession() const {
  int64_t newest = newest_replaced_session_;
  for (const Agent& agent : agents_) newest = std::max(newest, agent.last_session_id);
  return newest;
}

}  // namespace usher::bench
