// Who calls, as the token says. A plain value, any thread.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "entitlement/ids.h"
#include "entitlement/token.h"

namespace usher::auth {

class Caller {
 public:
  // `token` is never null. It is shared with the registry: each call passes here.
  explicit Caller(std::shared_ptr<const entitlement::Token> token) : token_(std::move(token)) {}

  const entitlement::Token& token() const { return *token_; }
  entitlement::Role role() const { return token_->role; }
  // Stands in the journal.
  const std::string& actor() const { return token_->display_name; }
  bool is_operator() const { return role() == entitlement::Role::kOperator; }
  // Whether the caller may be told of the account at all.
  bool MayEnter(const entitlement::AccountId& account) const {
    return is_operator() || token_->account == account;
  }

 private:
  std::shared_ptr<const entitlement::Token> token_;
};

}  // namespace usher::auth
