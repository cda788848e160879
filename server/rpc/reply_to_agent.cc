#include "rpc/refusal_to_status.h"
#include "rpc/reply_parts.h"
#include "rpc/reply_to_proto.h"

namespace usher::rpc {
namespace {

void Write(const entitlement::SessionView& session, v1::Session& out) {
  out.set_session_id(session.id.value());
  SetString(session.email.value(), out.mutable_email());
  out.set_channel(Wire<v1::Channel>(session.channel));
  SetString(session.client_id.value(), out.mutable_client_id());
  out.set_license_id(session.license.value());
  out.set_state(Wire<v1::SessionState>(session.state));
  // Of a session that nobody remembers there is no instant to tell.
  if (session.end_reason != entitlement::EndReason::kUnknown) {
    SetTime(session.start_time, out.mutable_start_time());
    SetTime(session.expire_time, out.mutable_expire_time());
    SetDuration(session.ttl, out.mutable_ttl());
  }
  if (session.drain_deadline) {
    SetTime(*session.drain_deadline, out.mutable_drain_deadline_time());
  }
  out.set_end_reason(Wire<v1::EndReason>(session.end_reason));
  out.set_revision(session.revision.value());
}

void Write(const entitlement::AgentView& agent, v1::Agent& out) {
  SetString(agent.email.value(), out.mutable_email());
  if (agent.license) WriteLicense(*agent.license, *out.mutable_license());
  out.set_mobile_answering(Wire<v1::MobileAnswering>(agent.mobile_answering));
  for (const auto& session : agent.sessions) Write(session, *out.add_sessions());
  if (agent.last_active_time) SetTime(*agent.last_active_time, out.mutable_last_active_time());
}

}  // namespace

void WriteReply(const Reply& reply, const v1::StartSessionRequest&, v1::StartSessionResponse& out) {
  const auto& started = As<entitlement::StartSessionReply>(reply);
  Write(started.session, *out.mutable_session());
  WriteLicense(started.license, *out.mutable_license());
  out.set_newly_bound(started.newly_bound);
}

void WriteReply(const Reply& reply, const v1::RenewSessionsRequest&,
                v1::RenewSessionsResponse& out) {
  const auto& renewals = As<entitlement::RenewSessionsReply>(reply).renewals;
  out.mutable_renewals()->Reserve(static_cast<int>(renewals.size()));
  for (const entitlement::SessionRenewal& renewal : renewals) {
    v1::SessionRenewal& made = *out.add_renewals();
    made.set_session_id(renewal.id.value());
    made.set_state(Wire<v1::SessionState>(renewal.state));
    // As for a session that is shown whole.
    if (renewal.end_reason != entitlement::EndReason::kUnknown) {
      SetTime(renewal.expire_time, made.mutable_expire_time());
    }
    if (renewal.drain_deadline) {
      SetTime(*renewal.drain_deadline, made.mutable_drain_deadline_time());
    }
    made.set_end_reason(Wire<v1::EndReason>(renewal.end_reason));
  }
}

void WriteReply(const Reply& reply, const v1::EndSessionRequest&, v1::EndSessionResponse& out) {
  Write(As<entitlement::EndSessionReply>(reply).session, *out.mutable_session());
}

void WriteReply(const Reply& reply, const v1::ForceOfflineRequest&, v1::ForceOfflineResponse& out) {
  const auto& forced = As<entitlement::ForceOfflineReply>(reply);
  Write(forced.agent, *out.mutable_agent());
  out.set_ended_sessions(forced.ended_sessions);
}

void WriteReply(const Reply& reply, const v1::SetMobileAnsweringRequest&,
                v1::SetMobileAnsweringResponse& out) {
  const auto& answer = As<entitlement::MobileAnsweringReply>(reply);
  Write(answer.agent, *out.mutable_agent());
  out.set_newly_bound(answer.newly_bound);
}

void WriteReply(const Reply& reply, const v1::CheckAccessRequest&, v1::CheckAccessResponse& out) {
  const auto& check = As<entitlement::CheckAccessReply>(reply);
  out.set_allowed(!check.refusal.has_value());
  if (check.license) WriteLicense(*check.license, *out.mutable_license());
  out.set_would_bind(check.would_bind);
  if (check.refusal) {
    const RefusalText text = Describe(*check.refusal, absl::InfiniteFuture());
    out.set_reason(text.reason);
    for (const auto& [key, value] : text.metadata) (*out.mutable_metadata())[key] = value;
  }
  if (check.earliest_relief_time) {
    SetTime(*check.earliest_relief_time, out.mutable_earliest_relief_time());
  }
}

void WriteReply(const Reply& reply, const v1::ListSessionsRequest& request,
                v1::ListSessionsResponse& out) {
  const auto& page = As<entitlement::SessionsReply>(reply);
  for (const auto& session : page.sessions) Write(session, *out.add_sessions());
  if (page.more) WriteNext(true, request, page.sessions.back().id.value(), out);
}

void WriteReply(const Reply& reply, const v1::ListAgentsRequest& request,
                v1::ListAgentsResponse& out) {
  const auto& page = As<entitlement::AgentsReply>(reply);
  for (const auto& agent : page.agents) Write(agent, *out.add_agents());
  if (page.more) WriteNext(true, request, std::string(page.agents.back().email.value()), out);
}

}  // namespace usher::rpc
