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
using testing::SubscriptionOf;
using testing::World;

// World starts at 2026-11-02T09:00:00Z; the trial holds licenses 1 to 3.
constexpr char kOneMonthOn[] = "2026-12-02T09:00:00Z";

// "kind edition source subscription expiry" of the licenses behind the trial's, in the order of
// ids.
std::vector<std::string> LicensesBought(World& world) {
  std::vector<std::string> told;
  for (const License& license : world.application().licenses) {
    if (license.source == LicenseSource::kTrial) continue;
    told.push_back(std::string(ToString(license.kind)) + " " +
                   std::string(ToString(license.edition)) + " " +
                   (license.source == LicenseSource::kPackage ? "PACKAGE " : "ADD_ON ") +
                   std::to_string(license.subscription.value()));
  }
  return told;
}

TEST(DecideOrder, ChargesThePriceListForEachMonth) {  // R5, R6
  World world;
  world.WithApplication();
  const Order order =
      Buy(world,
          {Item(kStandardPackage, 2), Item(kStandardAgent, 4), Item(kStandardSip, 5),
           Item(kPremiumPackage, 1), Item(kPremiumAgent, 2), Item(kPremiumSip, 3)},
          3)
          .order;
  EXPECT_EQ(order.id, OrderId(1));
  EXPECT_EQ(order.create_time, world.now());
  EXPECT_EQ(order.actor, "operator");
  const absl::Time expiry = At("2027-02-02T09:00:00Z");
  const SubscriptionId standard(1);
  const SubscriptionId premium(2);
  EXPECT_EQ(order.lines,
            (std::vector<OrderLine>{{kStandardPackage, 2, 3, 12000, 72000, standard, expiry},
                                    {kStandardAgent, 4, 3, 4000, 48000, standard, expiry},
                                    {kStandardSip, 5, 3, 1500, 22500, standard, expiry},
                                    {kPremiumPackage, 1, 3, 21000, 63000, premium, expiry},
                                    {kPremiumAgent, 2, 3, 7000, 42000, premium, expiry},
                                    {kPremiumSip, 3, 3, 2100, 18900, premium, expiry}}));
  EXPECT_EQ(order.total_cents, 266'400);
}

TEST(DecideOrder, APackageStartsASubscription) {  // R6
  World world;
  world.WithApplication();
  const OrderReply reply = Buy(world, {Item(kPremiumPackage, 2)}, 36);
  const Subscription expected{.id = SubscriptionId(1),
                              .product = kPremiumPackage,
                              .edition = Edition::kPremium,
                              .units = 2,
                              .start_time = world.now(),
                              .months = 36,
                              .expire_time = At("2029-11-02T09:00:00Z")};
  EXPECT_EQ(SubscriptionOf(world, 1), expected);
  ASSERT_EQ(reply.subscriptions.size(), 1u);
  EXPECT_EQ(reply.subscriptions.front().subscription, expected);
  EXPECT_FALSE(reply.subscriptions.front().expired);
}

TEST(DecideOrder, LicenseIdsFollowTheItemsAgentBeforeSip) {  // R10
  World world;
  world.WithApplication();
  // The add-on stands before its package and joins it all the same.
  Buy(world, {Item(kPremiumAgent, 1), Item(kPremiumPackage, 1), Item(kStandardPackage, 1)});
  EXPECT_EQ(LicensesBought(world),
            (std::vector<std::string>{"AGENT PREMIUM ADD_ON 1", "AGENT PREMIUM PACKAGE 1",
                                      "AGENT PREMIUM PACKAGE 1", "AGENT PREMIUM PACKAGE 1",
                                      "SIP PREMIUM PACKAGE 1", "SIP PREMIUM PACKAGE 1",
                                      "SIP PREMIUM PACKAGE 1", "AGENT STANDARD PACKAGE 2",
                                      "AGENT STANDARD PACKAGE 2", "AGENT STANDARD PACKAGE 2"}));
  for (size_t i = 0; i < world.application().licenses.size(); ++i) {
    EXPECT_EQ(world.application().licenses[i].id.value(), static_cast<int64_t>(i) + 1);
  }
  world.ExpectReplayGivesTheSameState();
}

TEST(DecideOrder, TheJournalTellsOfTheOrderFirst) {  // R29
  World world;
  world.WithApplication();
  world.Advance(absl::ZeroDuration());
  world.NewChanges();
  Buy(world, {Item(kStandardPackage, 1), Item(kPremiumPackage, 1), Item(kStandardSip, 2)});
  const std::vector<Change> changes = world.NewChanges();
  const auto orders = World::Only<OrderPlaced>(changes);
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<OrderPlaced>(changes.front().payload));
  EXPECT_FALSE(orders.front().renewal);
  EXPECT_EQ(orders.front().order.id, OrderId(1));
  EXPECT_EQ(World::Only<SubscriptionStored>(changes).size(), 2u);
  // One event for each item and kind: agents, agents and SIP, SIP.
  const auto grants = World::Only<LicensesGranted>(changes);
  ASSERT_EQ(grants.size(), 4u);
  EXPECT_EQ(grants[0].first_id, LicenseId(4));
  EXPECT_EQ(grants[1].first_id, LicenseId(7));
  EXPECT_EQ(grants[2].first_id, LicenseId(10));
  EXPECT_EQ(grants[3].first_id, LicenseId(13));
  EXPECT_EQ(grants[3].count, 2);
}

TEST(DecideOrder, TheTermIsCivilMonthsOfTheAccount) {  // R2
  struct Case {
    std::string zone;
    std::string now;
    int months;
    std::string expiry;
  };
  for (const Case& c : {
           Case{"UTC", "2027-01-31T10:00:00Z", 1, "2027-02-28T10:00:00Z"},
           Case{"UTC", "2027-01-31T10:00:00Z", 2, "2027-03-31T10:00:00Z"},
           Case{"UTC", "2028-01-31T10:00:00Z", 1, "2028-02-29T10:00:00Z"},
           Case{"UTC", "2028-02-29T10:00:00Z", 12, "2029-02-28T10:00:00Z"},
           Case{"Europe/Berlin", "2027-02-28T09:00:00Z", 1, "2027-03-28T08:00:00Z"},
           Case{"America/New_York", "2027-10-10T13:00:00Z", 1, "2027-11-10T14:00:00Z"},
           Case{"Australia/Lord_Howe", "2027-03-10T00:00:00Z", 1, "2027-04-10T00:30:00Z"},
           // 1 February there.
           Case{"Pacific/Apia", "2027-01-31T12:00:00Z", 1, "2027-02-28T12:00:00Z"},
       }) {
    World world;
    world.WithApplication(c.zone);
    world.AdvanceTo(At(c.now));
    Buy(world, {Item(kStandardPackage, 1)}, c.months);
    EXPECT_EQ(SubscriptionOf(world, 1).expire_time, At(c.expiry)) << c.zone << " " << c.now;
  }
}

TEST(DecideOrder, SubscriptionsStandSideBySide) {  // R6
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)}, 1);
  world.Advance(absl::Hours(24));
  Buy(world, {Item(kStandardPackage, 1)}, 2);
  EXPECT_EQ(SubscriptionOf(world, 1).expire_time, At(kOneMonthOn));
  EXPECT_EQ(SubscriptionOf(world, 2).expire_time, At("2027-01-03T09:00:00Z"));
  EXPECT_EQ(world.application().pool(LicenseKind::kAgent, Edition::kStandard).total, 9);
  world.AdvanceTo(At(kOneMonthOn));
  EXPECT_EQ(world.application().pool(LicenseKind::kAgent, Edition::kStandard).total, 3);
}

TEST(DecideOrder, TwoItemsOfAPackageAreTwoSubscriptions) {  // R6
  World world;
  world.WithApplication();
  EXPECT_EQ(Buy(world, {Item(kStandardPackage, 1), Item(kStandardPackage, 2)}).subscriptions.size(),
            2u);
  EXPECT_EQ(SubscriptionOf(world, 2).units, 2);
}

TEST(DecideOrder, AnAddOnJoinsTheSubscriptionThatItNames) {  // R7
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)}, 1);
  Buy(world, {Item(kStandardPackage, 1)}, 6);
  // Also where the order brings a package of its own.
  const OrderReply reply = Buy(world, {Item(kStandardPackage, 1), Item(kStandardAgent, 1, 2)}, 12);
  EXPECT_EQ(reply.order.lines[1].subscription, SubscriptionId(2));
  EXPECT_EQ(reply.order.lines[1].expire_time, At("2027-05-02T09:00:00Z"));
  EXPECT_EQ(reply.order.lines[1].charged_months, 6);
  EXPECT_EQ(SubscriptionOf(world, 2).add_ons,
            (std::vector<AddOn>{{kStandardAgent, 1, At("2027-05-02T09:00:00Z")}}));
  EXPECT_TRUE(SubscriptionOf(world, 1).add_ons.empty());
  EXPECT_TRUE(SubscriptionOf(world, 3).add_ons.empty());
}

TEST(DecideOrder, AnAddOnJoinsThePackageOfItsOrder) {  // R7
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)}, 1);
  Buy(world, {Item(kStandardPackage, 1)}, 1);
  const Order order =
      Buy(world, {Item(kStandardPackage, 1), Item(kPremiumPackage, 1), Item(kStandardSip, 1)}, 4)
          .order;
  EXPECT_EQ(order.lines[2].subscription, SubscriptionId(3));
  EXPECT_EQ(order.lines[2].charged_months, 4);
}

TEST(DecideOrder, AnAddOnJoinsTheOneActivePackageOfItsEdition) {  // R7
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)}, 1);
  Buy(world, {Item(kPremiumPackage, 1)}, 6);
  world.AdvanceTo(At(kOneMonthOn));
  Buy(world, {Item(kStandardPackage, 1)}, 1);
  // Subscription 1 has expired, 2 is of the other edition.
  EXPECT_EQ(Buy(world, {Item(kStandardAgent, 1)}).order.lines[0].subscription, SubscriptionId(3));
  EXPECT_EQ(Buy(world, {Item(kPremiumSip, 1)}).order.lines[0].subscription, SubscriptionId(2));
}

TEST(DecideOrder, AnAddOnExpiresWithWhatItJoined) {  // R7
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)}, 1);
  world.AdvanceTo(At("2026-12-01T00:00:00Z"));
  // `months` is for packages.
  Buy(world, {Item(kStandardAgent, 2)}, 12);
  EXPECT_EQ(world.application().licenses.back().expire_time, At(kOneMonthOn));
  EXPECT_EQ(world.application().licenses.back().source, LicenseSource::kAddOn);
}

TEST(DecideOrder, EqualAddOnsAreOne) {  // R7
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1), Item(kStandardAgent, 1)});
  Buy(world, {Item(kStandardAgent, 2), Item(kStandardSip, 1), Item(kStandardAgent, 3)});
  EXPECT_EQ(SubscriptionOf(world, 1).add_ons,
            (std::vector<AddOn>{{kStandardAgent, 6, At(kOneMonthOn)},
                                {kStandardSip, 1, At(kOneMonthOn)}}));
}

TEST(DecideOrder, AnAddOnInMidTermIsChargedForStartedMonths) {  // R8
  struct Case {
    std::string now;
    int months;
  };
  for (const Case& c : {
           Case{"2027-01-31T10:00:00Z", 4},
           Case{"2027-02-28T09:59:59.999999Z", 4},
           Case{"2027-02-28T10:00:00Z", 3},
           Case{"2027-03-30T10:00:00Z", 3},
           Case{"2027-03-31T10:00:00Z", 2},
           Case{"2027-04-30T10:00:00Z", 1},
           Case{"2027-05-31T09:59:59.999999Z", 1},
       }) {
    World world;
    world.WithApplication();
    world.AdvanceTo(At("2027-01-31T10:00:00Z"));
    Buy(world, {Item(kPremiumPackage, 1)}, 4);
    world.AdvanceTo(At(c.now));
    const OrderLine line = Buy(world, {Item(kPremiumAgent, 2)}).order.lines.front();
    EXPECT_EQ(line.charged_months, c.months) << c.now;
    EXPECT_EQ(line.amount_cents, 7000 * 2 * c.months) << c.now;
    EXPECT_EQ(line.expire_time, At("2027-05-31T10:00:00Z")) << c.now;
  }
}

TEST(DecideOrder, AQuoteSaysWhatTheOrderWouldAndChangesNothing) {  // R10
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)}, 6);
  world.Advance(absl::Hours(24 * 45));
  world.NewChanges();
  const std::vector<OrderItem> items = {Item(kPremiumPackage, 2), Item(kStandardAgent, 3),
                                        Item(kPremiumSip, 1)};
  OrderReply quote = Quote(world, items, 2);
  EXPECT_TRUE(world.NewChanges().empty());
  EXPECT_EQ(quote.order.id, OrderId());
  EXPECT_EQ(world.application().subscriptions.size(), 1u);

  const OrderReply order = Buy(world, items, 2);
  EXPECT_EQ(order.order.id, OrderId(2));
  quote.order.id = order.order.id;
  EXPECT_EQ(quote.order, order.order);
  ASSERT_EQ(quote.subscriptions.size(), order.subscriptions.size());
  for (size_t i = 0; i < quote.subscriptions.size(); ++i) {
    const Subscription& bought = order.subscriptions[i].subscription;
    EXPECT_EQ(quote.subscriptions[i].subscription, bought);
    EXPECT_EQ(world.application().subscriptions.at(bought.id), bought);
  }
}

TEST(DecideOrder, AnItemThatIsRefusedTakesTheWholeOrderWithIt) {  // R10
  World world;
  world.WithApplication();
  world.Advance(absl::ZeroDuration());
  world.NewChanges();
  world.Refused<PackageRequired>(
      CreateOrder{.items = {Item(kStandardPackage, 1), Item(kPremiumAgent, 1)}});
  EXPECT_TRUE(world.NewChanges().empty());
  EXPECT_EQ(world.application().licenses.size(), 3u);
  EXPECT_TRUE(world.application().subscriptions.empty());
  EXPECT_EQ(Buy(world, {Item(kStandardPackage, 1)}).order.id, OrderId(1));
}

TEST(DecideOrder, SubscriptionsAreListedNewestFirst) {
  World world;
  world.WithApplication();
  for (int i = 0; i < 4; ++i) Buy(world, {Item(kStandardPackage, 1)}, i + 1);
  const auto list = [&world](int64_t before, int limit) {
    const auto reply = world.Ask<SubscriptionsReply>(
        ListSubscriptions{.before = SubscriptionId(before), .limit = limit});
    std::vector<int64_t> ids;
    for (const SubscriptionView& view : reply.subscriptions) {
      ids.push_back(view.subscription.id.value());
    }
    return std::pair(ids, reply.more);
  };
  using Ids = std::vector<int64_t>;
  EXPECT_EQ(list(0, 10), std::pair(Ids({4, 3, 2, 1}), false));
  EXPECT_EQ(list(0, 4), std::pair(Ids({4, 3, 2, 1}), false));
  EXPECT_EQ(list(0, 3), std::pair(Ids({4, 3, 2}), true));
  EXPECT_EQ(list(2, 3), std::pair(Ids({1}), false));
  EXPECT_EQ(list(1, 3), std::pair(Ids(), false));
}

TEST(DecideOrder, ASubscriptionIsFoundByItsId) {
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)});
  EXPECT_FALSE(
      world.Ask<SubscriptionReply>(GetSubscription{SubscriptionId(1)}).subscription.expired);
  world.AdvanceTo(At(kOneMonthOn));
  EXPECT_TRUE(
      world.Ask<SubscriptionReply>(GetSubscription{SubscriptionId(1)}).subscription.expired);
  EXPECT_EQ(world.Refused<ResourceNotFound>(GetSubscription{SubscriptionId(2)}).resource,
            "accounts/acme/applications/support/subscriptions/2");
}

TEST(DecideOrder, OrdersAreReadFromTheStore) {
  World world;
  world.WithApplication();
  const auto one = world.Ask<HistoryQuery>(GetOrder{OrderId(7)});
  ASSERT_TRUE(std::holds_alternative<OrderQuery>(one));
  EXPECT_EQ(std::get<OrderQuery>(one).application, world.application().no);
  EXPECT_EQ(std::get<OrderQuery>(one).id, OrderId(7));
  const auto list = world.Ask<HistoryQuery>(ListOrders{.before = OrderId(7), .limit = 5});
  ASSERT_TRUE(std::holds_alternative<OrdersQuery>(list));
  EXPECT_EQ(std::get<OrdersQuery>(list).application, world.application().no);
  EXPECT_EQ(std::get<OrdersQuery>(list).before, OrderId(7));
  EXPECT_EQ(std::get<OrdersQuery>(list).limit, 5);
}

}  // namespace
}  // namespace usher::entitlement
