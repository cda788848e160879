#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "entitlement/command.h"
#include "entitlement/context.h"
#include "entitlement/limits.h"
#include "entitlement/token.h"
#include "rpc/command_from_proto.h"
#include "usher/v1/admin_service.pb.h"

namespace usher::rpc {

using entitlement::Role;
using entitlement::Target;
using entitlement::TokenId;

namespace {

Role RequiredRole(FieldReader& fields, int role) {
  if (role >= static_cast<int>(Role::kViewer) && role <= static_cast<int>(Role::kOperator)) {
    return static_cast<Role>(role);
  }
  fields.Refuse("role", "must be VIEWER, AGENT, ADMIN or OPERATOR");
  return Role::kViewer;
}

// An operator's token is of no account, any other of one.
entitlement::AccountId AccountOf(FieldReader& fields, Role role, const std::string& name) {
  if (role != Role::kOperator) return fields.Account("account", name).account;
  if (!name.empty()) fields.Refuse("account", "must be empty: an operator's token is of none");
  return {};
}

}  // namespace

CommandOr CommandFrom(const v1::CreateTokenRequest& request) {
  FieldReader fields;
  entitlement::CreateToken command;
  command.token.display_name =
      fields.Identifier("display_name", request.display_name(), entitlement::kDisplayNameLengthMax);
  // R29: who the journal says did what time itself does.
  if (command.token.display_name == entitlement::kSystemActor) {
    fields.Refuse("display_name", "must not be \"system\", which stands for time itself");
  }
  command.token.role = RequiredRole(fields, request.role());
  command.token.account = AccountOf(fields, command.token.role, request.account());
  if (request.has_expire_time()) {
    command.token.expire_time = fields.Instant("expire_time", request.expire_time());
  }
  return fields.Finish(Target(), std::move(command));
}

CommandOr CommandFrom(const v1::ListTokensRequest& request) {
  FieldReader fields;
  entitlement::ListTokens command;
  if (!request.account().empty()) {
    command.account = fields.Account("account", request.account()).account;
  }
  command.limit = fields.PageSize(request);
  command.after = TokenId(fields.PageStartNumber(request));
  return fields.Finish(Target(), std::move(command));
}

CommandOr CommandFrom(const v1::RevokeTokenRequest& request) {
  FieldReader fields;
  int64_t id = 0;
  // One name for each: neither "+1" nor "01" is token 1.
  if (!absl::SimpleAtoi(request.token_id(), &id) || id < 1 ||
      absl::StrCat(id) != request.token_id()) {
    fields.Refuse("token_id", "must be the id of a token, a number from 1 on");
  }
  return fields.Finish(Target(), entitlement::RevokeToken{.id = TokenId(id), .account = {}});
}

}  // namespace usher::rpc
