// Tokens: the credentials of callers, kept by the server itself, and what each role means.
//
// The secret of a token is shown once, by the wire, and never comes here: the core knows its digest
// only. Plain values, any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "entitlement/ids.h"

namespace usher::entitlement {

// Numbers equal those of the contract's enum (tested in rpc/).
enum class Role : int8_t {
  // Reads of one account.
  kViewer = 1,
  // The login flows of one account.
  kAgent = 2,
  // Everything in one account.
  kAdmin = 3,
  // Everything.
  kOperator = 4,
};
inline constexpr std::array kRoles = {Role::kViewer, Role::kAgent, Role::kAdmin, Role::kOperator};

// "VIEWER", "AGENT", "ADMIN", "OPERATOR".
std::string_view ToString(Role role);

// SHA-256 of a secret.
inline constexpr size_t kTokenDigestBytes = 32;

struct Token {
  TokenId id;
  // Stands in the journal as the actor of what the token's bearer does.
  std::string display_name;
  Role role = Role::kViewer;
  // Empty for an operator's.
  AccountId account;
  // kTokenDigestBytes bytes, each token's its own.
  std::string digest;
  absl::Time create_time;
  // InfiniteFuture where it never expires.
  absl::Time expire_time = absl::InfiniteFuture();
  // Set once revoked, for good.
  std::optional<absl::Time> revoke_time;

  // Whether it opens anything at that instant.
  bool ValidAt(absl::Time now) const { return !revoke_time.has_value() && now < expire_time; }
  friend bool operator==(const Token&, const Token&) = default;
};

// "tokens/7".
std::string TokenName(TokenId id);

}  // namespace usher::entitlement
