#include <algorithm>
#include <utility>

#include "entitlement/apply_parts.h"
#include "entitlement/check.h"
#include "entitlement/counting.h"

namespace usher::entitlement {
namespace {

template <typename EmailType>
Agent& AgentAt(Application& application, const EmailType& email) {
  Agent* const found = application.agents.Find(email);
  Require(found != nullptr, "a change names an agent that there is not");
  return *found;
}

Session& SessionAt(Application& application, SessionId id) {
  Session* const found = application.sessions.Find(id);
  Require(found != nullptr, "a change names a session that is not live");
  return *found;
}

// Alters an agent by `alter`, and with it what its license counts as.
template <typename Alter>
void Recount(Application& application, Agent& agent, Alter alter) {
  const License& license = LicenseAt(application, agent.license);
  Uncount(application, license, HoldingOf(agent));
  alter(agent);
  // Who is not active has nothing left to drain.
  if (!agent.active()) agent.drain_deadline.reset();
  Count(application, license, HoldingOf(agent));
}

void Touch(Agent& agent, absl::Time time) {
  // A lease's end is told late, so another channel may have been active since.
  agent.last_active_time = std::max<absl::Time>(agent.last_active_time, time);
}

void Remember(Application& application, Session& session, LicenseId license, absl::Time end_time,
              EndReason reason) {
  application.forgets.emplace(end_time, session.id);
  application.ended_sessions.emplace(session.id,
                                     EndedSession{.id = session.id,
                                                  .email = std::move(session.email),
                                                  .client_id = std::move(session.client_id),
                                                  .license = license,
                                                  .revision = session.revision,
                                                  .start_time = session.start_time,
                                                  .ttl = session.ttl,
                                                  .end_time = end_time,
                                                  .channel = session.channel,
                                                  .reason = reason});
}

}  // namespace

void Move(Application& application, const Change& change, const SessionStarted& started) {
  Agent& agent = AgentAt(application, started.email);
  Require(agent.license == started.license, "a session uses its agent's license");
  Require(!agent.sessions[IndexOf(started.channel)], "a channel has at most one live session");
  Recount(application, agent, [&change, &started](Agent& altered) {
    altered.sessions[IndexOf(started.channel)] = started.id;
    Touch(altered, change.event_time);
  });
  application.sessions.Add({.id = started.id,
                            .email = agent.email,
                            .client_id = started.client_id,
                            .revision = change.revision,
                            .lease_end = started.lease_end,
                            .start_time = change.event_time,
                            .ttl = started.ttl,
                            .channel = started.channel});
  application.last_session_id = std::max(application.last_session_id, started.id);
  Watch(application, started.lease_end, started.id);
}

void Move(Application& application, const Change& change, const SessionEnded& ended) {
  Session& session = SessionAt(application, ended.id);
  Agent& agent = AgentAt(application, session.email);
  Recount(application, agent, [&change, &session](Agent& altered) {
    altered.sessions[IndexOf(session.channel)] = SessionId();
    Touch(altered, change.event_time);
  });
  Remember(application, session, agent.license, change.event_time, ended.reason);
  application.sessions.Remove(ended.id);
}

void Move(Application& /*application*/, const Change& /*change*/,
          const SessionDraining& /*draining*/) {}

void Move(Application& application, const Change& /*change*/, const AgentDrainChanged& changed) {
  Recount(application, AgentAt(application, changed.email),
          [&changed](Agent& altered) { altered.drain_deadline = changed.deadline; });
}

void Move(Application& application, const Change& change, const MobileAnsweringChanged& changed) {
  Recount(application, AgentAt(application, changed.email), [&change, &changed](Agent& altered) {
    altered.mobile_answering = changed.mode;
    Touch(altered, change.event_time);
  });
}

void Move(Application& application, const Change& /*change*/, const SessionTtlChanged& changed) {
  SessionAt(application, changed.id).ttl = changed.ttl;
}

void Move(Application& application, const Change& /*change*/, const SessionRenewed& renewed) {
  Session& session = SessionAt(application, renewed.id);
  const bool earlier = renewed.lease_end < session.lease_end;
  session.lease_end = renewed.lease_end;
  // The watch that stands comes too late for a lease that was cut short.
  if (earlier) Watch(application, session.lease_end, renewed.id);
}

void Move(Application& application, const Change& change, const SessionForgotten& forgotten) {
  // Pause between the steps in which a crowd is forgotten.
  constexpr absl::Duration kForgetPause = absl::Seconds(1);
  const auto found = application.ended_sessions.find(forgotten.id);
  if (found != application.ended_sessions.end()) {
    application.forgets.erase({found->second.end_time, forgotten.id});
    application.ended_sessions.erase(found);
  }
  application.forget_pause_end = change.event_time + kForgetPause;
}

}  // namespace usher::entitlement
