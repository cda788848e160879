// Orders, quotes and renewals of Voice AI products: R5–R10, R22, R23.
#include <string>
#include <vector>

#include "entitlement/decisions.h"
#include "entitlement/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/calls.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::Balance;
using testing::Buy;
using testing::BuyFor;
using testing::Grant;
using testing::Item;
using testing::kStandardAgent;
using testing::kStandardPackage;
using testing::kVoiceConcurrency;
using testing::kVoiceMinutes;
using testing::kVoicePackage;
using testing::Quote;
using testing::ReasonOf;
using testing::Remaining;
using testing::Sales;
using testing::StartOf;
using testing::WithVoice;
using testing::World;

int64_t Limit(World& world) {
  return world.Ask<EntitlementsReply>(GetEntitlements{}).voice_concurrency_limit;
}

TEST(VoiceOrder, APackageLastsToTheEndOfItsLastCalendarMonth) {  // R5, R22
  World world;
  world.WithApplication();
  const OrderReply reply = Buy(world, {Item(kVoicePackage, 2)}, 3);
  ASSERT_EQ(reply.order.lines.size(), 1u);
  const OrderLine& line = reply.order.lines[0];
  EXPECT_EQ(line.charged_months, 3);
  EXPECT_EQ(line.unit_price_cents, 79'900);
  EXPECT_EQ(line.amount_cents, 2 * 3 * 79'900);
  EXPECT_EQ(line.subscription, SubscriptionId(1));
  EXPECT_EQ(line.expire_time, At("2027-02-01T00:00:00Z"));
  EXPECT_EQ(reply.order.total_cents, 479'400);
  ASSERT_EQ(reply.subscriptions.size(), 1u);
  EXPECT_EQ(reply.subscriptions[0].subscription.units, 2);
  EXPECT_EQ(reply.subscriptions[0].subscription.edition, std::nullopt);

  const VoiceBalanceReply balance = Balance(world);
  ASSERT_EQ(balance.grants.size(), 1u);
  EXPECT_EQ(balance.grants[0].product, kVoicePackage);
  EXPECT_EQ(balance.grants[0].granted, 16'000);
  EXPECT_EQ(balance.grants[0].start_time, world.now());
  EXPECT_EQ(balance.grants[0].expire_time, At("2026-12-01T00:00:00Z"));
  EXPECT_EQ(Limit(world), 6);
  EXPECT_EQ(world.application().licenses.size(), 3u);
}

TEST(VoiceOrder, MonthsAreThoseOfTheAccountsZone) {  // R2, R22
  World world;
  WithVoice(world, 1, "America/New_York");
  EXPECT_EQ(Grant(world, 1).expire_time, At("2026-12-01T00:00:00-05:00"));
}

TEST(VoiceOrder, MonthsCountFromThePurchaseWhereThePolicySaysSo) {  // R22
  World world;
  world.policy().voice_period = VoicePeriod::kAnniversary;
  world.WithApplication();
  EXPECT_EQ(Buy(world, {Item(kVoicePackage, 1)}, 2).order.lines[0].expire_time,
            At("2027-01-02T09:00:00Z"));
  EXPECT_EQ(Grant(world, 1).expire_time, At("2026-12-02T09:00:00Z"));
  world.AdvanceTo(At("2026-12-05T00:00:00Z"));
  EXPECT_EQ(Grant(world, 2).start_time, At("2026-12-02T09:00:00Z"));
  EXPECT_EQ(Grant(world, 2).expire_time, At("2027-01-02T09:00:00Z"));
  // R8: its second month has started.
  EXPECT_EQ(Buy(world, {Item(kVoiceConcurrency, 1)}).order.lines[0].charged_months, 1);
  world.AdvanceTo(At("2027-03-01T00:00:00Z"));
  EXPECT_EQ(world.account().voice.grants.size(), 2u);
}

TEST(VoiceOrder, ConcurrencyJoinsThePackageAndIsChargedPerStartedMonth) {  // R7, R8
  World world;
  WithVoice(world, 3);
  world.AdvanceTo(At("2026-12-31T23:59:59Z"));
  const OrderLine line = Buy(world, {Item(kVoiceConcurrency, 2)}).order.lines[0];
  EXPECT_EQ(line.charged_months, 2);
  EXPECT_EQ(line.amount_cents, 2 * 2 * 2'900);
  EXPECT_EQ(line.subscription, SubscriptionId(1));
  EXPECT_EQ(line.expire_time, At("2027-02-01T00:00:00Z"));
  EXPECT_EQ(Limit(world), 5);
  EXPECT_EQ(Buy(world, {Item(kVoiceConcurrency, 1, 1)}).order.lines[0].charged_months, 2);
  EXPECT_EQ(Limit(world), 6);
}

TEST(VoiceOrder, ConcurrencyFindsThePackageOfItsOwnOrder) {  // R7
  World world;
  WithVoice(world, 1);
  const OrderReply reply = Buy(world, {Item(kVoiceConcurrency, 4), Item(kVoicePackage, 1)}, 2);
  EXPECT_EQ(reply.order.lines[0].subscription, SubscriptionId(2));
  EXPECT_EQ(Limit(world), 3 + 3 + 4);
}

TEST(VoiceOrder, AdditionalMinutesLastAYearAndAreTheAccounts) {  // R23
  World world;
  WithVoice(world);
  testing::AddSales(world);
  const OrderLine line = BuyFor(world, Sales(), {Item(kVoiceMinutes, 5'000)}).order.lines[0];
  EXPECT_EQ(line.charged_months, 1);
  EXPECT_EQ(line.amount_cents, 40'000);
  EXPECT_FALSE(line.subscription);
  EXPECT_EQ(line.expire_time, At("2027-11-02T09:00:00Z"));
  EXPECT_EQ(Remaining(world), 13'000);
  EXPECT_EQ(Grant(world, 2).source, GrantSource::kPurchase);
}

TEST(VoiceOrder, MinutesCanBeBoughtAlongWithThePackage) {  // R23
  World world;
  world.WithApplication();
  Buy(world, {Item(kVoiceMinutes, 5'000), Item(kVoicePackage, 1)});
  EXPECT_EQ(Remaining(world), 13'000);
}

TEST(VoiceOrder, AQuoteSaysTheSameAndChangesNothing) {  // R10
  World world;
  WithVoice(world);
  world.NewChanges();
  const std::vector<OrderItem> items = {Item(kVoicePackage, 1), Item(kVoiceMinutes, 6'000),
                                        Item(kVoiceConcurrency, 1)};
  const OrderReply quote = Quote(world, items, 2);
  EXPECT_TRUE(world.NewChanges().empty());
  OrderReply bought = Buy(world, items, 2);
  EXPECT_EQ(quote.order.id, OrderId());
  bought.order.id = OrderId();
  EXPECT_EQ(quote.order, bought.order);
}

struct RefusalCase {
  std::vector<OrderItem> items;
  std::string reason;
};

// One row for each refusal; later rows' reasons are in the way of the earlier ones, too.
TEST(VoiceOrder, IsRefusedInTheOrderOfItsComment) {  // R7, R23, R31
  World world;
  world.WithApplication();
  Buy(world, {Item(kVoicePackage, 1)}, 1);     // 1, will have expired
  Buy(world, {Item(kStandardPackage, 1)}, 6);  // 2
  world.AdvanceTo(At("2026-12-01T00:00:00Z"));
  const OrderItem below = Item(kVoiceMinutes, 4'999);
  const OrderItem nowhere = Item(kVoiceConcurrency, 1, 9);
  const OrderItem mismatch = Item(kVoiceConcurrency, 1, 2);
  const OrderItem expired = Item(kVoiceConcurrency, 1, 1);
  const OrderItem required = Item(kVoiceMinutes, 5'000);
  for (const RefusalCase& c : std::vector<RefusalCase>{
           {{required, expired, mismatch, nowhere, below}, "BELOW_MINIMUM_PURCHASE"},
           {{required, expired, mismatch, nowhere}, "RESOURCE_NOT_FOUND"},
           {{required, expired, mismatch}, "EDITION_MISMATCH"},
           {{required, expired}, "WRONG_STATE"},
           {{required}, "PACKAGE_REQUIRED"},
           {{Item(kVoiceConcurrency, 1)}, "PACKAGE_REQUIRED"}}) {
    EXPECT_EQ(ReasonOf(world.Run(CreateOrder{.items = c.items})), c.reason);
  }
  Buy(world, {Item(kVoicePackage, 1), Item(kVoicePackage, 1)});
  EXPECT_EQ(ReasonOf(world.Run(CreateOrder{.items = {Item(kVoiceConcurrency, 1)}})),
            "SUBSCRIPTION_AMBIGUOUS");
  const auto minimum = world.Refused<BelowMinimumPurchase>(CreateOrder{.items = {below}});
  EXPECT_EQ(minimum.minimum, 5'000);
  EXPECT_EQ(minimum.quantity, 4'999);
}

TEST(VoiceOrder, AnAgentAddOnDoesNotJoinAVoicePackage) {  // R7
  World world;
  WithVoice(world);
  const auto refusal =
      world.Refused<EditionMismatch>(CreateOrder{.items = {Item(kStandardAgent, 1, 1)}});
  EXPECT_EQ(refusal.edition, std::nullopt);
  world.Refused<PackageRequired>(CreateOrder{.items = {Item(kStandardAgent, 1)}});
}

TEST(VoiceOrder, PurchasesOfMinutesAreBounded) {
  World world;
  WithVoice(world);
  std::vector<OrderItem> items(kOrderItemsMax, Item(kVoiceMinutes, 5'000));
  for (int64_t i = 0; i < kMinutePurchasesPerAccountMax; i += kOrderItemsMax) Buy(world, items);
  const auto refusal =
      world.Refused<InvalidField>(CreateOrder{.items = {Item(kVoiceMinutes, 5'000)}});
  EXPECT_EQ(refusal.field, "items[0].product");
}

TEST(VoiceOrder, PackagesOfAnAccountAreBounded) {  // R22
  World world;
  WithVoice(world);
  std::vector<OrderItem> items(kOrderItemsMax, Item(kVoicePackage, 1));
  for (int64_t i = kOrderItemsMax; i < kVoicePackagesPerAccountMax; i += kOrderItemsMax) {
    Buy(world, items);
  }
  items.pop_back();
  Buy(world, items);
  const auto refusal = world.Refused<InvalidField>(CreateOrder{.items = {Item(kVoicePackage, 1)}});
  EXPECT_EQ(refusal.field, "items[0].product");
  // Those of another application count as well; those that are over do not.
  testing::AddSales(world);
  EXPECT_EQ(ReasonOf(world.Run(CreateOrder{.items = {Item(kVoicePackage, 1)}}, Sales())),
            "INVALID_FIELD");
  world.AdvanceTo(At("2027-12-01T00:00:00Z"));
  Buy(world, {Item(kVoicePackage, 1)});
}

TEST(VoiceOrder, ConcurrencyOfAnApplicationIsBounded) {  // R22
  World world;
  WithVoice(world);
  constexpr int64_t kPerPackage = 3;
  const std::vector<OrderItem> ten(10, Item(kVoiceConcurrency, kOrderUnitsMax, 1));
  for (int64_t i = 0; i < kConcurrencyPerApplicationMax - 10 * kOrderUnitsMax;
       i += 10 * kOrderUnitsMax) {
    Buy(world, ten);
  }
  EXPECT_EQ(world.Refused<InvalidField>(CreateOrder{.items = ten}).field, "items[9].quantity");
  std::vector<OrderItem> rest = ten;
  rest.back().quantity -= kPerPackage;
  Buy(world, rest);
  EXPECT_EQ(Balance(world).concurrency[0].limit, kConcurrencyPerApplicationMax);
  EXPECT_EQ(
      world.Refused<InvalidField>(CreateOrder{.items = {Item(kVoiceConcurrency, 1, 1)}}).field,
      "items[0].quantity");
  world.Refused<InvalidField>(CreateOrder{.items = {Item(kVoicePackage, 1)}});
}

TEST(VoiceOrder, PackagesOfSeveralApplicationsStandSideBySide) {  // R22, R24
  World world;
  WithVoice(world, 2);
  testing::AddSales(world);
  BuyFor(world, Sales(), {Item(kVoicePackage, 2)}, 1);
  EXPECT_EQ(Remaining(world), 24'000);
  const VoiceBalanceReply balance = Balance(world);
  ASSERT_EQ(balance.concurrency.size(), 2u);
  EXPECT_EQ(balance.concurrency[0].application, ApplicationId("sales"));
  EXPECT_EQ(balance.concurrency[0].limit, 6);
  EXPECT_EQ(balance.concurrency[1].limit, 3);
  world.AdvanceTo(At("2026-12-01T00:00:00Z"));
  EXPECT_EQ(Remaining(world), 8'000);
  EXPECT_EQ(Balance(world).concurrency.size(), 1u);
  world.Refused<VoicePackageRequired>(StartOf("c1"), Sales());
  testing::Ring(world, "c1");
}

// ---- Renewal

TEST(VoiceRenewal, GoesOnFromTheOldExpiry) {  // R9, R22
  World world;
  WithVoice(world, 1);
  world.AdvanceTo(At("2026-11-20T00:00:00Z"));
  const auto reply = world.Ask<OrderReply>(RenewSubscription{.id = SubscriptionId(1), .months = 2});
  EXPECT_EQ(reply.order.total_cents, 2 * 79'900);
  EXPECT_EQ(reply.subscriptions[0].subscription.expire_time, At("2027-02-01T00:00:00Z"));
  EXPECT_EQ(Remaining(world), 8'000);
  world.AdvanceTo(At("2026-12-01T00:00:00Z"));
  ASSERT_EQ(world.account().voice.grants.size(), 2u);
  EXPECT_EQ(Grant(world, 2).start_time, At("2026-12-01T00:00:00Z"));
  world.AdvanceTo(At("2027-03-01T00:00:00Z"));
  EXPECT_EQ(world.account().voice.grants.size(), 3u);
  EXPECT_EQ(Limit(world), 0);
  world.ExpectReplayGivesTheSameState();
}

TEST(VoiceRenewal, WhatIsNotCarriedEndsAtTheOldExpiry) {  // R9
  World world;
  world.WithApplication();
  Buy(world, {Item(kVoicePackage, 3), Item(kVoiceConcurrency, 5)}, 2);
  world.Ask<OrderReply>(
      RenewSubscription{.id = SubscriptionId(1),
                        .months = 1,
                        .units = 1,
                        .add_ons = std::vector<OrderItem>{Item(kVoiceConcurrency, 2)}});
  EXPECT_EQ(Limit(world), 14);
  world.AdvanceTo(At("2026-12-15T00:00:00Z"));
  EXPECT_EQ(Grant(world, 2).granted, 24'000);
  EXPECT_EQ(Limit(world), 14);
  world.AdvanceTo(At("2027-01-01T00:00:00Z"));
  EXPECT_EQ(Grant(world, 3).granted, 8'000);
  EXPECT_EQ(Limit(world), 3 + 2);
}

TEST(VoiceRenewal, AfterTheExpiryBringsTheCurrentMonthAtOnce) {  // R9, R22
  World world;
  WithVoice(world, 1);
  world.AdvanceTo(At("2026-12-20T00:00:00Z"));
  EXPECT_EQ(Limit(world), 0);
  world.Ask<OrderReply>(RenewSubscription{.id = SubscriptionId(1), .months = 2});
  EXPECT_EQ(Limit(world), 3);
  ASSERT_EQ(world.account().voice.grants.size(), 2u);
  EXPECT_EQ(Grant(world, 2).start_time, world.now());
  EXPECT_EQ(Grant(world, 2).expire_time, At("2027-01-01T00:00:00Z"));
  world.AdvanceTo(At("2027-01-01T00:00:00Z"));
  EXPECT_EQ(Grant(world, 3).expire_time, At("2027-02-01T00:00:00Z"));
}

TEST(VoiceRenewal, AMonthThatIsOverMeanwhileBringsNothing) {  // R9, R22
  World world;
  world.WithApplication();
  world.AdvanceTo(At("2027-01-10T00:00:00Z"));
  Buy(world, {Item(kVoicePackage, 1)}, 1);
  // February is over, but the grace is not.
  world.AdvanceTo(At("2027-03-02T00:00:00Z"));
  world.Refused<InvalidField>(RenewSubscription{.id = SubscriptionId(1), .months = 1});
  world.Ask<OrderReply>(RenewSubscription{.id = SubscriptionId(1), .months = 2});
  ASSERT_EQ(world.account().voice.grants.size(), 2u);
  EXPECT_EQ(Grant(world, 2).expire_time, At("2027-04-01T00:00:00Z"));
  world.AdvanceTo(At("2027-06-01T00:00:00Z"));
  EXPECT_EQ(world.account().voice.grants.size(), 2u);
}

TEST(VoiceRenewal, OfAMonthThatEndedAsTheZoneMovedWestIsRefused) {  // R2, R9
  World world;
  WithVoice(world, 3);
  world.AdvanceTo(At("2027-02-20T00:00:00Z"));
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "America/Phoenix"}, testing::Acme());
  world.AdvanceTo(At("2027-03-01T00:00:00Z"));
  // February is over, though it is still February in Phoenix.
  const RenewSubscription renewal{.id = SubscriptionId(1), .months = 1};
  EXPECT_EQ(world.Refused<InvalidField>(renewal).field, "months");
}

TEST(VoiceRenewal, AQuoteChangesNothing) {  // R10
  World world;
  WithVoice(world, 1);
  world.NewChanges();
  world.Ask<OrderReply>(
      RenewSubscription{.id = SubscriptionId(1), .months = 2, .validate_only = true});
  EXPECT_TRUE(world.NewChanges().empty());
}

TEST(VoiceRenewal, TermsOfADeletedApplicationRunOn) {  // R4
  World world;
  WithVoice(world, 2);
  world.Ask<ApplicationReply>(DeleteApplication{});
  world.AdvanceTo(At("2026-12-10T00:00:00Z"));
  EXPECT_EQ(Remaining(world), 8'000);
  world.Refused<ApplicationIsDeleted>(RenewSubscription{.id = SubscriptionId(1)});
  world.Ask<ApplicationReply>(UndeleteApplication{});
  testing::Ring(world, "c1");
}

TEST(VoiceEntitlements, ShowSlotsAndMinutes) {
  World world;
  WithVoice(world);
  testing::Ring(world, "c1");
  const auto reply = world.Ask<EntitlementsReply>(GetEntitlements{});
  EXPECT_EQ(reply.voice_concurrency_limit, 3);
  EXPECT_EQ(reply.voice_concurrency_active, 1);
  EXPECT_EQ(reply.voice_minutes_remaining, 7'999);
}

}  // namespace
}  // namespace usher::entitlement
