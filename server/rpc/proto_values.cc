#include "rpc/proto_values.h"

#include <ctime>

#include "absl/strings/str_cat.h"

namespace usher::rpc {

// SetTime knows later years than 2038.
static_assert(sizeof(std::time_t) >= sizeof(int64_t));

std::string AccountName(const entitlement::AccountId& account) {
  return absl::StrCat("accounts/", account.value());
}

std::string ApplicationName(const entitlement::AccountId& account,
                            const entitlement::ApplicationId& application) {
  return absl::StrCat("accounts/", account.value(), "/applications/", application.value());
}

}  // namespace usher::rpc
