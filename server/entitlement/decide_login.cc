// StartSession and CheckAccess: R12–R16.
#include <utility>

#include "entitlement/choose_license.h"
#include "entitlement/decisions.h"
#include "entitlement/occupy.h"
#include "entitlement/policy.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

// The live session of the agent on the channel; null where there is none.
const Session* LiveSession(const Application& application, const Agent* agent, Channel channel) {
  if (agent == nullptr) return nullptr;
  const SessionId id = agent->sessions[IndexOf(channel)];
  return id ? application.Find(id) : nullptr;
}

// R15: the same client gets its session back, renewed; nothing starts.
SessionView RenewLive(const Session& session, const License& license, const Agent& agent,
                      absl::Duration ttl, const Context& context, ChangeList& changes) {
  if (ttl != session.ttl) changes.Add(SessionTtlChanged{.id = session.id, .ttl = ttl});
  changes.Add(SessionRenewed{.id = session.id, .lease_end = context.lease_now + ttl});
  SessionView view{
      .id = session.id,
      .email = session.email,
      .channel = session.channel,
      .client_id = session.client_id,
      .license = license.id,
      .state = SessionState::kActive,
      .start_time = session.start_time,
      .expire_time = context.now + ttl,
      .ttl = ttl,
      .drain_deadline = std::nullopt,
      .end_reason = EndReason::kNone,
      .revision = session.revision,
  };
  if (license.expired) {
    view.state = SessionState::kDraining;
    view.drain_deadline = agent.drain_deadline;
  }
  return view;
}

SessionView StartNew(const Application& application, const StartSession& command,
                     const License& license, absl::Duration ttl, const Context& context,
                     ChangeList& changes) {
  const SessionId id = application.last_session_id.next();
  const Revision revision = changes.Add(SessionStarted{
      .id = id,
      .email = command.email,
      .channel = command.channel,
      .client_id = command.client_id,
      .license = license.id,
      .ttl = ttl,
      .lease_end = context.lease_now + ttl,
  });
  return {
      .id = id,
      .email = command.email,
      .channel = command.channel,
      .client_id = command.client_id,
      .license = license.id,
      .state = SessionState::kActive,
      .start_time = context.now,
      .expire_time = context.now + ttl,
      .ttl = ttl,
      .drain_deadline = std::nullopt,
      .end_reason = EndReason::kNone,
      .revision = revision,
  };
}

}  // namespace

Outcome DecideOn(const Units& units, const StartSession& command, const Context& context) {
  const Application& application = *units.application;
  const Choice choice = ChooseFor(application, command.email, command.edition);
  const Session* live = LiveSession(application, choice.agent, command.channel);
  const bool same_client = live != nullptr && live->client_id == command.client_id;
  // A client that drains may go on with what it has until the deadline (R16).
  if (choice.license == nullptr && !same_client) {
    return RefuseForWantOfLicense(units, choice, command.edition, context);
  }
  const License& license = choice.license != nullptr ? *choice.license : *choice.expired;
  const bool superseded = live != nullptr && !same_client;
  const absl::Duration ttl = context.policy->session_ttl.Clamp(command.ttl);

  ChangeList changes(units, context.now, context);
  AddBinding(choice, command.email, superseded ? live->id : SessionId(), changes);
  if (superseded) {
    changes.Add(SessionEnded{
        .id = live->id, .email = command.email, .reason = EndReason::kSuperseded, .note = {}});
  }
  StartSessionReply reply;
  reply.session = same_client ? RenewLive(*live, license, *choice.agent, ttl, context, changes)
                              : StartNew(application, command, license, ttl, context, changes);
  reply.newly_bound = choice.binds();
  reply.license = OccupiedView(license, command.email,
                               reply.newly_bound ? Instant(context.now) : license.bind_time);
  return {Reply(std::move(reply)), changes.Take()};
}

Outcome DecideOn(const Units& units, const CheckAccess& command, const Context& context) {
  const Choice choice = ChooseFor(*units.application, command.email, command.edition);
  CheckAccessReply reply;
  if (choice.license != nullptr) {
    reply.license = ViewOf(*units.application, *choice.license);
    reply.would_bind = choice.binds();
    return {Reply(std::move(reply)), {}};
  }
  reply.refusal = ExplainRefusal(units, choice, command.edition, context);
  if (const auto* no_idle = std::get_if<NoIdleLicense>(&*reply.refusal)) {
    reply.earliest_relief_time = no_idle->relief_time;
  } else if (const auto* expired = std::get_if<LicenseExpired>(&*reply.refusal)) {
    reply.earliest_relief_time = expired->relief_time;
  }
  return {Reply(std::move(reply)), {}};
}

}  // namespace usher::entitlement
