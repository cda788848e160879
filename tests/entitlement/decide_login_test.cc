#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/agents.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::BindAndLeave;
using testing::BindAndStay;
using testing::Buy;
using testing::Elsewhere;
using testing::ExpectSame;
using testing::Item;
using testing::KindsOf;
using testing::kPremiumPackage;
using testing::LicenseNow;
using testing::LogIn;
using testing::LoginOf;
using testing::ReasonOf;
using testing::SessionNow;
using testing::World;

// World starts on Monday the 2nd of November, 09:00 UTC, with a trial of 3 STANDARD licenses.
constexpr char kTrialEnd[] = "2026-11-16T09:00:00Z";
constexpr auto kAlways = MobileAnswering::kAlways;

TEST(DecideLogin, BindsAnIdleLicenseAndOccupiesIt) {  // R12
  World world;
  world.WithApplication();
  world.Advance(absl::Seconds(1));
  world.NewChanges();
  const StartSessionReply login = LogIn(world, "anna", {.ttl = absl::Minutes(2)});

  EXPECT_TRUE(login.newly_bound);
  EXPECT_EQ(login.license.id, LicenseId(1));
  EXPECT_EQ(login.license.state, LicenseState::kInUse);
  EXPECT_EQ(login.license.holder, "anna@acme.example");
  EXPECT_EQ(login.license.bind_time, world.now());
  EXPECT_EQ(login.session.id, SessionId(1));
  EXPECT_EQ(login.session.state, SessionState::kActive);
  EXPECT_EQ(login.session.expire_time, world.now() + absl::Minutes(2));

  const std::vector<Change> changes = world.NewChanges();
  ASSERT_EQ(KindsOf(changes), (KindsOf<LicenseBound, SessionStarted>()));
  EXPECT_EQ(login.session.revision, changes[1].revision);
  EXPECT_EQ(std::get<SessionStarted>(changes[1].payload).license, LicenseId(1));
}

TEST(DecideLogin, AnswersTheStateThatItLeaves) {  // R30
  World world;
  world.WithApplication();
  const StartSessionReply login = LogIn(world, "anna", {.ttl = absl::Minutes(2)});
  ExpectSame(login.session, SessionNow(world, login.session.id));
  ExpectSame(login.license, LicenseNow(world, login.license.id));

  world.Advance(absl::Minutes(1));
  const StartSessionReply again = LogIn(world, "anna", {.ttl = absl::Minutes(3)});
  ExpectSame(again.session, SessionNow(world, again.session.id));
  ExpectSame(again.license, LicenseNow(world, again.license.id));

  const StartSessionReply taken = LogIn(world, "anna", {.client = "other"});
  ExpectSame(taken.session, SessionNow(world, taken.session.id));
  ExpectSame(taken.license, LicenseNow(world, taken.license.id));
  world.ExpectReplayGivesTheSameState();
}

TEST(DecideLogin, EveryChannelOccupiesAndAllShareOneLicense) {  // R12
  World world;
  world.WithApplication();
  std::vector<SessionId> sessions;
  for (const Channel channel : kChannels) {
    const StartSessionReply login = LogIn(world, "anna", {.channel = channel});
    EXPECT_EQ(login.license.id, LicenseId(1));
    EXPECT_EQ(login.newly_bound, sessions.empty());
    sessions.push_back(login.session.id);
  }
  EXPECT_THAT(sessions, ::testing::ElementsAre(SessionId(1), SessionId(2), SessionId(3)));
  EXPECT_EQ(world.application().sessions.size(), 3U);
  EXPECT_EQ(world.application().pool(LicenseKind::kAgent, Edition::kStandard).in_use, 1);
}

TEST(DecideLogin, TheSameEmailInTwoApplicationsTakesTwoLicenses) {  // R11
  World world;
  world.WithApplication();
  world.Ask<ApplicationReply>(CreateApplication{ApplicationId("sales"), "Sales"},
                              Elsewhere("acme", ""));
  LogIn(world, "anna");
  const auto sales = world.Ask<StartSessionReply>(LoginOf("anna"), Elsewhere("acme", "sales"));
  EXPECT_TRUE(sales.newly_bound);
  EXPECT_EQ(world.application("acme", "support").agents.size(), 1U);
  EXPECT_EQ(world.application("acme", "sales").agents.size(), 1U);
}

TEST(DecideLogin, LogoutKeepsTheBindingForTheNextLogin) {  // R14
  World world;
  world.WithApplication();
  const LicenseId license = BindAndLeave(world, "anna");
  BindAndLeave(world, "ben");
  EXPECT_EQ(LicenseNow(world, license).state, LicenseState::kBound);
  const StartSessionReply again = LogIn(world, "anna");
  EXPECT_EQ(again.license.id, license);
  EXPECT_FALSE(again.newly_bound);
}

TEST(DecideLogin, TheSameClientGetsItsSessionBackRenewed) {  // R15
  World world;
  world.WithApplication();
  const StartSessionReply first = LogIn(world, "anna", {.ttl = absl::Minutes(2)});
  world.Advance(absl::Minutes(1));
  world.NewChanges();
  const StartSessionReply again = LogIn(world, "anna", {.ttl = absl::Minutes(2)});
  EXPECT_EQ(again.session.id, first.session.id);
  EXPECT_EQ(again.session.revision, first.session.revision);
  EXPECT_EQ(again.session.start_time, first.session.start_time);
  EXPECT_EQ(again.session.expire_time, world.now() + absl::Minutes(2));
  EXPECT_FALSE(again.newly_bound);
  EXPECT_EQ(KindsOf(world.NewChanges()), KindsOf<SessionRenewed>());
}

TEST(DecideLogin, AnotherTtlOfTheSameClientIsKeptDurably) {  // R30
  World world;
  world.WithApplication();
  LogIn(world, "anna", {.ttl = absl::Minutes(2)});
  world.NewChanges();
  const StartSessionReply again = LogIn(world, "anna", {.ttl = absl::Minutes(5)});
  EXPECT_EQ(again.session.ttl, absl::Minutes(5));
  EXPECT_EQ(KindsOf(world.NewChanges()), (KindsOf<SessionTtlChanged, SessionRenewed>()));
  world.SleepServerDown(absl::Minutes(4));
  EXPECT_EQ(SessionNow(world, again.session.id).expire_time, world.now() + absl::Minutes(5));
}

TEST(DecideLogin, SecondClientOnTheChannelTakesItOver) {  // R15
  World world;
  world.WithApplication();
  const StartSessionReply first = LogIn(world, "anna");
  const StartSessionReply elsewhere = LogIn(world, "anna", {.channel = Channel::kSdk});
  world.NewChanges();
  const StartSessionReply second = LogIn(world, "anna", {.client = "other"});

  EXPECT_EQ(second.session.id, SessionId(3));
  EXPECT_GT(second.session.revision, first.session.revision);
  EXPECT_EQ(second.license.id, first.license.id);
  EXPECT_FALSE(second.newly_bound);
  const std::vector<Change> changes = world.NewChanges();
  ASSERT_EQ(KindsOf(changes), (KindsOf<SessionEnded, SessionStarted>()));
  const auto& ended = std::get<SessionEnded>(changes[0].payload);
  EXPECT_EQ(ended.id, first.session.id);
  EXPECT_EQ(ended.reason, EndReason::kSuperseded);
  EXPECT_LT(changes[0].revision, changes[1].revision);
  EXPECT_EQ(SessionNow(world, elsewhere.session.id).state, SessionState::kActive);
}

TEST(DecideLogin, TheTtlIsBroughtIntoItsBounds) {  // R15
  struct Case {
    absl::Duration requested;
    absl::Duration granted;
  };
  const Case cases[] = {
      {absl::ZeroDuration(), absl::Seconds(60)}, {absl::Microseconds(1), absl::Seconds(10)},
      {absl::Seconds(10), absl::Seconds(10)},    {absl::Seconds(90), absl::Seconds(90)},
      {absl::Hours(1), absl::Hours(1)},          {absl::Hours(2), absl::Hours(1)},
  };
  World world;
  world.WithApplication();
  for (const Case& row : cases) {
    SCOPED_TRACE(absl::FormatDuration(row.requested));
    const StartSessionReply login = LogIn(world, "anna", {.ttl = row.requested});
    EXPECT_EQ(login.session.ttl, row.granted);
    EXPECT_EQ(login.session.expire_time, world.now() + row.granted);
  }
}

TEST(DecideLogin, ALicenseIsExpiredAtTheInstantOfItsExpiry) {  // R2
  World world;
  world.WithApplication();
  world.AdvanceTo(At(kTrialEnd) - absl::Microseconds(1));
  BindAndLeave(world, "anna");
  world.Advance(absl::Microseconds(1));
  EXPECT_EQ(ReasonOf(world.Run(LoginOf("anna"))), "LICENSE_EXPIRED");
  EXPECT_EQ(ReasonOf(world.Run(LoginOf("ben"))), "NO_IDLE_LICENSE");
}

struct RefusalCase {
  std::string name;
  std::function<void(World&)> arrange;
  StartSession command;
  Target target;
  std::string reason;
};

// One row for each refusal, in the order of precedence; each row but the first also has what would
// be refused by the next one.
std::vector<RefusalCase> RefusalCases() {
  const auto expired_and_nothing_idle = [](World& world) {
    BindAndLeave(world, "anna");
    world.AdvanceTo(At(kTrialEnd));
  };
  const auto and_deleted = [=](World& world) {
    expired_and_nothing_idle(world);
    world.Ask<ApplicationReply>(DeleteApplication{});
  };
  const auto nothing_idle = [](World& world) {
    for (const char* name : {"ben", "carl", "dora"}) BindAndLeave(world, name);
  };
  return {
      {"no such account", and_deleted, LoginOf("anna"), Elsewhere("acne", "support"),
       "RESOURCE_NOT_FOUND"},
      {"no such application", and_deleted, LoginOf("anna"), Elsewhere("acme", "suport"),
       "RESOURCE_NOT_FOUND"},
      {"deleted", and_deleted, LoginOf("anna"), World::Support(), "APPLICATION_DELETED"},
      {"expired", expired_and_nothing_idle, LoginOf("anna"), World::Support(), "LICENSE_EXPIRED"},
      {"none idle", nothing_idle, LoginOf("anna"), World::Support(), "NO_IDLE_LICENSE"},
      {"none idle of the edition", [](World&) {}, LoginOf("anna", {.edition = Edition::kPremium}),
       World::Support(), "NO_IDLE_LICENSE"},
      {"one idle", [](World&) {}, LoginOf("anna"), World::Support(), "OK"},
  };
}

TEST(DecideLogin, RefusesInTheOrderOfPrecedence) {  // R31
  for (const RefusalCase& row : RefusalCases()) {
    SCOPED_TRACE(row.name);
    World world;
    world.WithApplication();
    row.arrange(world);
    EXPECT_EQ(ReasonOf(world.Run(row.command, row.target)), row.reason);
  }
}

TEST(DecideLogin, ARefusalChangesNothingButTheDenialCounter) {  // R17
  struct Case {
    std::optional<Edition> requested;
    Edition counted;
  };
  const Case cases[] = {{std::nullopt, Edition::kStandard},
                        {Edition::kStandard, Edition::kStandard},
                        {Edition::kPremium, Edition::kPremium}};
  for (const bool expired : {false, true}) {
    for (const Case& row : cases) {
      World world;
      world.WithApplication();
      for (const char* name : {"ben", "carl", "dora"}) BindAndLeave(world, name);
      if (expired) world.AdvanceTo(At(kTrialEnd));
      Application before = world.application();
      world.NewChanges();
      const Outcome outcome =
          world.Run(LoginOf(expired ? "ben" : "anna", {.edition = row.requested}));
      // Whose license has not expired is served, whatever edition is asked for.
      ASSERT_EQ(ReasonOf(outcome), expired ? "LICENSE_EXPIRED" : "NO_IDLE_LICENSE");
      const std::vector<Change> changes = world.NewChanges();
      ASSERT_EQ(KindsOf(changes), KindsOf<DenialCounted>());
      const auto& counted = std::get<DenialCounted>(changes[0].payload);
      EXPECT_EQ(counted.kind, LicenseKind::kAgent);
      EXPECT_EQ(counted.edition, row.counted);
      ++before.usage.pools[IndexOf(LicenseKind::kAgent)][IndexOf(row.counted)].denials;
      EXPECT_TRUE(SameState(before, world.application()));
    }
  }
}

TEST(DecideLogin, NoIdleLicenseTellsTheFiguresOfThePoolsThatMayServe) {
  World world;
  world.WithApplication();
  Buy(world, {Item(kPremiumPackage, 1)}, 2);
  BindAndLeave(world, "ben");
  BindAndStay(world, "carl");
  BindAndStay(world, "dora");
  for (const char* name : {"ed", "fay", "gus"}) BindAndStay(world, name, Edition::kPremium);
  testing::Reset(world);
  BindAndLeave(world, "ben");

  const auto any = world.Refused<NoIdleLicense>(LoginOf("anna"));
  EXPECT_EQ(any.kind, LicenseKind::kAgent);
  EXPECT_EQ(any.edition, std::nullopt);
  EXPECT_EQ(any.total, 6);
  EXPECT_EQ(any.held, 6);
  EXPECT_EQ(any.in_use, 5);
  EXPECT_EQ(any.resets_left, 3);
  EXPECT_EQ(any.next_expire_time, At(kTrialEnd));
  EXPECT_EQ(any.relief_time, world.now());

  const auto premium =
      world.Refused<NoIdleLicense>(LoginOf("anna", {.edition = Edition::kPremium}));
  EXPECT_EQ(premium.edition, Edition::kPremium);
  EXPECT_EQ(premium.total, 3);
  EXPECT_EQ(premium.held, 3);
  EXPECT_EQ(premium.in_use, 3);
  EXPECT_EQ(premium.next_expire_time, At("2027-01-02T09:00:00Z"));
  EXPECT_EQ(premium.relief_time, std::nullopt);
}

TEST(DecideLogin, NoIdleLicenseOfAnEmptyPoolHasNoTimes) {
  World world;
  world.WithApplication();
  const auto refusal =
      world.Refused<NoIdleLicense>(LoginOf("anna", {.edition = Edition::kPremium}));
  EXPECT_EQ(refusal.total, 0);
  EXPECT_EQ(refusal.next_expire_time, std::nullopt);
  EXPECT_EQ(refusal.relief_time, std::nullopt);
}

}  // namespace
}  // namespace usher::entitlement
