#include <string>
#include <vector>

#include "entitlement/decisions.h"
#include "entitlement/limits.h"
#include "gtest/gtest.h"
#include "tests/entitlement/buying.h"
#include "tests/entitlement/renewals.h"
#include "tests/support/world.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::Buy;
using testing::Ids;
using testing::Item;
using testing::kExpiry;
using testing::kPremiumPackage;
using testing::kRenewedExpiry;
using testing::kStandardPackage;
using testing::LicenseOf;
using testing::Login;
using testing::Logout;
using testing::OneRenewal;
using testing::Renew;
using testing::Values;
using testing::World;

TEST(DecideRenewal, LateItBringsLicensesBackWithIdsAndHolders) {  // R9
  World world;
  world.WithApplication();
  Buy(world, {Item(kPremiumPackage, 1)});
  const auto ann = Login(world, "ann@example.com", Edition::kPremium);
  Logout(world, ann);
  world.AdvanceTo(At(kExpiry) + absl::Hours(24 * 20));
  ASSERT_TRUE(LicenseOf(world, ann.license.id.value()).expired);
  world.NewChanges();

  Renew(world);
  const License& revived = LicenseOf(world, ann.license.id.value());
  EXPECT_FALSE(revived.expired);
  EXPECT_EQ(revived.holder, "ann@example.com");
  // From the old expiry, not from today.
  EXPECT_EQ(revived.expire_time, At(kRenewedExpiry));
  EXPECT_TRUE(World::Only<LicenseReleased>(world.NewChanges()).empty());
  EXPECT_EQ(world.application().pool(LicenseKind::kAgent, Edition::kPremium).total, 3);
  const auto again = Login(world, "ann@example.com", Edition::kPremium);
  EXPECT_FALSE(again.newly_bound);
  EXPECT_EQ(again.license.id, ann.license.id);
  world.ExpectReplayGivesTheSameState();
}

TEST(DecideRenewal, LateItReleasesWhoIsNotCarried) {  // R9
  World world;
  world.WithApplication();
  Buy(world, {Item(kPremiumPackage, 2)});
  for (const char* email : {"a@x.org", "b@x.org", "c@x.org", "d@x.org"}) {
    Logout(world, Login(world, email, Edition::kPremium));
  }
  world.AdvanceTo(At(kExpiry) + absl::Hours(1));
  world.NewChanges();
  Renew(world, {.units = 1});
  const std::vector<Change> changes = world.NewChanges();
  // Agents on 4 to 7, idle 8 and 9; SIP 10 to 15.
  EXPECT_EQ(Values(OneRenewal(changes).lapsed), (Ids{7, 8, 9, 13, 14, 15}));
  const auto released = World::Only<LicenseReleased>(changes);
  ASSERT_EQ(released.size(), 1u);
  EXPECT_EQ(released.front().email, Email("d@x.org"));
  EXPECT_EQ(released.front().cause, ReleaseCause::kLapsed);
  EXPECT_EQ(world.application().Find(Email("d@x.org")), nullptr);
  EXPECT_FALSE(LicenseOf(world, 7).held());
  EXPECT_TRUE(LicenseOf(world, 7).expired);
  world.ExpectReplayGivesTheSameState();
}

TEST(DecideRenewal, WhoDrainsOnALapsedLicenseGoesOnToTheDeadline) {  // R9, R16
  World world;
  world.WithApplication();
  Buy(world, {Item(kPremiumPackage, 2)});
  world.AdvanceTo(At("2026-12-02T08:59:00Z"));
  for (const char* email : {"a@x.org", "b@x.org", "c@x.org", "d@x.org"}) {
    Login(world, email, Edition::kPremium);
  }
  world.AdvanceTo(At("2026-12-02T09:01:00Z"));
  Renew(world, {.units = 1});
  const Agent* agent = world.application().Find(Email("d@x.org"));
  ASSERT_NE(agent, nullptr);
  EXPECT_EQ(agent->drain_deadline, At("2026-12-02T09:05:00Z"));
  EXPECT_FALSE(world.application().Find(Email("a@x.org"))->drain_deadline.has_value());
  world.AdvanceTo(At("2026-12-02T09:05:00Z"));
  EXPECT_EQ(world.application().sessions.size(), 3u);
}

TEST(DecideRenewal, IsPossibleUpToThirtyDaysAfterTheExpiry) {  // R2, R9
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)});
  world.AdvanceTo(At("2027-01-01T09:00:00Z") - absl::Microseconds(1));
  EXPECT_EQ(Renew(world, {.validate_only = true}).subscriptions.front().subscription.expire_time,
            At(kRenewedExpiry));
  world.AdvanceTo(At("2027-01-01T09:00:00Z"));
  EXPECT_EQ(
      world.Refused<WrongState>(RenewSubscription{.id = SubscriptionId(1), .months = 36}).state,
      "EXPIRED");
}

TEST(DecideRenewal, MustReachBeyondNow) {  // R9
  World world;
  world.WithApplication();
  world.AdvanceTo(At("2026-12-31T09:00:00Z"));
  Buy(world, {Item(kStandardPackage, 1)});
  const RenewSubscription command{.id = SubscriptionId(1), .months = 1};
  // February is shorter than the thirty days.
  world.AdvanceTo(At("2027-02-28T09:00:00Z") - absl::Microseconds(1));
  world.Ask<OrderReply>(RenewSubscription{.id = command.id, .months = 1, .validate_only = true});
  world.AdvanceTo(At("2027-02-28T09:00:00Z"));
  EXPECT_EQ(world.Refused<InvalidField>(command).field, "months");
  EXPECT_EQ(Renew(world, {.months = 2}).subscriptions.front().subscription.expire_time,
            At("2027-03-31T09:00:00Z"));
}

}  // namespace
}  // namespace usher::entitlement
