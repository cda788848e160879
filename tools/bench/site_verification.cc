// The book of a site compared with the server.

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "tools/bench/setup_call.h"
#include "tools/bench/site.h"
#include "usher/v1/account_service.grpc.pb.h"
#include "usher/v1/agent_service.grpc.pb.h"

namespace usher::bench {
namespace {

using ::usher::v1::AccountService;
using ::usher::v1::AgentService;

constexpr int kPageSize = 1000;

}  // namespace

absl::Status Site::VerifySessions(v1::Verification& verification) const {
  absl::flat_hash_map<std::string, const Agent*> waited_for;
  for (const Agent& agent : agents_) {
    if (agent.logged_in) waited_for.emplace(agent.email, &agent);
  }
  AgentService::Stub stub(channel_);
  ::usher::v1::ListSessionsRequest request;
  request.set_application(application_);
  request.set_page_size(kPageSize);
  do {
    ::usher::v1::ListSessionsResponse page;
    const absl::Status status =
        SetupCall(stub, authorization_, &AgentService::Stub::ListSessions, request, &page);
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
  if (waited_for.empty()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(waited_for.size(), " agents of ", application_,
                                          " have no live session, but should; one is ",
                                          waited_for.begin()->first));
}

absl::Status Site::VerifyDenials() const {
  AccountService::Stub stub(channel_);
  ::usher::v1::GetEntitlementsRequest request;
  request.set_application(application_);
  ::usher::v1::GetEntitlementsResponse answer;
  const absl::Status status =
      SetupCall(stub, authorization_, &AccountService::Stub::GetEntitlements, request, &answer);
  if (!status.ok()) return status;
  int64_t denials = 0;
  for (const ::usher::v1::Pool& pool : answer.pools()) denials += pool.denials();
  if (denials == refused_.load()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("the server counts ", denials, " denials in ",
                                          application_, ", but told of ", refused_.load()));
}

absl::StatusOr<v1::Verification> Site::Verify() const {
  v1::Verification verification;
  verification.set_acknowledged_logins(acknowledged_.load());
  verification.set_session_ids_given(NewestSession());
  verification.set_acknowledged_logouts(logged_out_.load());
  verification.set_refused_logins(refused_.load());
  absl::Status status = VerifySessions(verification);
  if (status.ok()) status = VerifyDenials();
  if (!status.ok()) return status;
  if (verification.session_ids_given() != acknowledged_.load()) {
    return absl::InternalError(absl::StrCat("session ids of ", application_, " went up to ",
                                            verification.session_ids_given(), ", but ",
                                            acknowledged_.load(), " logins were acknowledged"));
  }
  return verification;
}

}  // namespace usher::bench
