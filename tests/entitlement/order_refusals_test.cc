#include <string>
#include <vector>

#include "entitlement/decisions.h"
#include "entitlement/limits.h"
#include "gtest/gtest.h"
#include "tests/entitlement/buying.h"
#include "tests/support/world.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::Buy;
using testing::Item;
using testing::kPremiumAgent;
using testing::kPremiumPackage;
using testing::kPremiumSip;
using testing::kStandardAgent;
using testing::kStandardPackage;
using testing::kStandardSip;
using testing::Quote;
using testing::World;

// World starts at 2026-11-02T09:00:00Z; the trial holds licenses 1 to 3.
constexpr char kOneMonthOn[] = "2026-12-02T09:00:00Z";

struct FieldCase {
  std::vector<OrderItem> items;
  std::string field;
};

std::vector<FieldCase> FieldCases() {
  return {
      {{}, "items"},
      {std::vector<OrderItem>(kOrderItemsMax + 1, Item(kStandardPackage, 1)), "items"},
      {{Item("gold-agent", 1)}, "items[0].product"},
      {{Item("", 1)}, "items[0].product"},
      {{Item(kStandardPackage, 1), Item("gold-agent", 1)}, "items[1].product"},
      {{Item(kStandardPackage, 0)}, "items[0].quantity"},
      {{Item(kStandardPackage, -1)}, "items[0].quantity"},
      {{Item(kStandardPackage, kOrderUnitsMax + 1)}, "items[0].quantity"},
      {{Item(kStandardPackage, 1), Item(kStandardAgent, kOrderUnitsMax + 1)}, "items[1].quantity"},
      {{Item(kStandardPackage, 1, 1)}, "items[0].subscription_id"},
      {{Item("voice-agent-package", 1, 1)}, "items[0].subscription_id"},
      {{Item("voice-minutes", 5'000, 1)}, "items[0].subscription_id"},
      {{Item("voice-minutes", kOrderMinutesMax + 1)}, "items[0].quantity"},
  };
}

TEST(DecideOrder, WrongFieldsAreNamedBeforeAnythingElse) {  // R31
  World world;
  world.WithApplication();
  world.Ask<ApplicationReply>(DeleteApplication{});
  const Target nowhere = {.account = AccountId("none"), .application = ApplicationId("support")};
  for (const FieldCase& c : FieldCases()) {
    const CreateOrder command{.items = c.items};
    EXPECT_EQ(world.Refused<InvalidField>(command).field, c.field);
    EXPECT_EQ(world.Refused<InvalidField>(command, nowhere).field, c.field);
  }
}

TEST(DecideOrder, TheLargestQuantityIsSold) {
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, kOrderUnitsMax)});
  EXPECT_EQ(world.application().pool(LicenseKind::kAgent, Edition::kStandard).total, 30'003);
}

TEST(DecideOrder, FewerUnitsThanTheMinimumAreRefused) {
  Product bundle = Catalog::Default().products().front();
  bundle.minimum_quantity = 5;
  const Catalog catalog({bundle});
  const Policy policy;
  const Context context{.policy = &policy, .catalog = &catalog};
  const auto refusal = CheckItems(CreateOrder{.items = {Item(kStandardPackage, 4)}}, context);
  ASSERT_TRUE(refusal.has_value());
  const auto* below = std::get_if<BelowMinimumPurchase>(&*refusal);
  ASSERT_NE(below, nullptr);
  EXPECT_EQ(below->product, kStandardPackage);
  EXPECT_EQ(below->minimum, 5);
  EXPECT_EQ(below->quantity, 4);
  EXPECT_FALSE(CheckItems(CreateOrder{.items = {Item(kStandardPackage, 5)}}, context).has_value());
  // R31: a field that is wrong comes before, wherever it stands.
  const auto field = CheckItems(
      CreateOrder{.items = {Item(kStandardPackage, 4), Item(kStandardPackage, 0)}}, context);
  EXPECT_EQ(std::get<InvalidField>(field.value()).field, "items[1].quantity");
}

// What the application is then asked for; one row for each refusal, each with all that follow also
// in the way.
TEST(DecideOrder, IsRefusedInTheOrderOfItsComment) {  // R7, R31
  World world;
  world.WithApplication();
  Buy(world, {Item(kPremiumPackage, 1)}, 1);   // 1, will have expired
  Buy(world, {Item(kStandardPackage, 1)}, 6);  // 2
  Buy(world, {Item(kStandardPackage, 1)}, 6);  // 3
  world.AdvanceTo(At(kOneMonthOn));
  const OrderItem ambiguous = Item(kStandardSip, 1);
  const OrderItem no_package = Item(kPremiumSip, 1);
  const OrderItem expired = Item(kPremiumAgent, 1, 1);
  const OrderItem mismatch = Item(kPremiumAgent, 1, 2);
  const OrderItem unknown = Item(kStandardAgent, 1, 9);

  std::vector<OrderItem> items = {ambiguous, no_package, expired, mismatch, unknown};
  EXPECT_EQ(world.Refused<ResourceNotFound>(CreateOrder{.items = items}).resource,
            "accounts/acme/applications/support/subscriptions/9");
  items.pop_back();
  const auto edition = world.Refused<EditionMismatch>(CreateOrder{.items = items});
  EXPECT_EQ(edition.product, kPremiumAgent);
  EXPECT_EQ(edition.edition, Edition::kStandard);
  items.pop_back();
  EXPECT_EQ(world.Refused<WrongState>(CreateOrder{.items = items}).state, "EXPIRED");
  items.pop_back();
  const auto package = world.Refused<PackageRequired>(CreateOrder{.items = items});
  EXPECT_EQ(package.product, kPremiumSip);
  EXPECT_EQ(package.required_product, kPremiumPackage);
  items.pop_back();
  EXPECT_EQ(world.Refused<SubscriptionAmbiguous>(CreateOrder{.items = items}).product,
            kStandardSip);
  items.pop_back();

  world.Ask<ApplicationReply>(DeleteApplication{});
  EXPECT_EQ(world.Refused<ApplicationIsDeleted>(CreateOrder{.items = {unknown}}).application,
            "accounts/acme/applications/support");
  EXPECT_EQ(world
                .Refused<ResourceNotFound>(
                    CreateOrder{.items = {unknown}},
                    Target{.account = AccountId("acme"), .application = ApplicationId("sales")})
                .resource,
            "accounts/acme/applications/sales");
}

TEST(DecideOrder, ATrialIsNoPackage) {  // R7
  World world;
  world.WithApplication();
  EXPECT_EQ(world.Refused<PackageRequired>(CreateOrder{.items = {Item(kStandardAgent, 1)}})
                .required_product,
            kStandardPackage);
}

TEST(DecideOrder, APackageOfTheOtherEditionDoesNotServe) {  // R7
  World world;
  world.WithApplication();
  Buy(world, {Item(kPremiumPackage, 1)});
  world.Refused<PackageRequired>(CreateOrder{.items = {Item(kStandardAgent, 1)}});
  world.Refused<PackageRequired>(
      CreateOrder{.items = {Item(kPremiumPackage, 1), Item(kStandardSip, 1)}});
}

TEST(DecideOrder, APackageServesUpToItsExpireTimeAndNotAtIt) {  // R2, R7
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)});
  world.AdvanceTo(At(kOneMonthOn) - absl::Microseconds(1));
  EXPECT_EQ(Quote(world, {Item(kStandardAgent, 1)}).order.total_cents, 4000);
  EXPECT_EQ(Quote(world, {Item(kStandardAgent, 1, 1)}).order.total_cents, 4000);
  world.AdvanceTo(At(kOneMonthOn));
  world.Refused<PackageRequired>(CreateOrder{.items = {Item(kStandardAgent, 1)}});
  EXPECT_EQ(world.Refused<WrongState>(CreateOrder{.items = {Item(kStandardAgent, 1, 1)}}).state,
            "EXPIRED");
}

TEST(DecideOrder, TwoPackagesOfOneOrderDoNotSayWhichAnAddOnJoins) {  // R7
  World world;
  world.WithApplication();
  world.Refused<SubscriptionAmbiguous>(CreateOrder{
      .items = {Item(kStandardPackage, 1), Item(kStandardPackage, 1), Item(kStandardAgent, 1)}});
}

TEST(DecideOrder, ASubscriptionThatOnlyStartsCannotBeNamed) {  // R7
  World world;
  world.WithApplication();
  world.Refused<ResourceNotFound>(
      CreateOrder{.items = {Item(kStandardPackage, 1), Item(kStandardAgent, 1, 1)}});
}

TEST(DecideOrder, AnApplicationIsGrantedABoundedNumberOfLicenses) {
  World world;
  world.WithApplication();
  // 60,000 licenses each: the seventeenth goes past a million.
  std::vector<OrderItem> items(16, Item(kPremiumPackage, kOrderUnitsMax));
  EXPECT_EQ(Quote(world, items).order.lines.size(), 16u);
  items.push_back(Item(kPremiumPackage, kOrderUnitsMax));
  EXPECT_EQ(world.Refused<InvalidField>(CreateOrder{.items = items, .validate_only = true}).field,
            "items[16].quantity");
  // Up to the limit to the license: the trial has three.
  items.back() = Item(kStandardPackage, 10'000);
  items.push_back(Item(kStandardAgent, 9'997));
  EXPECT_EQ(Quote(world, items).order.lines.size(), 18u);
  items.back() = Item(kStandardAgent, 9'998);
  EXPECT_EQ(world.Refused<InvalidField>(CreateOrder{.items = items, .validate_only = true}).field,
            "items[17].quantity");
}

}  // namespace
}  // namespace usher::entitlement
