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
using testing::kPremiumAgent;
using testing::kPremiumPackage;
using testing::kPremiumSip;
using testing::kRenewedExpiry;
using testing::kStandardAgent;
using testing::kStandardPackage;
using testing::kStandardSip;
using testing::LicenseOf;
using testing::Login;
using testing::Logout;
using testing::OneRenewal;
using testing::Renew;
using testing::SubscriptionOf;
using testing::Values;
using testing::World;

TEST(DecideRenewal, ExtendsFromTheOldExpiry) {  // R9
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 2), Item(kStandardAgent, 1), Item(kStandardSip, 1)});
  world.Advance(absl::Hours(24 * 10));
  world.NewChanges();

  const OrderReply reply = Renew(world, {.months = 3});
  const absl::Time expiry = At("2027-03-02T09:00:00Z");
  EXPECT_EQ(reply.order.id, OrderId(2));
  EXPECT_EQ(reply.order.actor, "operator");
  EXPECT_EQ(reply.order.create_time, world.now());
  EXPECT_EQ(
      reply.order.lines,
      (std::vector<OrderLine>{{kStandardPackage, 2, 3, 12000, 72000, SubscriptionId(1), expiry},
                              {kStandardAgent, 1, 3, 4000, 12000, SubscriptionId(1), expiry},
                              {kStandardSip, 1, 3, 1500, 4500, SubscriptionId(1), expiry}}));
  EXPECT_EQ(reply.order.total_cents, 88'500);

  const Subscription expected{.id = SubscriptionId(1),
                              .product = kStandardPackage,
                              .edition = Edition::kStandard,
                              .units = 2,
                              .start_time = At("2026-11-02T09:00:00Z"),
                              .months = 4,
                              .expire_time = expiry,
                              .add_ons = {{kStandardAgent, 1, expiry}, {kStandardSip, 1, expiry}}};
  EXPECT_EQ(SubscriptionOf(world), expected);
  ASSERT_EQ(reply.subscriptions.size(), 1u);
  EXPECT_EQ(reply.subscriptions.front().subscription, expected);

  const std::vector<Change> changes = world.NewChanges();
  ASSERT_FALSE(changes.empty());
  ASSERT_TRUE(std::holds_alternative<OrderPlaced>(changes.front().payload));
  EXPECT_TRUE(std::get<OrderPlaced>(changes.front().payload).renewal);
  const SubscriptionRenewed renewal = OneRenewal(changes);
  EXPECT_EQ(Values(renewal.carried), (Ids{4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_TRUE(renewal.lapsed.empty());
  for (int64_t id = 4; id <= 11; ++id) EXPECT_EQ(LicenseOf(world, id).expire_time, expiry);
  EXPECT_TRUE(World::Only<LicensesGranted>(changes).empty());
  world.ExpectReplayGivesTheSameState();
}

TEST(DecideRenewal, CountsFromTheAnchorWithoutDrift) {  // R2, R9
  World world;
  world.WithApplication();
  world.AdvanceTo(At("2027-01-31T10:00:00Z"));
  Buy(world, {Item(kStandardPackage, 1)});
  for (const char* expiry :
       {"2027-03-31T10:00:00Z", "2027-04-30T10:00:00Z", "2027-05-31T10:00:00Z"}) {
    Renew(world);
    EXPECT_EQ(SubscriptionOf(world).expire_time, At(expiry));
  }
}

TEST(DecideRenewal, KeepsTheWallClockTimeOfTheZone) {  // R2
  World world;
  world.WithApplication("America/New_York");
  Buy(world, {Item(kStandardPackage, 1)}, 4);
  Renew(world);
  EXPECT_EQ(SubscriptionOf(world).expire_time, At("2027-04-02T08:00:00Z"));
}

TEST(DecideRenewal, AfterOneAddOnsAreChargedToTheNewExpiry) {  // R8
  World world;
  world.WithApplication();
  Buy(world, {Item(kPremiumPackage, 1)});
  Renew(world, {.months = 2});
  world.Advance(absl::Hours(24 * 31));
  const OrderLine line = Buy(world, {Item(kPremiumSip, 1)}).order.lines.front();
  EXPECT_EQ(line.charged_months, 2);
  EXPECT_EQ(line.expire_time, At("2027-02-02T09:00:00Z"));
}

TEST(DecideRenewal, GivesUpIdleThenBoundThenInUseHighestIdFirst) {  // R9
  // Of nine licenses Ann's and Cid's are in use, Bob's and Dan's are bound, five are idle.
  struct Case {
    int64_t units;
    Ids lapsed;
  };
  for (const Case& c : {Case{3, {}}, Case{2, {7, 8, 9}}, Case{1, {4, 5, 6, 7, 8, 9}}}) {
    World world;
    world.policy().trial_agent_licenses = 0;
    world.WithApplication();
    Buy(world, {Item(kStandardPackage, 3), Item(kPremiumPackage, 1)});
    // By R13 the lowest id first: 1 Ann, 2 Bob, 3 Cid, 4 Dan; 5 to 9 stay idle.
    Login(world, "ann@example.com", Edition::kStandard);
    const auto bob = Login(world, "bob@example.com", Edition::kStandard);
    Login(world, "cid@example.com", Edition::kStandard);
    const auto dan = Login(world, "dan@example.com", Edition::kStandard);
    Logout(world, bob);
    Logout(world, dan);
    world.NewChanges();
    Renew(world, {.units = c.units});
    EXPECT_EQ(Values(OneRenewal(world.NewChanges()).lapsed), c.lapsed);
  }
}

TEST(DecideRenewal, GivesUpBoundBeforeInUse) {  // R9
  World world;
  world.policy().trial_agent_licenses = 0;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 2)});
  // 1 and 2 bound, 3 to 5 in use, one of them by mobile answering; 6 bound.
  std::vector<StartSessionReply> logins;
  for (const char* email : {"a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org", "f@x.org"}) {
    logins.push_back(Login(world, email, Edition::kStandard));
  }
  world.Ask<MobileAnsweringReply>(
      SetMobileAnswering{.email = Email("e@x.org"), .mode = MobileAnswering::kWhenOffline});
  for (const size_t i : {0u, 1u, 4u, 5u}) Logout(world, logins[i]);
  world.NewChanges();
  Renew(world, {.units = 1});
  const SubscriptionRenewed renewal = OneRenewal(world.NewChanges());
  EXPECT_EQ(Values(renewal.lapsed), (Ids{1, 2, 6}));
  EXPECT_EQ(Values(renewal.carried), (Ids{3, 4, 5}));
}

TEST(DecideRenewal, GivesUpInUseHighestIdFirst) {  // R9
  World world;
  world.policy().trial_agent_licenses = 0;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 2)});
  for (const char* email : {"a@x.org", "b@x.org", "c@x.org", "d@x.org"}) {
    Login(world, email, Edition::kStandard);
  }
  world.NewChanges();
  Renew(world, {.units = 1});
  EXPECT_EQ(Values(OneRenewal(world.NewChanges()).lapsed), (Ids{4, 5, 6}));
}

TEST(DecideRenewal, PhonesOnlineOutlastIdleSipLicenses) {  // R9, R21
  World world;
  world.WithApplication();
  Buy(world, {Item(kPremiumPackage, 1), Item(kPremiumSip, 2)});
  // SIP licenses: 7 to 9 of the package, 10 and 11 of the add-on.
  for (const char* id : {"p7", "p8", "p9", "p10"}) {
    world.Ask<RegisterPhoneReply>(RegisterPhone{.id = PhoneId(id), .ttl = absl::Hours(24)});
  }
  world.Ask<UnregisterPhoneReply>(UnregisterPhone{PhoneId("p7")});
  world.NewChanges();
  Renew(world, {.add_ons = {{Item(kPremiumSip, 1)}}});
  EXPECT_EQ(Values(OneRenewal(world.NewChanges()).lapsed), (Ids{11}));
}

TEST(DecideRenewal, WhatIsNotCarriedServesUntilTheOldExpiry) {  // R9
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 2), Item(kStandardAgent, 1)});
  Renew(world, {.units = 1, .add_ons = std::vector<OrderItem>{}});
  EXPECT_EQ(SubscriptionOf(world).units, 1);
  EXPECT_EQ(SubscriptionOf(world).add_ons, (std::vector<AddOn>{{kStandardAgent, 1, At(kExpiry)}}));
  world.AdvanceTo(At(kExpiry) - absl::Microseconds(1));
  EXPECT_EQ(world.application().pool(LicenseKind::kAgent, Edition::kStandard).total, 7);
  world.AdvanceTo(At(kExpiry));
  EXPECT_EQ(world.application().pool(LicenseKind::kAgent, Edition::kStandard).total, 3);

  // It is not in force any more, so the next renewal has no part of it.
  world.NewChanges();
  const OrderReply next = Renew(world);
  EXPECT_EQ(next.order.lines.size(), 1u);
  EXPECT_EQ(next.order.total_cents, 12'000);
  const SubscriptionRenewed renewal = OneRenewal(world.NewChanges());
  EXPECT_EQ(Values(renewal.carried), (Ids{4, 5, 6}));
  EXPECT_TRUE(renewal.lapsed.empty());
  EXPECT_EQ(world
                .Refused<InvalidField>(RenewSubscription{.id = SubscriptionId(1),
                                                         .add_ons = {{Item(kStandardAgent, 1)}}})
                .field,
            "add_ons[0].product");
}

TEST(DecideRenewal, InTimeItReleasesNobody) {  // R9
  World world;
  world.policy().trial_agent_licenses = 0;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 2)});
  for (const char* email : {"a@x.org", "b@x.org", "c@x.org", "d@x.org"}) {
    Logout(world, Login(world, email, Edition::kStandard));
  }
  world.NewChanges();
  Renew(world, {.units = 1});
  const std::vector<Change> changes = world.NewChanges();
  EXPECT_EQ(Values(OneRenewal(changes).lapsed), (Ids{4, 5, 6}));
  EXPECT_TRUE(World::Only<LicenseReleased>(changes).empty());
  EXPECT_EQ(LicenseOf(world, 4).holder, "d@x.org");
  // It stays recorded behind the old expiry, until the thirty days are over.
  world.AdvanceTo(At("2027-01-01T09:00:00Z") - absl::Microseconds(1));
  EXPECT_EQ(LicenseOf(world, 4).holder, "d@x.org");
  world.AdvanceTo(At("2027-01-01T09:00:00Z"));
  EXPECT_FALSE(LicenseOf(world, 4).held());
}

TEST(DecideRenewal, CarriesPartOfAnAddOn) {  // R9
  World world;
  world.WithApplication();
  Buy(world, {Item(kPremiumPackage, 1), Item(kPremiumAgent, 5), Item(kPremiumSip, 2)});
  world.NewChanges();
  const Order order = Renew(world, {.add_ons = {{Item(kPremiumAgent, 2, 1)}}}).order;
  ASSERT_EQ(order.lines.size(), 2u);
  EXPECT_EQ(order.lines[1].product, kPremiumAgent);
  EXPECT_EQ(order.lines[1].quantity, 2);
  EXPECT_EQ(order.total_cents, 21'000 + 2 * 7'000);
  EXPECT_EQ(SubscriptionOf(world).add_ons,
            (std::vector<AddOn>{{kPremiumAgent, 2, At(kRenewedExpiry)},
                                {kPremiumSip, 2, At(kExpiry)},
                                {kPremiumAgent, 3, At(kExpiry)}}));
  // Of the five agents 10 to 14 the highest three, and both SIP licenses.
  EXPECT_EQ(Values(OneRenewal(world.NewChanges()).lapsed), (Ids{12, 13, 14, 15, 16}));
}

TEST(DecideRenewal, AnAddOnBoughtAfterwardsStandsBesideWhatWasLeftBehind) {  // R7, R9
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1), Item(kStandardAgent, 1)});
  Renew(world, {.add_ons = std::vector<OrderItem>{}});
  Buy(world, {Item(kStandardAgent, 2)});
  EXPECT_EQ(SubscriptionOf(world).add_ons,
            (std::vector<AddOn>{{kStandardAgent, 1, At(kExpiry)},
                                {kStandardAgent, 2, At(kRenewedExpiry)}}));
}

TEST(DecideRenewal, LeavesOtherSubscriptionsAndTheTrialAlone) {  // R9
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)});
  Buy(world, {Item(kStandardPackage, 1)});
  world.NewChanges();
  Renew(world, {.id = SubscriptionId(2)});
  EXPECT_EQ(Values(OneRenewal(world.NewChanges()).carried), (Ids{7, 8, 9}));
  EXPECT_EQ(SubscriptionOf(world, 1).expire_time, At(kExpiry));
}

TEST(DecideRenewal, InTimeItEndsTheDraining) {  // R9, R16
  World world;
  world.WithApplication();
  Buy(world, {Item(kPremiumPackage, 1)});
  world.AdvanceTo(At("2026-12-02T08:58:00Z"));
  const auto ann = Login(world, "ann@example.com", Edition::kPremium);
  world.Ask<RegisterPhoneReply>(RegisterPhone{.id = PhoneId("desk"), .ttl = absl::Hours(1)});
  world.AdvanceTo(At("2026-12-02T09:04:00Z"));
  ASSERT_TRUE(world.application().Find(Email("ann@example.com"))->drain_deadline.has_value());
  ASSERT_TRUE(world.application().Find(PhoneId("desk"))->drain_deadline.has_value());
  world.NewChanges();

  Renew(world);
  EXPECT_FALSE(world.application().Find(Email("ann@example.com"))->drain_deadline.has_value());
  EXPECT_FALSE(world.application().Find(PhoneId("desk"))->drain_deadline.has_value());
  const std::vector<Change> changes = world.NewChanges();
  const auto sessions = World::Only<SessionDraining>(changes);
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions.front().id, ann.session.id);
  EXPECT_FALSE(sessions.front().draining);
  const auto phones = World::Only<PhoneDraining>(changes);
  ASSERT_EQ(phones.size(), 1u);
  EXPECT_FALSE(phones.front().deadline.has_value());

  world.AdvanceTo(At("2026-12-02T09:30:00Z"));
  EXPECT_NE(world.application().Find(ann.session.id), nullptr);
  EXPECT_EQ(LicenseOf(world, ann.license.id.value()).holder, "ann@example.com");
  world.ExpectReplayGivesTheSameState();
}

TEST(DecideRenewal, AQuoteSaysWhatTheRenewalWouldAndChangesNothing) {  // R10
  World world;
  world.WithApplication();
  Buy(world, {Item(kPremiumPackage, 2), Item(kPremiumAgent, 2)});
  world.NewChanges();
  RenewSubscription command{.id = SubscriptionId(1),
                            .months = 5,
                            .units = 1,
                            .add_ons = {{Item(kPremiumAgent, 1)}},
                            .validate_only = true};
  OrderReply quote = world.Ask<OrderReply>(command);
  EXPECT_TRUE(world.NewChanges().empty());
  EXPECT_EQ(quote.order.id, OrderId());
  command.validate_only = false;
  const OrderReply order = world.Ask<OrderReply>(command);
  quote.order.id = order.order.id;
  EXPECT_EQ(quote.order, order.order);
  EXPECT_EQ(quote.subscriptions.front().subscription, order.subscriptions.front().subscription);
  EXPECT_EQ(SubscriptionOf(world), order.subscriptions.front().subscription);
}

}  // namespace
}  // namespace usher::entitlement
