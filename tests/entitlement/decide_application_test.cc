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
using testing::Login;
using testing::World;

const Target kAcme = {.account = AccountId("acme"), .application = {}};

Target App(const std::string& id) {
  return {.account = AccountId("acme"), .application = ApplicationId(id)};
}

ApplicationView Create(World& world, const std::string& id) {
  return world
      .Ask<ApplicationReply>(CreateApplication{ApplicationId(id), "The " + id + " desk"}, kAcme)
      .application;
}

World& WithAccount(World& world, const std::string& zone = "UTC") {
  world.Ask<AccountReply>(CreateAccount{AccountId("acme"), "Acme", zone}, Target{});
  world.NewChanges();
  return world;
}

std::vector<std::string> Listed(World& world, ListApplications command) {
  std::vector<std::string> ids;
  for (const ApplicationView& view : world.Ask<ApplicationsReply>(command, kAcme).applications) {
    ids.push_back(view.name.application.value());
  }
  return ids;
}

TEST(DecideApplication, StartsItsTrial) {  // R3
  World world;
  WithAccount(world);
  const ApplicationView view = Create(world, "support");
  EXPECT_EQ(view.name, App("support"));
  EXPECT_EQ(view.display_name, "The support desk");
  EXPECT_EQ(view.create_time, world.now());
  EXPECT_EQ(view.trial_expire_time, At("2026-11-16T09:00:00Z"));
  EXPECT_FALSE(view.delete_time.has_value());

  const std::vector<License>& licenses = world.application().licenses;
  ASSERT_EQ(licenses.size(), 3u);
  for (size_t i = 0; i < licenses.size(); ++i) {
    EXPECT_EQ(licenses[i], (License{.id = LicenseId(static_cast<int64_t>(i) + 1),
                                    .kind = LicenseKind::kAgent,
                                    .edition = Edition::kStandard,
                                    .source = LicenseSource::kTrial,
                                    .expire_time = At("2026-11-16T09:00:00Z")}));
  }
}

TEST(DecideApplication, TellsTheJournalOfItsTrial) {  // R29
  World world;
  WithAccount(world);
  Create(world, "support");
  const std::vector<Change> changes = world.NewChanges();
  ASSERT_GE(changes.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<ApplicationCreated>(changes[0].payload));
  EXPECT_TRUE(std::holds_alternative<TrialStarted>(changes[1].payload));
  EXPECT_TRUE(std::holds_alternative<LicensesGranted>(changes[2].payload));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(changes[static_cast<size_t>(i)].revision, Revision(2 + i));
    EXPECT_EQ(changes[static_cast<size_t>(i)].application, world.application().no);
  }
}

TEST(DecideApplication, ItsTrialEndsAtTheSameWallClockTime) {  // R2, R3
  World world;
  world.AdvanceTo(At("2027-03-05T14:00:00Z"));
  WithAccount(world, "America/New_York");
  // Clocks go forward on 14 March, so that the fourteen days are an hour short.
  EXPECT_EQ(Create(world, "support").trial_expire_time, At("2027-03-19T13:00:00Z"));
}

TEST(DecideApplication, ItsTrialIsOverAtItsExpireTime) {  // R2
  World world;
  world.WithApplication();
  world.AdvanceTo(At("2026-11-16T09:00:00Z") - absl::Microseconds(1));
  EXPECT_EQ(world.application().pool(LicenseKind::kAgent, Edition::kStandard).total, 3);
  world.AdvanceTo(At("2026-11-16T09:00:00Z"));
  EXPECT_EQ(world.application().pool(LicenseKind::kAgent, Edition::kStandard).total, 0);
}

TEST(DecideApplication, GetsNoTrialBeyondThePolicysBound) {  // R3
  World world;
  world.policy().trials_per_account = 1;
  WithAccount(world);
  EXPECT_TRUE(Create(world, "support").trial_expire_time.has_value());
  EXPECT_FALSE(Create(world, "sales").trial_expire_time.has_value());
  EXPECT_TRUE(world.application("acme", "sales").licenses.empty());

  // A deleted one has had its trial all the same.
  world.Ask<ApplicationReply>(DeleteApplication{}, App("support"));
  EXPECT_FALSE(Create(world, "service").trial_expire_time.has_value());
}

TEST(DecideApplication, GetsNoTrialWhereThePolicyGrantsNoLicense) {  // R3
  World world;
  world.policy().trial_agent_licenses = 0;
  WithAccount(world);
  EXPECT_FALSE(Create(world, "support").trial_expire_time.has_value());
  EXPECT_TRUE(World::Only<TrialStarted>(world.changes()).empty());
}

// In the order of precedence.
TEST(DecideApplication, CreationIsRefused) {  // R31
  World world;
  EXPECT_EQ(world.Refused<ResourceNotFound>(CreateApplication{ApplicationId("support"), ""}, kAcme)
                .resource,
            "accounts/acme");
  WithAccount(world);
  Create(world, "support");
  EXPECT_EQ(
      world.Refused<ResourceAlreadyExists>(CreateApplication{ApplicationId("support"), ""}, kAcme)
          .resource,
      "accounts/acme/applications/support");
  // R3: the id of a deleted one stays taken.
  world.Ask<ApplicationReply>(DeleteApplication{}, App("support"));
  world.Refused<ResourceAlreadyExists>(CreateApplication{ApplicationId("support"), ""}, kAcme);
}

TEST(DecideApplication, AnAccountHasABoundedNumberOfThem) {
  Account account{.no = AccountNo(1), .id = AccountId("acme")};
  for (int i = 1; i <= kApplicationsPerAccountMax; ++i) {
    const ApplicationId id("a" + std::to_string(i));
    account.Add({.no = ApplicationNo(i), .id = id});
  }
  Directory directory;
  const Policy policy;
  const Catalog catalog = Catalog::Default();
  const Context context{.now = At("2026-11-02T09:00:00Z"), .policy = &policy, .catalog = &catalog};
  const Units units{.directory = &directory, .account = &account};

  const Outcome beyond = DecideOn(units, CreateApplication{ApplicationId("one-more"), ""}, context);
  ASSERT_TRUE(beyond.refused());
  EXPECT_EQ(std::get<InvalidField>(std::get<Refusal>(beyond.result)).field, "application_id");

  const Outcome taken = DecideOn(units, CreateApplication{ApplicationId("a1"), ""}, context);
  EXPECT_TRUE(std::holds_alternative<ResourceAlreadyExists>(std::get<Refusal>(taken.result)));

  account.applications.erase(ApplicationId("a1"));
  EXPECT_FALSE(DecideOn(units, CreateApplication{ApplicationId("a1"), ""}, context).refused());
}

TEST(DecideApplication, UpdateChangesTheDisplayName) {
  World world;
  world.WithApplication();
  world.Ask<ApplicationReply>(UpdateApplication{.display_name = "Help desk"});
  EXPECT_EQ(world.Ask<ApplicationReply>(GetApplication{}).application.display_name, "Help desk");

  world.NewChanges();
  world.Ask<ApplicationReply>(UpdateApplication{.display_name = "Help desk"});
  world.Ask<ApplicationReply>(UpdateApplication{});
  EXPECT_TRUE(world.NewChanges().empty());
}

TEST(DecideApplication, DeletionEndsSessionsAndPhonesAndKeepsBindings) {  // R4
  World world;
  world.WithApplication();
  testing::Buy(world, {testing::Item(testing::kPremiumPackage, 1)});
  Login(world, "ann@example.com", Edition::kStandard);
  world.Ask<MobileAnsweringReply>(
      SetMobileAnswering{.email = Email("bob@example.com"), .mode = MobileAnswering::kAlways});
  world.Ask<RegisterPhoneReply>(RegisterPhone{.id = PhoneId("desk-1"), .ttl = absl::Hours(1)});
  world.NewChanges();

  const ApplicationView deleted = world.Ask<ApplicationReply>(DeleteApplication{}).application;
  EXPECT_EQ(deleted.delete_time, world.now());
  const std::vector<Change> changes = world.NewChanges();
  const auto ended = World::Only<SessionEnded>(changes);
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended.front().reason, EndReason::kApplicationDeleted);
  const auto offline = World::Only<PhoneOffline>(changes);
  ASSERT_EQ(offline.size(), 1u);
  EXPECT_EQ(offline.front().reason, EndReason::kApplicationDeleted);
  EXPECT_TRUE(std::holds_alternative<ApplicationDeleted>(changes.back().payload));
  EXPECT_TRUE(world.application().sessions.empty());
  EXPECT_TRUE(world.application().phones.empty());

  const ApplicationView back = world.Ask<ApplicationReply>(UndeleteApplication{}).application;
  EXPECT_FALSE(back.delete_time.has_value());
  const Agent* ann = world.application().Find(Email("ann@example.com"));
  ASSERT_NE(ann, nullptr);
  EXPECT_FALSE(ann->active());
  const Agent* bob = world.application().Find(Email("bob@example.com"));
  ASSERT_NE(bob, nullptr);
  EXPECT_EQ(bob->mobile_answering, MobileAnswering::kAlways);
  EXPECT_TRUE(world.application().sessions.empty());
  EXPECT_TRUE(world.application().phones.empty());
  world.ExpectReplayGivesTheSameState();
}

TEST(DecideApplication, ItsTermsRunOnWhileItIsDeleted) {  // R4
  World world;
  world.WithApplication();
  world.Ask<ApplicationReply>(DeleteApplication{});
  world.AdvanceTo(At("2026-11-20T09:00:00Z"));
  world.Ask<ApplicationReply>(UndeleteApplication{});
  EXPECT_EQ(world.application().pool(LicenseKind::kAgent, Edition::kStandard).total, 0);
  // R3: the trial does not start again.
  EXPECT_EQ(World::Only<TrialStarted>(world.changes()).size(), 1u);
}

TEST(DecideApplication, DeletionAndUndeletionAreRefused) {  // R31
  World world;
  world.WithApplication();
  EXPECT_EQ(world.Refused<ResourceNotFound>(DeleteApplication{}, App("sales")).resource,
            "accounts/acme/applications/sales");
  EXPECT_EQ(world.Refused<WrongState>(UndeleteApplication{}).state, "ACTIVE");
  world.Ask<ApplicationReply>(DeleteApplication{});
  const auto deleted = world.Refused<WrongState>(DeleteApplication{});
  EXPECT_EQ(deleted.state, "DELETED");
  EXPECT_EQ(deleted.resource, "accounts/acme/applications/support");
  EXPECT_EQ(world.Refused<ApplicationIsDeleted>(UpdateApplication{.display_name = "x"}).application,
            "accounts/acme/applications/support");
  EXPECT_TRUE(world.Ask<ApplicationReply>(GetApplication{}).application.delete_time.has_value());
}

TEST(DecideApplication, TheListIsByNameInPages) {
  World world;
  WithAccount(world);
  for (const char* id : {"support", "billing", "sales", "claims"}) Create(world, id);
  using Ids = std::vector<std::string>;
  EXPECT_EQ(Listed(world, {.limit = 10}), (Ids{"billing", "claims", "sales", "support"}));
  EXPECT_EQ(Listed(world, {.limit = 2}), (Ids{"billing", "claims"}));
  EXPECT_TRUE(world.Ask<ApplicationsReply>(ListApplications{.limit = 2}, kAcme).more);
  EXPECT_EQ(Listed(world, {.after = ApplicationId("claims"), .limit = 2}),
            (Ids{"sales", "support"}));
  EXPECT_FALSE(world
                   .Ask<ApplicationsReply>(
                       ListApplications{.after = ApplicationId("claims"), .limit = 2}, kAcme)
                   .more);
  // Of a name that is gone the list goes on behind where it would be.
  EXPECT_EQ(Listed(world, {.after = ApplicationId("cobra"), .limit = 1}), (Ids{"sales"}));
}

TEST(DecideApplication, TheListShowsDeletedOnesOnRequest) {
  World world;
  WithAccount(world);
  for (const char* id : {"support", "billing"}) Create(world, id);
  world.Ask<ApplicationReply>(DeleteApplication{}, App("support"));
  using Ids = std::vector<std::string>;
  EXPECT_EQ(Listed(world, {.limit = 1}), (Ids{"billing"}));
  EXPECT_FALSE(world.Ask<ApplicationsReply>(ListApplications{.limit = 1}, kAcme).more);
  EXPECT_EQ(Listed(world, {.limit = 2, .show_deleted = true}), (Ids{"billing", "support"}));
}

}  // namespace
}  // namespace usher::entitlement
