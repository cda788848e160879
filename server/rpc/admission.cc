#include "rpc/admission.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace usher::rpc {
namespace {

constexpr std::string_view kAccounts = "accounts/";

}  // namespace

auth::MethodRule RuleOf(const google::protobuf::Descriptor& request) {
  const google::protobuf::FileDescriptor& file = *request.file();
  for (int i = 0; i < file.service_count(); ++i) {
    const google::protobuf::ServiceDescriptor& service = *file.service(i);
    for (int j = 0; j < service.method_count(); ++j) {
      if (service.method(j)->input_type() != &request) continue;
      std::string name = absl::StrCat(service.full_name(), "/", service.method(j)->name());
      const auth::RoleSet roles = auth::RolesOf(name);
      return {.name = std::move(name), .roles = roles};
    }
  }
  // Denied to all.
  return {.name = request.full_name(), .roles = auth::RoleSet()};
}

entitlement::AccountId AccountIn(std::string_view resource) {
  if (resource.substr(0, kAccounts.size()) != kAccounts) return {};
  const std::string_view rest = resource.substr(kAccounts.size());
  return entitlement::AccountId(std::string(rest.substr(0, rest.find('/'))));
}

void BindTo(const auth::Caller& caller, entitlement::Command& command) {
  if (caller.is_operator()) return;
  if (auto* list = std::get_if<entitlement::ListAccounts>(&command.payload)) {
    list->only = caller.token().account;
  } else if (auto* tokens = std::get_if<entitlement::ListTokens>(&command.payload)) {
    tokens->account = caller.token().account;
  } else if (auto* revoke = std::get_if<entitlement::RevokeToken>(&command.payload)) {
    revoke->account = caller.token().account;
  }
}

}  // namespace usher::rpc
