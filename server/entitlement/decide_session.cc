// RenewSessions, EndSession and ListSessions: R14, R16.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "entitlement/change_list.h"
#include "entitlement/decisions.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

SessionRenewal RenewOne(const Application& application, SessionId id, const Context& context,
                        ChangeList& changes) {
  SessionRenewal renewal;
  renewal.id = id;
  if (const Session* session = application.Find(id)) {
    changes.Add(SessionRenewed{.id = id, .lease_end = context.lease_now + session->ttl});
    renewal.expire_time = context.now + session->ttl;
    // Agents are looked up by their emails, which costs more than the rest: only while some drain.
    if (!application.drains.empty()) {
      renewal.drain_deadline = application.Find(session->email)->drain_deadline;
      if (renewal.drain_deadline.has_value()) renewal.state = SessionState::kDraining;
    }
    return renewal;
  }
  renewal.state = SessionState::kEnded;
  renewal.end_reason = EndReason::kUnknown;
  if (const auto ended = application.ended_sessions.find(id);
      ended != application.ended_sessions.end()) {
    renewal.expire_time = ended->second.end_time;
    renewal.end_reason = ended->second.reason;
  }
  return renewal;
}

Outcome AnswerEnded(const Units& units, SessionId id) {
  const Application& application = *units.application;
  const auto ended = application.ended_sessions.find(id);
  if (ended != application.ended_sessions.end()) {
    return {Reply(EndSessionReply{ViewOf(ended->second)}), {}};
  }
  if (!id || id > application.last_session_id) {
    return {Refusal(ResourceNotFound{absl::StrCat(FullName(units.account->id, units.entry->id),
                                                  "/sessions/", id.value())}),
            {}};
  }
  SessionView forgotten;
  forgotten.id = id;
  forgotten.state = SessionState::kEnded;
  forgotten.end_reason = EndReason::kUnknown;
  return {Reply(EndSessionReply{std::move(forgotten)}), {}};
}

}  // namespace

Outcome DecideOn(const Units& units, const RenewSessions& command, const Context& context) {
  ChangeList changes(units, context.now, context);
  changes.Reserve(command.ids.size());
  RenewSessionsReply reply;
  reply.renewals.reserve(command.ids.size());
  for (const SessionId id : command.ids) {
    reply.renewals.push_back(RenewOne(*units.application, id, context, changes));
  }
  return {Reply(std::move(reply)), changes.Take()};
}

Outcome DecideOn(const Units& units, const EndSession& command, const Context& context) {
  const Application& application = *units.application;
  const Session* session = application.Find(command.id);
  if (session == nullptr) return AnswerEnded(units, command.id);

  const EndReason reason = command.forced ? EndReason::kForced : EndReason::kLogout;
  ChangeList changes(units, context.now, context);
  changes.Add(SessionEnded{
      .id = session->id, .email = session->email, .reason = reason, .note = command.note});
  SessionView view{
      .id = session->id,
      .email = session->email,
      .channel = session->channel,
      .client_id = session->client_id,
      .license = application.Find(session->email)->license,
      .state = SessionState::kEnded,
      .start_time = session->start_time,
      .expire_time = context.now,
      .ttl = session->ttl,
      .drain_deadline = std::nullopt,
      .end_reason = reason,
      .revision = session->revision,
  };
  return {Reply(EndSessionReply{std::move(view)}), changes.Take()};
}

Outcome DecideOn(const Units& units, const ListSessions& command, const Context& context) {
  const Application& application = *units.application;
  SessionsReply reply;
  // False once the page is full.
  const auto add = [&](const Session& session) {
    if (command.channel.has_value() && session.channel != *command.channel) return true;
    if (static_cast<int>(reply.sessions.size()) == command.limit) {
      reply.more = true;
      return false;
    }
    reply.sessions.push_back(ViewOf(application, session, context));
    return true;
  };

  if (command.email.empty()) {
    for (auto it = application.sessions.UpperBound(command.after);
         it != application.sessions.end() && add(*it); ++it) {
    }
    return {Reply(std::move(reply)), {}};
  }
  if (const Agent* agent = application.Find(command.email); agent != nullptr) {
    auto ids = agent->sessions;
    std::sort(ids.begin(), ids.end());
    for (const SessionId id : ids) {
      if (id > command.after && !add(*application.Find(id))) break;
    }
  }
  return {Reply(std::move(reply)), {}};
}

}  // namespace usher::entitlement
