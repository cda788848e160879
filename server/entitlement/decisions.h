// One function for each command; decide.cc dispatches to them. Internal to the core: others call
// Decide (decide.h).
//
// What all of them may rely on: the units that the command needs are there, and the application is
// not deleted where the command refuses that (decide.cc answers RESOURCE_NOT_FOUND and
// APPLICATION_DELETED before). Refusals come in the order that the contract's comment of the RPC
// gives.
#pragma once

#include <optional>

#include "entitlement/command.h"
#include "entitlement/context.h"
#include "entitlement/decide.h"
#include "entitlement/units.h"

namespace usher::entitlement {

// decide_account.cc
Outcome DecideOn(const Units& units, const CreateAccount& command, const Context& context);
Outcome DecideOn(const Units& units, const GetAccount& command, const Context& context);
Outcome DecideOn(const Units& units, const ListAccounts& command, const Context& context);
Outcome DecideOn(const Units& units, const UpdateAccount& command, const Context& context);

// decide_application.cc
Outcome DecideOn(const Units& units, const CreateApplication& command, const Context& context);
Outcome DecideOn(const Units& units, const GetApplication& command, const Context& context);
Outcome DecideOn(const Units& units, const ListApplications& command, const Context& context);
Outcome DecideOn(const Units& units, const UpdateApplication& command, const Context& context);
Outcome DecideOn(const Units& units, const DeleteApplication& command, const Context& context);
Outcome DecideOn(const Units& units, const UndeleteApplication& command, const Context& context);

// decide_entitlements.cc
Outcome DecideOn(const Units& units, const GetEntitlements& command, const Context& context);

// decide_order.cc
// Refusals that need the catalog but no unit, and so come before existence: unknown products,
// quantities out of bounds, BELOW_MINIMUM_PURCHASE.
std::optional<Refusal> CheckItems(const CreateOrder& command, const Context& context);
Outcome DecideOn(const Units& units, const CreateOrder& command, const Context& context);
Outcome DecideOn(const Units& units, const GetOrder& command, const Context& context);
Outcome DecideOn(const Units& units, const ListOrders& command, const Context& context);
Outcome DecideOn(const Units& units, const GetSubscription& command, const Context& context);
Outcome DecideOn(const Units& units, const ListSubscriptions& command, const Context& context);

// decide_renewal.cc
// As for CreateOrder: units out of bounds; add-ons that are none, named twice, out of bounds or of
// another subscription than the renewed one.
std::optional<Refusal> CheckItems(const RenewSubscription& command, const Context& context);
// RESOURCE_NOT_FOUND for the subscription, which comes before deletion.
std::optional<Refusal> CheckNamed(const Units& units, const RenewSubscription& command);
Outcome DecideOn(const Units& units, const RenewSubscription& command, const Context& context);

// decide_license.cc
Outcome DecideOn(const Units& units, const GetLicense& command, const Context& context);
Outcome DecideOn(const Units& units, const ListLicenses& command, const Context& context);
Outcome DecideOn(const Units& units, const ListResets& command, const Context& context);
Outcome DecideOn(const Units& units, const ListBindings& command, const Context& context);

// decide_reset.cc
// RESOURCE_NOT_FOUND for a license that is named, which comes before deletion.
std::optional<Refusal> CheckNamed(const Units& units, const ResetLicenses& command);
Outcome DecideOn(const Units& units, const ResetLicenses& command, const Context& context);

// decide_login.cc
Outcome DecideOn(const Units& units, const StartSession& command, const Context& context);
Outcome DecideOn(const Units& units, const CheckAccess& command, const Context& context);

// decide_session.cc
Outcome DecideOn(const Units& units, const RenewSessions& command, const Context& context);
Outcome DecideOn(const Units& units, const EndSession& command, const Context& context);
Outcome DecideOn(const Units& units, const ListSessions& command, const Context& context);

// decide_agent.cc
Outcome DecideOn(const Units& units, const ForceOffline& command, const Context& context);
Outcome DecideOn(const Units& units, const SetMobileAnswering& command, const Context& context);
Outcome DecideOn(const Units& units, const ListAgents& command, const Context& context);

// decide_phone.cc
Outcome DecideOn(const Units& units, const RegisterPhone& command, const Context& context);
Outcome DecideOn(const Units& units, const RenewPhones& command, const Context& context);
Outcome DecideOn(const Units& units, const UnregisterPhone& command, const Context& context);
Outcome DecideOn(const Units& units, const ListPhones& command, const Context& context);

// decide_call.cc
Outcome DecideOn(const Units& units, const StartCall& command, const Context& context);
Outcome DecideOn(const Units& units, const ConnectCall& command, const Context& context);
Outcome DecideOn(const Units& units, const ExtendCalls& command, const Context& context);

// decide_call_end.cc
Outcome DecideOn(const Units& units, const EndCall& command, const Context& context);

// decide_voice.cc
Outcome DecideOn(const Units& units, const GetCall& command, const Context& context);
Outcome DecideOn(const Units& units, const ListCalls& command, const Context& context);
Outcome DecideOn(const Units& units, const GetVoiceBalance& command, const Context& context);

// decide_token.cc
// An expire_time that has passed.
std::optional<Refusal> CheckItems(const CreateToken& command, const Context& context);
Outcome DecideOn(const Units& units, const CreateToken& command, const Context& context);
Outcome DecideOn(const Units& units, const ListTokens& command, const Context& context);
Outcome DecideOn(const Units& units, const RevokeToken& command, const Context& context);

// decide_events.cc
Outcome DecideOn(const Units& units, const ListEvents& command, const Context& context);
Outcome DecideOn(const Units& units, const WatchEvents& command, const Context& context);

}  // namespace usher::entitlement
