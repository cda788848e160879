#include <string>
#include <vector>

#include "entitlement/decisions.h"
#include "gtest/gtest.h"
#include "tests/entitlement/buying.h"
#include "tests/support/world.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::Buy;
using testing::Item;
using testing::kPremiumPackage;
using testing::kStandardAgent;
using testing::kStandardPackage;
using testing::Login;
using testing::Logout;
using testing::World;

EntitlementsReply Look(World& world) { return world.Ask<EntitlementsReply>(GetEntitlements{}); }

// The pool's view, or a blank one where it is not shown.
PoolView PoolOf(const EntitlementsReply& reply, LicenseKind kind, Edition edition) {
  for (const PoolView& pool : reply.pools) {
    if (pool.kind == kind && pool.edition == edition) return pool;
  }
  return PoolView{};
}

// "kind edition total time" of each step.
std::vector<std::string> Told(const EntitlementsReply& reply) {
  std::vector<std::string> steps;
  for (const CapacityStep& step : reply.timeline) {
    steps.push_back(std::string(ToString(step.kind)) + " " + std::string(ToString(step.edition)) +
                    " " + std::to_string(step.total) + " " +
                    absl::FormatTime("%Y-%m-%d", step.time, absl::UTCTimeZone()));
  }
  return steps;
}

TEST(DecideEntitlements, ShowTheTrial) {  // R3
  World world;
  world.WithApplication();
  const EntitlementsReply reply = Look(world);
  EXPECT_EQ(reply.application.name, World::Support());
  EXPECT_EQ(reply.application.trial_expire_time, At("2026-11-16T09:00:00Z"));
  ASSERT_EQ(reply.pools.size(), 1u);
  EXPECT_EQ(reply.pools.front().kind, LicenseKind::kAgent);
  EXPECT_EQ(reply.pools.front().edition, Edition::kStandard);
  EXPECT_EQ(reply.pools.front().count.total, 3);
  EXPECT_EQ(Told(reply), (std::vector<std::string>{"AGENT STANDARD 0 2026-11-16"}));
  EXPECT_EQ(reply.resets.used, 0);
  EXPECT_EQ(reply.resets.limit, 4);
  EXPECT_EQ(reply.resets.month_end, At("2026-12-01T00:00:00Z"));
}

TEST(DecideEntitlements, ShowEveryPoolThatHasOrHadALicense) {
  World world;
  world.policy().trial_agent_licenses = 0;
  world.WithApplication();
  EXPECT_TRUE(Look(world).pools.empty());
  Buy(world, {Item(kPremiumPackage, 1)});
  world.AdvanceTo(At("2026-12-03T00:00:00Z"));
  const EntitlementsReply reply = Look(world);
  ASSERT_EQ(reply.pools.size(), 2u);
  EXPECT_EQ(reply.pools[0].kind, LicenseKind::kAgent);
  EXPECT_EQ(reply.pools[1].kind, LicenseKind::kSip);
  EXPECT_EQ(reply.pools[0].count.total, 0);
  EXPECT_TRUE(reply.timeline.empty());
}

TEST(DecideEntitlements, CountIdleBoundAndInUse) {
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)});
  Login(world, "ann@example.com", Edition::kStandard);
  Logout(world, Login(world, "bob@example.com", Edition::kStandard));
  const PoolCount count = PoolOf(Look(world), LicenseKind::kAgent, Edition::kStandard).count;
  EXPECT_EQ(count.total, 6);
  EXPECT_EQ(count.held, 2);
  EXPECT_EQ(count.in_use, 1);
}

TEST(DecideEntitlements, TheTimelineGroupsExpiriesByTimeKindAndEdition) {
  World world;
  world.WithApplication();
  Buy(world, {Item(kPremiumPackage, 1), Item(kStandardPackage, 2)}, 1);
  Buy(world, {Item(kStandardPackage, 1), Item(kStandardAgent, 4)}, 2);
  EXPECT_EQ(Told(Look(world)),
            (std::vector<std::string>{"AGENT STANDARD 13 2026-11-16", "AGENT STANDARD 7 2026-12-02",
                                      "AGENT PREMIUM 0 2026-12-02", "SIP PREMIUM 0 2026-12-02",
                                      "AGENT STANDARD 0 2027-01-02"}));
}

TEST(DecideEntitlements, TheTimelineHoldsTheFutureOnly) {
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)}, 2);
  world.AdvanceTo(At("2026-11-16T09:00:00Z"));
  EXPECT_EQ(Told(Look(world)), (std::vector<std::string>{"AGENT STANDARD 0 2027-01-02"}));
}

TEST(DecideEntitlements, CountPeakUseAndDenialsOfTheMonth) {  // R17
  World world;
  world.WithApplication();
  std::vector<StartSessionReply> logins;
  for (const char* email : {"a@x.org", "b@x.org", "c@x.org"}) {
    logins.push_back(Login(world, email, Edition::kStandard));
  }
  world.Refused<NoIdleLicense>(StartSession{.email = Email("d@x.org"), .ttl = absl::Hours(1)});
  world.Refused<NoIdleLicense>(StartSession{.email = Email("d@x.org"), .ttl = absl::Hours(1)});
  Logout(world, logins[0]);
  Logout(world, logins[1]);
  const PoolView pool = PoolOf(Look(world), LicenseKind::kAgent, Edition::kStandard);
  EXPECT_EQ(pool.usage.peak_in_use, 3);
  EXPECT_EQ(pool.usage.denials, 2);
}

TEST(DecideEntitlements, StartTheNextMonthWithWhatIsInUse) {  // R17
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)}, 2);
  std::vector<StartSessionReply> logins;
  for (const char* email : {"a@x.org", "b@x.org", "c@x.org"}) {
    logins.push_back(Login(world, email, Edition::kStandard));
  }
  world.Ask<MobileAnsweringReply>(
      SetMobileAnswering{.email = Email("a@x.org"), .mode = MobileAnswering::kAlways});
  for (const StartSessionReply& login : logins) Logout(world, login);
  world.AdvanceTo(At("2026-12-01T00:00:00Z"));
  const PoolView pool = PoolOf(Look(world), LicenseKind::kAgent, Edition::kStandard);
  EXPECT_EQ(pool.usage.peak_in_use, 1);
  EXPECT_EQ(pool.usage.denials, 0);
}

TEST(DecideEntitlements, DoNotShowTheFiguresOfAMonthThatIsOver) {  // R17
  Account account{.no = AccountNo(1), .id = AccountId("acme"), .zone = absl::UTCTimeZone()};
  const ApplicationEntry entry{.no = ApplicationNo(1), .id = ApplicationId("support")};
  Application application{.no = entry.no, .account = account.no};
  const size_t kind = IndexOf(LicenseKind::kAgent);
  const size_t edition = IndexOf(Edition::kStandard);
  application.pools[kind][edition] = {.granted = 3, .total = 3, .held = 2, .in_use = 1};
  application.usage.month = absl::CivilMonth(2026, 10);
  application.usage.pools[kind][edition] = {.peak_in_use = 3, .denials = 7};
  const Policy policy;
  const Catalog catalog = Catalog::Default();
  const Context context{.now = At("2026-11-02T09:00:00Z"), .policy = &policy, .catalog = &catalog};
  const Units units{.account = &account, .entry = &entry, .application = &application};
  const Outcome outcome = DecideOn(units, GetEntitlements{}, context);
  ASSERT_FALSE(outcome.refused());
  const auto& reply = std::get<EntitlementsReply>(std::get<Reply>(outcome.result));
  EXPECT_EQ(PoolOf(reply, LicenseKind::kAgent, Edition::kStandard).usage,
            (PoolUsage{.peak_in_use = 1, .denials = 0}));
}

TEST(DecideEntitlements, ShowTheResetsOfTheAccountsMonth) {  // R18
  World world;
  world.WithApplication("America/New_York");
  Logout(world, Login(world, "ann@example.com", Edition::kStandard));
  world.Ask<ResetReply>(ResetLicenses{});
  const ResetAllowance resets = Look(world).resets;
  EXPECT_EQ(resets.used, 1);
  EXPECT_EQ(resets.left(), 3);
  EXPECT_EQ(resets.month, absl::CivilMonth(2026, 11));
  EXPECT_EQ(resets.month_end, At("2026-12-01T05:00:00Z"));
}

TEST(DecideEntitlements, AreShownForADeletedApplicationToo) {  // R4
  World world;
  world.WithApplication();
  world.Ask<ApplicationReply>(DeleteApplication{});
  EXPECT_TRUE(Look(world).application.delete_time.has_value());
  EXPECT_EQ(PoolOf(Look(world), LicenseKind::kAgent, Edition::kStandard).count.total, 3);
}

TEST(DecideEntitlements, OfAnApplicationThatIsNotThereAreNotFound) {
  World world;
  EXPECT_EQ(world.Refused<ResourceNotFound>(GetEntitlements{}).resource, "accounts/acme");
}

}  // namespace
}  // namespace usher::entitlement
