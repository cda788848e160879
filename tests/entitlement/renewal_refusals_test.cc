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
using testing::Item;
using testing::kStandardAgent;
using testing::kStandardPackage;
using testing::kStandardSip;
using testing::Renew;
using testing::SubscriptionOf;
using testing::World;

TEST(DecideRenewal, IsRefusedForWhatItCannotCarry) {  // R9
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 2), Item(kStandardAgent, 3)});
  struct Case {
    std::optional<int64_t> units;
    std::vector<OrderItem> add_ons;
    std::string field;
  };
  for (const Case& c : std::vector<Case>{
           {3, {}, "units"},
           {0, {}, "units"},
           {-1, {}, "units"},
           // Units before add-ons.
           {3, {Item(kStandardSip, 1)}, "units"},
           {1, {Item("gold-agent", 1)}, "add_ons[0].product"},
           {1, {Item(kStandardSip, 1)}, "add_ons[0].product"},
           {1, {Item(kStandardPackage, 1)}, "add_ons[0].product"},
           {1, {Item(kStandardAgent, 4)}, "add_ons[0].quantity"},
           {1, {Item(kStandardAgent, 0)}, "add_ons[0].quantity"},
           {1, {Item(kStandardAgent, -1)}, "add_ons[0].quantity"},
           {1, {Item(kStandardAgent, kOrderUnitsMax + 1)}, "add_ons[0].quantity"},
           {1, {Item(kStandardAgent, 1, 2)}, "add_ons[0].subscription_id"},
           {1, {Item(kStandardAgent, 1), Item(kStandardAgent, 1)}, "add_ons[1].product"},
       }) {
    EXPECT_EQ(world
                  .Refused<InvalidField>(RenewSubscription{
                      .id = SubscriptionId(1), .units = c.units, .add_ons = c.add_ons})
                  .field,
              c.field);
  }
  EXPECT_EQ(SubscriptionOf(world).months, 1);
}

// What needs no subscription to be told is told before there is none, or no application.
TEST(DecideRenewal, FieldsComeBeforeExistence) {  // R31
  World world;
  world.WithApplication();
  struct Case {
    std::optional<int64_t> units;
    std::vector<OrderItem> add_ons;
    std::string field;
  };
  for (const Case& c : std::vector<Case>{
           {0, {}, "units"},
           {-1, {}, "units"},
           {kOrderUnitsMax + 1, {}, "units"},
           {0, {Item("gold-agent", 1)}, "units"},
           {1, {Item("gold-agent", 0)}, "add_ons[0].product"},
           {1, {Item(kStandardPackage, 1)}, "add_ons[0].product"},
           {1, {Item(kStandardAgent, 1), Item(kStandardAgent, 0)}, "add_ons[1].product"},
           {1, {Item(kStandardAgent, 0, 8)}, "add_ons[0].quantity"},
           {1, {Item(kStandardAgent, -1)}, "add_ons[0].quantity"},
           {1, {Item(kStandardAgent, kOrderUnitsMax + 1)}, "add_ons[0].quantity"},
           {1, {Item(kStandardAgent, 1, 8)}, "add_ons[0].subscription_id"},
       }) {
    const RenewSubscription command{
        .id = SubscriptionId(9), .units = c.units, .add_ons = c.add_ons};
    EXPECT_EQ(world.Refused<InvalidField>(command).field, c.field);
    const Target sales{.account = AccountId("acme"), .application = ApplicationId("sales")};
    EXPECT_EQ(world.Refused<InvalidField>(command, sales).field, c.field);
  }
  world.Refused<ResourceNotFound>(RenewSubscription{
      .id = SubscriptionId(9), .units = 1, .add_ons = {{Item(kStandardAgent, 1)}}});
}

TEST(DecideRenewal, IsRefusedBeyondTheLongestTerm) {
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)}, 36);
  while (SubscriptionOf(world).months + kOrderMonthsMax <= kSubscriptionMonthsMax) {
    Renew(world, {.months = kOrderMonthsMax});
  }
  const int left = kSubscriptionMonthsMax - SubscriptionOf(world).months;
  EXPECT_EQ(
      world.Refused<InvalidField>(RenewSubscription{.id = SubscriptionId(1), .months = left + 1})
          .field,
      "months");
  if (left > 0) Renew(world, {.months = left});
  EXPECT_EQ(SubscriptionOf(world).months, kSubscriptionMonthsMax);
}

// One row for each refusal, each with all that follow also in the way.
TEST(DecideRenewal, IsRefusedInTheOrderOfItsComment) {  // R31
  World world;
  world.WithApplication();
  world.AdvanceTo(At("2026-12-31T09:00:00Z"));
  Buy(world, {Item(kStandardPackage, 1)});
  const RenewSubscription none{.id = SubscriptionId(9), .units = 7};
  const RenewSubscription wrong{
      .id = SubscriptionId(1), .months = 1, .units = 7, .add_ons = {{Item(kStandardSip, 1)}}};

  world.AdvanceTo(At("2027-02-28T09:00:00Z"));
  EXPECT_EQ(world.Refused<InvalidField>(wrong).field, "months");
  world.AdvanceTo(At("2027-03-02T09:00:00Z"));
  EXPECT_EQ(world.Refused<WrongState>(wrong).state, "EXPIRED");
  EXPECT_EQ(world.Refused<WrongState>(wrong).resource,
            "accounts/acme/applications/support/subscriptions/1");
  EXPECT_EQ(world.Refused<ResourceNotFound>(none).resource,
            "accounts/acme/applications/support/subscriptions/9");
  world.Ask<ApplicationReply>(DeleteApplication{});
  EXPECT_EQ(world.Refused<ResourceNotFound>(none).resource,
            "accounts/acme/applications/support/subscriptions/9");
  EXPECT_EQ(world.Refused<ApplicationIsDeleted>(wrong).application,
            "accounts/acme/applications/support");
  EXPECT_EQ(world
                .Refused<ResourceNotFound>(none, Target{.account = AccountId("acme"),
                                                        .application = ApplicationId("sales")})
                .resource,
            "accounts/acme/applications/sales");
}

TEST(DecideRenewal, IsRefusedForWhatIsNotSoldAnyMore) {
  const absl::Time now = At("2026-11-02T09:00:00Z");
  Account account{.no = AccountNo(1), .id = AccountId("acme"), .zone = absl::UTCTimeZone()};
  const ApplicationEntry entry{.no = ApplicationNo(1), .id = ApplicationId("support")};
  account.Add(entry);
  Application application{.no = entry.no, .account = account.no};
  const absl::Time expiry = now + absl::Hours(1);
  application.subscriptions[SubscriptionId(1)] =
      Subscription{.id = SubscriptionId(1),
                   .product = kStandardPackage,
                   .edition = Edition::kStandard,
                   .units = 1,
                   .start_time = now,
                   .months = 1,
                   .expire_time = expiry,
                   .add_ons = {{kStandardSip, 1, expiry}}};
  const Policy policy;
  const Units units{.account = &account, .entry = &entry, .application = &application};
  const auto field = [&](std::vector<Product> products, RenewSubscription command) {
    const Catalog catalog(std::move(products));
    const Context context{.now = now, .policy = &policy, .catalog = &catalog};
    command.id = SubscriptionId(1);
    const Outcome outcome = DecideOn(units, command, context);
    if (!outcome.refused()) return std::string();
    return std::get<InvalidField>(std::get<Refusal>(outcome.result)).field;
  };
  const Product package = *Catalog::Default().Find(kStandardPackage);
  EXPECT_EQ(field({}, {}), "subscription_id");
  EXPECT_EQ(field({package}, {}), "add_ons");
  EXPECT_EQ(field({package}, {.add_ons = std::vector<OrderItem>{}}), "");
}

}  // namespace
}  // namespace usher::entitlement
