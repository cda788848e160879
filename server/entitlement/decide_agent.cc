// ForceOffline, SetMobileAnswering and ListAgents: R12, R16.
#include <string_view>
#include <utility>

#include "entitlement/change_list.h"
#include "entitlement/choose_license.h"
#include "entitlement/decisions.h"
#include "entitlement/occupy.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

AgentView Nobody(const SharedName<Email>& email) {
  AgentView view;
  view.email = email;
  return view;
}

// The view of a record that has changed: it is or was active, and keeps its license.
AgentView ViewAlone(const Application& application, Agent after, const Context& context) {
  AgentView view = ViewOf(application, after, context);
  // The license still says what its holder was before.
  if (view.license->state == LicenseState::kInUse && !after.active()) {
    view.license->state = LicenseState::kBound;
  }
  return view;
}

Outcome TurnOff(const Units& units, const SetMobileAnswering& command, const Context& context) {
  MobileAnsweringReply reply;
  const Agent* agent = units.application->Find(command.email);
  ChangeList changes(units, context.now, context);
  if (agent == nullptr) {
    reply.agent = Nobody(command.email);
  } else if (agent->mobile_answering == MobileAnswering::kOff) {
    reply.agent = ViewOf(*units.application, *agent, context);
  } else {
    changes.Add(MobileAnsweringChanged{.email = command.email, .mode = MobileAnswering::kOff});
    Agent after = *agent;
    after.mobile_answering = MobileAnswering::kOff;
    after.last_active_time = context.now;
    reply.agent = ViewAlone(*units.application, std::move(after), context);
  }
  return {Reply(std::move(reply)), changes.Take()};
}

}  // namespace

Outcome DecideOn(const Units& units, const ForceOffline& command, const Context& context) {
  const Application& application = *units.application;
  const Agent* agent = application.Find(command.email);
  ForceOfflineReply reply;
  if (agent == nullptr) {
    reply.agent = Nobody(command.email);
    return {Reply(std::move(reply)), {}};
  }
  ChangeList changes(units, context.now, context);
  Agent after = *agent;
  for (SessionId& session : after.sessions) {
    if (!session) continue;
    changes.Add(SessionEnded{
        .id = session, .email = command.email, .reason = EndReason::kForced, .note = command.note});
    session = SessionId();
    ++reply.ended_sessions;
  }
  if (command.mobile_answering_off && after.mobile_answering != MobileAnswering::kOff) {
    changes.Add(MobileAnsweringChanged{.email = command.email, .mode = MobileAnswering::kOff});
    after.mobile_answering = MobileAnswering::kOff;
  }
  if (!changes.empty()) after.last_active_time = context.now;
  reply.agent = ViewAlone(application, std::move(after), context);
  return {Reply(std::move(reply)), changes.Take()};
}

Outcome DecideOn(const Units& units, const SetMobileAnswering& command, const Context& context) {
  if (command.mode == MobileAnswering::kOff) return TurnOff(units, command, context);

  const Application& application = *units.application;
  const Choice choice = ChooseFor(application, command.email, command.edition);
  const bool changes_mode =
      choice.agent == nullptr || choice.agent->mobile_answering != command.mode;
  // What is on already may stay on until the deadline, like a session that drains (R16).
  if (choice.license == nullptr && changes_mode) {
    return RefuseForWantOfLicense(units, choice, command.edition, context);
  }
  const License& license = choice.license != nullptr ? *choice.license : *choice.expired;

  ChangeList changes(units, context.now, context);
  AddBinding(choice, command.email, SessionId(), changes);
  if (changes_mode) {
    changes.Add(MobileAnsweringChanged{.email = command.email, .mode = command.mode});
  }

  MobileAnsweringReply reply;
  reply.newly_bound = choice.binds();
  Agent after;
  if (choice.agent != nullptr) after = *choice.agent;
  after.email = command.email;
  after.license = license.id;
  after.mobile_answering = command.mode;
  if (choice.license != nullptr) after.drain_deadline.reset();
  if (changes_mode) after.last_active_time = context.now;
  reply.agent = ViewOf(application, after, context);
  // The state that it is viewed in does not know the binding yet.
  reply.agent.license = OccupiedView(license, command.email,
                                     reply.newly_bound ? Instant(context.now) : license.bind_time);
  for (SessionView& session : reply.agent.sessions) {
    session.license = license.id;
    session.drain_deadline = after.drain_deadline;
    session.state =
        after.drain_deadline.has_value() ? SessionState::kDraining : SessionState::kActive;
  }
  return {Reply(std::move(reply)), changes.Take()};
}

Outcome DecideOn(const Units& units, const ListAgents& command, const Context& context) {
  const Application& application = *units.application;
  AgentsReply reply;
  if (!command.email.empty()) {
    const Agent* agent = application.Find(command.email);
    if (agent != nullptr && std::string_view(command.after.value()) < command.email.value()) {
      reply.agents.push_back(ViewOf(application, *agent, context));
    }
    return {Reply(std::move(reply)), {}};
  }
  for (auto it = application.agents.UpperBound(command.after); it != application.agents.end();
       ++it) {
    if (static_cast<int>(reply.agents.size()) == command.limit) {
      reply.more = true;
      break;
    }
    reply.agents.push_back(ViewOf(application, *it, context));
  }
  return {Reply(std::move(reply)), {}};
}

}  // namespace usher::entitlement
