// Makes the views of reply.h from state. Pure, any thread that owns the state.
#pragma once

#include "absl/time/time.h"
#include "entitlement/application.h"
#include "entitlement/context.h"
#include "entitlement/reply.h"
#include "entitlement/units.h"

namespace usher::entitlement {

// R16's states: EXPIRED once its expiry was carried out, else IN_USE, BOUND or IDLE by its holder.
LicenseState StateOf(const Application& application, const License& license);

AccountView ViewOf(const Account& account);
ApplicationView ViewOf(const Account& account, const ApplicationEntry& entry);
LicenseView ViewOf(const Application& application, const License& license);
SessionView ViewOf(const Application& application, const Session& session, const Context& context);
SessionView ViewOf(const EndedSession& session);
AgentView ViewOf(const Application& application, const Agent& agent, const Context& context);
PhoneView ViewOf(const Application& application, const Phone& phone, const Context& context);
CallView ViewOf(const Call& call, const Context& context);
SubscriptionView ViewOf(const Subscription& subscription, const Context& context);

// The resets of the current month (R18).
ResetAllowance AllowanceOf(const Units& units, const Context& context);

// The lease end `end` by the wall clock.
absl::Time WallTimeOf(LeaseTime end, const Context& context);

// Of the unexpired grants together.
struct VoiceMinutes {
  int64_t remaining = 0;
  int64_t reserved = 0;
};
VoiceMinutes MinutesLeft(const Voice& voice);

// "accounts/{account}/applications/{application}/calls/{call_id}".
std::string CallName(const Units& units, const CallId& id);

// "accounts/{account}/applications/{application}".
std::string FullName(const AccountId& account, const ApplicationId& application);

}  // namespace usher::entitlement
