#include "auth/token_registry.h"

#include <string>

#include "auth/secret.h"
#include "auth/sha256.h"
#include "gtest/gtest.h"

namespace usher::auth {
namespace {

using entitlement::AccountId;
using entitlement::Role;
using entitlement::Token;
using entitlement::TokenId;

const absl::Time kNoon = absl::FromUnixSeconds(1'800'000'000);

class TokenRegistryTest : public ::testing::Test {
 protected:
  // A token, and its secret.
  std::string Add(int64_t id, Role role, absl::Time expire_time = absl::InfiniteFuture()) {
    const std::string secret = NewSecret();
    tokens_[TokenId(id)] = {.id = TokenId(id),
                            .display_name = "token",
                            .role = role,
                            .account = role == Role::kOperator ? AccountId() : AccountId("acme"),
                            .digest = Sha256(secret),
                            .expire_time = expire_time};
    registry_.Replace(tokens_);
    return secret;
  }

  TokenRegistry::Tokens tokens_;
  TokenRegistry registry_;
};

TEST_F(TokenRegistryTest, ASecretIsItsTokens) {
  const std::string viewer = Add(1, Role::kViewer);
  const std::string admin = Add(2, Role::kAdmin);
  EXPECT_EQ(registry_.Find(viewer, kNoon)->token().id, TokenId(1));
  EXPECT_EQ(registry_.Find(admin, kNoon)->token().id, TokenId(2));
}

TEST_F(TokenRegistryTest, NothingElseIs) {
  const std::string secret = Add(1, Role::kViewer);
  std::string other = secret;
  other.back() = other.back() == 'A' ? 'B' : 'A';
  for (const std::string& wrong : {std::string(), other, secret + "A", secret.substr(1),
                                   Sha256(secret), std::string(kSecretLengthMax + 1, 'x')}) {
    EXPECT_FALSE(registry_.Find(wrong, kNoon).has_value());
  }
}

TEST_F(TokenRegistryTest, ATokenOpensNothingOnceRevoked) {
  const std::string secret = Add(1, Role::kViewer);
  tokens_[TokenId(1)].revoke_time = kNoon;
  registry_.Replace(tokens_);
  EXPECT_FALSE(registry_.Find(secret, kNoon).has_value());
}

TEST_F(TokenRegistryTest, ATokenOpensNothingFromItsExpiryOn) {
  const std::string secret = Add(1, Role::kOperator, kNoon);
  EXPECT_TRUE(registry_.Find(secret, kNoon - absl::Microseconds(1)).has_value());
  EXPECT_TRUE(registry_.HasOperator(kNoon - absl::Microseconds(1)));
  EXPECT_FALSE(registry_.Find(secret, kNoon).has_value());
  EXPECT_FALSE(registry_.HasOperator(kNoon));
}

TEST_F(TokenRegistryTest, OnlyAnOperatorsTokenIsOne) {
  Add(1, Role::kAdmin);
  EXPECT_FALSE(registry_.HasOperator(kNoon));
  Add(2, Role::kOperator);
  EXPECT_TRUE(registry_.HasOperator(kNoon));
}

}  // namespace
}  // namespace usher::auth
