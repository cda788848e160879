#include "entitlement/views.h"

#include "absl/strings/str_cat.h"
#include "entitlement/check.h"

namespace usher::entitlement {

LicenseState StateOf(const Application& application, const License& license) {
  if (license.expired) return LicenseState::kExpired;
  if (!license.held()) return LicenseState::kIdle;
  // A phone is recorded while it is online only.
  if (license.kind == LicenseKind::kSip) return LicenseState::kInUse;
  const Agent* agent = application.agents.Find(license.holder.view());
  return agent != nullptr && agent->active() ? LicenseState::kInUse : LicenseState::kBound;
}

AccountView ViewOf(const Account& account) {
  return {.id = account.id,
          .display_name = account.display_name,
          .zone_name = account.zone_name,
          .create_time = account.create_time,
          .pending_zone = account.pending_zone};
}

ApplicationView ViewOf(const Account& account, const ApplicationEntry& entry) {
  return {.name = {.account = account.id, .application = entry.id},
          .display_name = entry.display_name,
          .create_time = entry.create_time,
          .trial_expire_time = entry.trial_expire_time,
          .delete_time = entry.delete_time};
}

LicenseView ViewOf(const Application& application, const License& license) {
  LicenseView view = {.id = license.id,
                      .kind = license.kind,
                      .edition = license.edition,
                      .source = license.source,
                      .subscription = license.subscription,
                      .state = StateOf(application, license),
                      .holder = license.holder,
                      .bind_time = std::nullopt,
                      .expire_time = license.expire_time};
  if (license.held()) view.bind_time = license.bind_time;
  return view;
}

SessionView ViewOf(const Application& application, const Session& session, const Context& context) {
  const Agent* agent = application.Find(session.email);
  Require(agent != nullptr, "a live session has an agent");
  return {.id = session.id,
          .email = session.email,
          .channel = session.channel,
          .client_id = session.client_id,
          .license = agent->license,
          .state = agent->drain_deadline ? SessionState::kDraining : SessionState::kActive,
          .start_time = session.start_time,
          .expire_time = WallTimeOf(session.lease_end, context),
          .ttl = session.ttl,
          .drain_deadline = agent->drain_deadline,
          .end_reason = EndReason::kNone,
          .revision = session.revision};
}

SessionView ViewOf(const EndedSession& session) {
  return {.id = session.id,
          .email = session.email,
          .channel = session.channel,
          .client_id = session.client_id,
          .license = session.license,
          .state = SessionState::kEnded,
          .start_time = session.start_time,
          .expire_time = session.end_time,
          .ttl = session.ttl,
          .drain_deadline = std::nullopt,
          .end_reason = session.reason,
          .revision = session.revision};
}

AgentView ViewOf(const Application& application, const Agent& agent, const Context& context) {
  AgentView view = {.email = agent.email,
                    .license = std::nullopt,
                    .mobile_answering = agent.mobile_answering,
                    .sessions = {},
                    .last_active_time = agent.last_active_time};
  if (const License* license = application.Find(agent.license)) {
    view.license = ViewOf(application, *license);
  }
  for (const SessionId id : agent.sessions) {
    if (const Session* session = application.Find(id)) {
      view.sessions.push_back(ViewOf(application, *session, context));
    }
  }
  return view;
}

PhoneView ViewOf(const Application& application, const Phone& phone, const Context& context) {
  const License* license = application.Find(phone.license);
  Require(license != nullptr, "a phone that is online has a license");
  return {.id = phone.id,
          .license = phone.license,
          .edition = license->edition,
          .state = phone.drain_deadline ? SessionState::kDraining : SessionState::kActive,
          .online_time = phone.online_time,
          .expire_time = WallTimeOf(phone.lease_end, context),
          .drain_deadline = phone.drain_deadline,
          .revision = phone.revision};
}

SubscriptionView ViewOf(const Subscription& subscription, const Context& context) {
  return {.subscription = subscription, .expired = subscription.expire_time <= context.now};
}

ResetAllowance AllowanceOf(const Units& units, const Context& context) {
  const Month month = MonthOf(*units.account, context.now);
  const ResetUse& use = units.application->resets;
  return {.month = month.label,
          .used = use.month == month.label ? use.used : 0,
          .limit = context.policy->resets_per_month,
          .month_end = month.end};
}

absl::Time WallTimeOf(LeaseTime end, const Context& context) {
  return context.now + (end - context.lease_now);
}

std::string FullName(const AccountId& account, const ApplicationId& application) {
  return absl::StrCat("accounts/", account.value(), "/applications/", application.value());
}

}  // namespace usher::entitlement
