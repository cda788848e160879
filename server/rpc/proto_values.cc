#include "rpc/proto_values.h"

#include "absl/strings/str_cat.h"

namespace usher::rpc {

std::string AccountName(const entitlement::AccountId& account) {
  return absl::StrCat("accounts/", account.value());
}

std::string ApplicationName(const entitlement::AccountId& account,
                            const entitlement::ApplicationId& application) {
  return absl::StrCat("accounts/", account.value(), "/applications/", application.value());
}

}  // namespace usher::rpc
