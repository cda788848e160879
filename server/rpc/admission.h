// Admission: what stands between a request and its command: who calls, and whether that role may do
// this on this account (before anything is said of what exists).
//
// Included by dispatch.h. Pure functions but for the gatekeeper's look at the tokens; any thread.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "auth/caller.h"
#include "auth/gatekeeper.h"
#include "entitlement/command.h"
#include "entitlement/refusal.h"
#include "google/protobuf/descriptor.h"
#include "usher/v1/admin_service.pb.h"
#include "usher/v1/agent_service.pb.h"
#include "usher/v1/event_service.pb.h"

namespace usher::rpc {

// The rule of the method that takes such requests: each has a message of its own.
auth::MethodRule RuleOf(const google::protobuf::Descriptor& request);

// The account in the name of a resource; empty where it is not one. Its form is checked later.
entitlement::AccountId AccountIn(std::string_view resource);

// The resource that a request is about; empty where it names none.
template <typename Request>
std::string_view ResourceOf(const Request& request) {
  if constexpr (requires { request.application(); }) {
    return request.application();
  } else if constexpr (requires { request.account(); }) {
    return request.account();
  } else if constexpr (requires { request.parent(); }) {
    return request.parent();
  } else if constexpr (requires { request.name(); }) {
    return request.name();
  } else {
    return {};
  }
}

// Rules that depend on more than the method: what of a request only some of its roles may ask.
template <typename Request>
bool RoleAllows(entitlement::Role /*role*/, const Request& /*request*/) {
  return true;
}
// To end another's session is an administrator's.
inline bool RoleAllows(entitlement::Role role, const v1::EndSessionRequest& request) {
  return role != entitlement::Role::kAgent || !request.forced();
}
// Up to the caller's own role.
inline bool RoleAllows(entitlement::Role role, const v1::CreateTokenRequest& request) {
  return static_cast<int>(request.role()) <= static_cast<int>(role);
}

// The server's own events are an operator's.
inline bool RoleAllows(entitlement::Role role, const v1::ListEventsRequest& request) {
  return role == entitlement::Role::kOperator || !request.parent().empty();
}
inline bool RoleAllows(entitlement::Role role, const v1::WatchEventsRequest& request) {
  return role == entitlement::Role::kOperator || !request.parent().empty();
}

// Bounds the commands that name no account by the caller's own.
void BindTo(const auth::Caller& caller, entitlement::Command& command);

template <typename Request>
const auth::MethodRule& RuleFor() {
  static const auth::MethodRule kRule = RuleOf(*Request::descriptor());
  return kRule;
}

template <typename Request>
std::variant<auth::Caller, entitlement::Refusal> Admit(const auth::Gatekeeper& gate,
                                                       const grpc::ServerContextBase& context,
                                                       const Request& request, absl::Time now) {
  const auth::MethodRule& rule = RuleFor<Request>();
  auto admitted = gate.Admit(context, rule, now);
  const auto* caller = std::get_if<auth::Caller>(&admitted);
  if (caller == nullptr) return admitted;
  const entitlement::AccountId account = AccountIn(ResourceOf(request));
  if ((!account.empty() && !caller->MayEnter(account)) || !RoleAllows(caller->role(), request)) {
    return entitlement::Refusal(
        entitlement::RoleForbids{.role = caller->role(), .method = rule.name});
  }
  return admitted;
}

}  // namespace usher::rpc
