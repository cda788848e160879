// Who calls, as the token says. A plain value, any thread.
#pragma once

#include <string>

#include "entitlement/ids.h"
#include "entitlement/token.h"

namespace usher::auth {

struct Caller {
  entitlement::Token token;

  // Stands in the journal.
  const std::string& actor() const { return token.display_name; }
  bool is_operator() const { return token.role == entitlement::Role::kOperator; }
  // Whether the caller may be told of the account at all.
  bool MayEnter(const entitlement::AccountId& account) const {
    return is_operator() || token.account == account;
  }
};

}  // namespace usher::auth
