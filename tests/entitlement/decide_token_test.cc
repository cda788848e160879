// Tokens: made, listed, revoked; the last operator's stays.
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/world.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::World;

const Target kServer;

CreateToken NewToken(Role role, char digest, const std::string& account = "acme") {
  return {.token = {.display_name = "desk",
                    .role = role,
                    .account = role == Role::kOperator ? AccountId() : AccountId(account),
                    .digest = std::string(kTokenDigestBytes, digest)}};
}

Token Make(World& world, Role role, char digest) {
  return world.Ask<TokenReply>(NewToken(role, digest), kServer).token;
}

TEST(DecideToken, IdsGrowAndEachChangeIsAnEventOfTheServer) {  // R29
  World world;
  world.WithApplication();
  world.NewChanges();
  EXPECT_EQ(Make(world, Role::kOperator, 'a').id, TokenId(1));
  EXPECT_EQ(Make(world, Role::kAgent, 'b').id, TokenId(2));
  world.Ask<TokenReply>(RevokeToken{.id = TokenId(2), .account = {}}, kServer);
  int64_t events = 0;
  for (const Change& change : world.NewChanges()) {
    if (!AltersServer(change.payload)) continue;
    EXPECT_FALSE(change.account);
    EXPECT_EQ(change.revision, Revision(++events));
  }
  EXPECT_EQ(events, 3);
  EXPECT_EQ(world.ReplayDifference(), "");
}

TEST(DecideToken, ATokenIsOfAnAccountThatExists) {
  World world;
  world.WithApplication();
  EXPECT_EQ(
      world.Refused<ResourceNotFound>(NewToken(Role::kViewer, 'a', "nobody"), kServer).resource,
      "accounts/nobody");
}

TEST(DecideToken, AnExpiryMustBeToCome) {
  World world;
  world.WithApplication();
  CreateToken command = NewToken(Role::kViewer, 'a');
  command.token.expire_time = world.now();
  EXPECT_EQ(world.Refused<InvalidField>(command, kServer).field, "expire_time");
  command.token.expire_time = world.now() + absl::Microseconds(1);
  EXPECT_EQ(world.Ask<TokenReply>(command, kServer).token.create_time, world.now());
}

TEST(DecideToken, RevokingTwiceChangesNothingMore) {
  World world;
  world.WithApplication();
  Make(world, Role::kViewer, 'a');
  const RevokeToken revoke{.id = TokenId(1), .account = {}};
  const std::optional<absl::Time> first = world.Ask<TokenReply>(revoke, kServer).token.revoke_time;
  EXPECT_EQ(first, world.now());
  world.Advance(absl::Hours(1));
  const size_t before = world.changes().size();
  EXPECT_EQ(world.Ask<TokenReply>(revoke, kServer).token.revoke_time, first);
  EXPECT_EQ(world.changes().size(), before);
}

TEST(DecideToken, TheLastOperatorsTokenStays) {
  World world;
  world.WithApplication();
  Make(world, Role::kOperator, 'a');
  CreateToken temporary = NewToken(Role::kOperator, 'b');
  temporary.token.expire_time = world.now() + absl::Hours(1);
  world.Ask<TokenReply>(temporary, kServer);
  Make(world, Role::kAdmin, 'c');
  const RevokeToken first{.id = TokenId(1), .account = {}};
  // One that has expired does not count.
  world.Advance(absl::Hours(1));
  EXPECT_EQ(world.Refused<LastOperatorToken>(first, kServer).token, TokenId(1));
  world.Ask<TokenReply>(RevokeToken{.id = TokenId(2), .account = {}}, kServer);
  Make(world, Role::kOperator, 'd');
  world.Ask<TokenReply>(first, kServer);
  EXPECT_EQ(
      world.Refused<LastOperatorToken>(RevokeToken{.id = TokenId(4), .account = {}}, kServer).token,
      TokenId(4));
}

TEST(DecideToken, AnAdministratorSeesTheOwnAccountsAlone) {
  World world;
  world.WithApplication();
  world.Ask<AccountReply>(CreateAccount{AccountId("other"), "", "UTC"}, kServer);
  Make(world, Role::kOperator, 'a');
  Make(world, Role::kViewer, 'b');
  world.Ask<TokenReply>(NewToken(Role::kAdmin, 'c', "other"), kServer);
  const AccountId acme("acme");
  const TokensReply listed =
      world.Ask<TokensReply>(ListTokens{.account = acme, .after = {}, .limit = 9}, kServer);
  ASSERT_EQ(listed.tokens.size(), 1U);
  EXPECT_EQ(listed.tokens[0].id, TokenId(2));
  for (const int64_t id : {1, 3, 9}) {
    EXPECT_EQ(
        world.Refused<ResourceNotFound>(RevokeToken{.id = TokenId(id), .account = acme}, kServer)
            .resource,
        "tokens/" + std::to_string(id));
  }
}

TEST(DecideToken, ListsArePaged) {
  World world;
  world.WithApplication();
  for (char digest = 'a'; digest < 'f'; ++digest) Make(world, Role::kViewer, digest);
  const TokensReply first =
      world.Ask<TokensReply>(ListTokens{.account = {}, .after = {}, .limit = 3}, kServer);
  EXPECT_TRUE(first.more);
  ASSERT_EQ(first.tokens.size(), 3U);
  const TokensReply rest = world.Ask<TokensReply>(
      ListTokens{.account = {}, .after = first.tokens[2].id, .limit = 3}, kServer);
  EXPECT_FALSE(rest.more);
  EXPECT_EQ(rest.tokens.size(), 2U);
}

}  // namespace
}  // namespace usher::entitlement
