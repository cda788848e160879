#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/world.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::World;

const Target kServer = {};
const Target kAcme = {.account = AccountId("acme"), .application = {}};

AccountView Create(World& world, const std::string& id, const std::string& zone = "UTC") {
  return world.Ask<AccountReply>(CreateAccount{AccountId(id), "Acme", zone}, kServer).account;
}

TEST(DecideAccount, IsCreatedWithItsZone) {  // R2
  World world;
  const AccountView account = Create(world, "acme", "Europe/Berlin");
  EXPECT_EQ(account.id, AccountId("acme"));
  EXPECT_EQ(account.display_name, "Acme");
  EXPECT_EQ(account.zone_name, "Europe/Berlin");
  EXPECT_EQ(account.create_time, world.now());
  EXPECT_FALSE(account.pending_zone.has_value());

  const std::vector<Change> changes = world.NewChanges();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes.front().revision, Revision(1));
  EXPECT_FALSE(changes.front().application);
  EXPECT_EQ(world.Ask<AccountReply>(GetAccount{}, kAcme).account.zone_name, "Europe/Berlin");
}

TEST(DecideAccount, NumbersAccountsInOrder) {
  World world;
  Create(world, "zeta");
  Create(world, "acme");
  EXPECT_EQ(world.account("zeta").no, AccountNo(1));
  EXPECT_EQ(world.account("acme").no, AccountNo(2));
}

TEST(DecideAccount, MayHaveAnEmptyDisplayName) {
  World world;
  world.Ask<AccountReply>(CreateAccount{AccountId("acme"), "", "UTC"}, kServer);
  EXPECT_EQ(world.account().display_name, "");
}

// In the order of precedence: fields before existence.
TEST(DecideAccount, CreationIsRefused) {  // R31
  World world;
  Create(world, "acme");
  EXPECT_EQ(world
                .Refused<InvalidField>(CreateAccount{AccountId("acme"), "Acme", "Europe/Atlantis"},
                                       kServer)
                .field,
            "time_zone");
  EXPECT_EQ(
      world.Refused<ResourceAlreadyExists>(CreateAccount{AccountId("acme"), "Acme", "UTC"}, kServer)
          .resource,
      "accounts/acme");
}

TEST(DecideAccount, UpdateTakesWhatIsThereAndLeavesTheRest) {
  World world;
  Create(world, "acme");
  world.Ask<AccountReply>(UpdateAccount{.display_name = "Acme Ltd"}, kAcme);
  EXPECT_EQ(world.account().display_name, "Acme Ltd");
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "Europe/Berlin"}, kAcme);
  EXPECT_EQ(world.account().display_name, "Acme Ltd");
  world.Ask<AccountReply>(UpdateAccount{.display_name = "Acme"}, kAcme);
  ASSERT_TRUE(world.account().pending_zone.has_value());
  EXPECT_EQ(world.account().pending_zone->name, "Europe/Berlin");
}

TEST(DecideAccount, ANewZoneWaitsForTheMonthsEnd) {  // R2
  World world;
  Create(world, "acme", "America/New_York");
  const AccountView account =
      world.Ask<AccountReply>(UpdateAccount{.zone_name = "Europe/Berlin"}, kAcme).account;
  EXPECT_EQ(account.zone_name, "America/New_York");
  ASSERT_TRUE(account.pending_zone.has_value());
  EXPECT_EQ(account.pending_zone->name, "Europe/Berlin");
  EXPECT_EQ(account.pending_zone->change_time, At("2026-12-01T05:00:00Z"));

  world.AdvanceTo(At("2026-12-01T05:00:00Z"));
  const AccountView changed = world.Ask<AccountReply>(GetAccount{}, kAcme).account;
  EXPECT_EQ(changed.zone_name, "Europe/Berlin");
  EXPECT_FALSE(changed.pending_zone.has_value());
}

TEST(DecideAccount, AnotherZoneReplacesTheOneThatWaits) {  // R2
  World world;
  Create(world, "acme", "America/New_York");
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "Europe/Berlin"}, kAcme);
  world.Advance(absl::Hours(24));
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "Asia/Tokyo"}, kAcme);
  EXPECT_EQ(world.account().pending_zone,
            (PendingZone{.name = "Asia/Tokyo", .change_time = At("2026-12-01T05:00:00Z")}));
}

TEST(DecideAccount, TheZoneInForceCancelsTheOneThatWaits) {  // R2
  World world;
  Create(world, "acme", "America/New_York");
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "Europe/Berlin"}, kAcme);
  const AccountView account =
      world.Ask<AccountReply>(UpdateAccount{.zone_name = "America/New_York"}, kAcme).account;
  EXPECT_FALSE(account.pending_zone.has_value());
  world.AdvanceTo(At("2026-12-02T00:00:00Z"));
  EXPECT_EQ(world.account().zone_name, "America/New_York");
  EXPECT_FALSE(world.account().zone_start.has_value());
}

TEST(DecideAccount, AnUpdateThatChangesNothingIsNoEvent) {  // R29
  World world;
  Create(world, "acme", "America/New_York");
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "Europe/Berlin"}, kAcme);
  world.NewChanges();
  world.Ask<AccountReply>(UpdateAccount{}, kAcme);
  world.Ask<AccountReply>(UpdateAccount{.display_name = "Acme"}, kAcme);
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "Europe/Berlin"}, kAcme);
  EXPECT_TRUE(world.NewChanges().empty());
}

TEST(DecideAccount, AnUpdateToAnUnknownZoneIsRefusedWhole) {  // R17
  World world;
  Create(world, "acme");
  const InvalidField refusal = world.Refused<InvalidField>(
      UpdateAccount{.display_name = "Other", .zone_name = "Mars/Olympus_Mons"}, kAcme);
  EXPECT_EQ(refusal.field, "time_zone");
  EXPECT_NE(refusal.description.find("Mars/Olympus_Mons"), std::string::npos);
  EXPECT_EQ(world.account().display_name, "Acme");
}

TEST(DecideAccount, OneThatIsNotThereIsNotFound) {
  World world;
  EXPECT_EQ(world.Refused<ResourceNotFound>(GetAccount{}, kAcme).resource, "accounts/acme");
  EXPECT_EQ(world.Refused<ResourceNotFound>(UpdateAccount{}, kAcme).resource, "accounts/acme");
}

TEST(DecideAccount, TheListIsReadFromTheStore) {
  World world;
  const auto query =
      world.Ask<HistoryQuery>(ListAccounts{.after = AccountId("acme"), .limit = 50}, kServer);
  const auto* accounts = std::get_if<AccountsQuery>(&query);
  ASSERT_NE(accounts, nullptr);
  EXPECT_EQ(accounts->after, AccountId("acme"));
  EXPECT_EQ(accounts->limit, 50);
}

}  // namespace
}  // namespace usher::entitlement
