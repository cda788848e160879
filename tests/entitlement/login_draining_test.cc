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
using testing::ExpectSame;
using testing::Item;
using testing::KindsOf;
using testing::kPremiumPackage;
using testing::kStandardPackage;
using testing::LicenseNow;
using testing::LogIn;
using testing::LoginOf;
using testing::ReasonOf;
using testing::SessionNow;
using testing::World;

// World starts on Monday the 2nd of November, 09:00 UTC, with a trial of 3 STANDARD licenses.
constexpr char kTrialEnd[] = "2026-11-16T09:00:00Z";

// Ben, Carl and Dora hold the trial's licenses and go on when it ends; Ben with a session on WEB.
StartSessionReply LetTheTrialRunOutUnder(World& world) {
  BindAndStay(world, "carl");
  BindAndStay(world, "dora");
  BindAndStay(world, "ben");
  world.AdvanceTo(At(kTrialEnd) - absl::Minutes(1));
  StartSessionReply ben = LogIn(world, "ben");
  world.AdvanceTo(At(kTrialEnd));
  return ben;
}

TEST(DecideLogin, AHolderOfAnExpiredLicenseTakesAnIdleOneAndLeavesTheOldRecord) {  // R16
  World world;
  world.WithApplication();
  const LicenseId old = BindAndLeave(world, "anna");
  world.AdvanceTo(At(kTrialEnd));
  const auto refusal = world.Refused<LicenseExpired>(LoginOf("anna"));
  EXPECT_EQ(refusal.license, old);
  EXPECT_EQ(refusal.expire_time, At(kTrialEnd));

  Buy(world, {Item(kStandardPackage, 1)});
  world.NewChanges();
  const StartSessionReply login = LogIn(world, "anna");
  EXPECT_TRUE(login.newly_bound);
  EXPECT_NE(login.license.id, old);
  EXPECT_EQ(login.session.state, SessionState::kActive);
  const std::vector<Change> changes = world.NewChanges();
  ASSERT_EQ(KindsOf(changes), (KindsOf<LicenseReleased, LicenseBound, SessionStarted>()));
  EXPECT_EQ(std::get<LicenseReleased>(changes[0].payload).cause, ReleaseCause::kMoved);
  EXPECT_EQ(std::get<LicenseBound>(changes[1].payload).moved_from, old);
  EXPECT_EQ(LicenseNow(world, old).holder, "");
}

TEST(DecideLogin, AClientThatDrainsGetsItsSessionBackDraining) {  // R16
  World world;
  world.WithApplication();
  const StartSessionReply before = LetTheTrialRunOutUnder(world);
  world.Advance(absl::Minutes(1));
  world.NewChanges();
  const StartSessionReply again = LogIn(world, "ben");
  EXPECT_EQ(again.session.id, before.session.id);
  EXPECT_EQ(again.session.state, SessionState::kDraining);
  EXPECT_EQ(again.session.drain_deadline, At(kTrialEnd) + absl::Minutes(5));
  EXPECT_EQ(again.license.state, LicenseState::kExpired);
  EXPECT_FALSE(again.newly_bound);
  EXPECT_EQ(KindsOf(world.NewChanges()), KindsOf<SessionRenewed>());
  ExpectSame(again.session, SessionNow(world, again.session.id));
  ExpectSame(again.license, LicenseNow(world, again.license.id));
}

TEST(DecideLogin, WhoeverDrainsStartsNothingNew) {  // R16
  World world;
  world.WithApplication();
  LetTheTrialRunOutUnder(world);
  EXPECT_EQ(ReasonOf(world.Run(LoginOf("ben", {.client = "other"}))), "LICENSE_EXPIRED");
  EXPECT_EQ(ReasonOf(world.Run(LoginOf("ben", {.channel = Channel::kSdk}))), "LICENSE_EXPIRED");
  EXPECT_EQ(ReasonOf(world.Run(LoginOf("anna"))), "NO_IDLE_LICENSE");
  world.Advance(absl::Minutes(5));
  EXPECT_EQ(ReasonOf(world.Run(LoginOf("ben"))), "LICENSE_EXPIRED");
}

TEST(DecideLogin, ADrainingAgentGoesOnWithAnIdleLicenseOfAnotherEdition) {  // R16
  World world;
  world.WithApplication();
  const StartSessionReply web = LetTheTrialRunOutUnder(world);
  // Settling looks in the pool of the expired license only, so PREMIUM waits for a login.
  Buy(world, {Item(kPremiumPackage, 1)});
  EXPECT_EQ(SessionNow(world, web.session.id).state, SessionState::kDraining);
  EXPECT_EQ(ReasonOf(world.Run(LoginOf("ben", {.client = "x", .edition = Edition::kStandard}))),
            "LICENSE_EXPIRED");

  world.NewChanges();
  const StartSessionReply sdk = LogIn(world, "ben", {.channel = Channel::kSdk});
  EXPECT_EQ(sdk.license.edition, Edition::kPremium);
  EXPECT_EQ(sdk.session.state, SessionState::kActive);
  EXPECT_TRUE(sdk.newly_bound);
  const std::vector<Change> changes = world.NewChanges();
  ASSERT_EQ(KindsOf(changes), (KindsOf<LicenseReleased, LicenseBound, AgentDrainChanged,
                                       SessionDraining, SessionStarted>()));
  const auto& revived = std::get<SessionDraining>(changes[3].payload);
  EXPECT_EQ(revived.id, web.session.id);
  EXPECT_FALSE(revived.draining);
  EXPECT_EQ(SessionNow(world, web.session.id).state, SessionState::kActive);
  ExpectSame(sdk.license, LicenseNow(world, sdk.license.id));
  world.Advance(absl::Minutes(6));
  EXPECT_EQ(SessionNow(world, web.session.id).state, SessionState::kActive);
}

TEST(DecideLogin, ATakeoverThatMovesTellsTheTakenSessionOnlyThatItEnds) {  // R15, R16
  World world;
  world.WithApplication();
  const StartSessionReply web = LetTheTrialRunOutUnder(world);
  Buy(world, {Item(kPremiumPackage, 1)});
  world.NewChanges();
  const StartSessionReply taken = LogIn(world, "ben", {.client = "other"});
  EXPECT_EQ(taken.session.state, SessionState::kActive);
  const std::vector<Change> changes = world.NewChanges();
  ASSERT_EQ(
      KindsOf(changes),
      (KindsOf<LicenseReleased, LicenseBound, AgentDrainChanged, SessionEnded, SessionStarted>()));
  EXPECT_EQ(std::get<SessionEnded>(changes[3].payload).id, web.session.id);
  world.ExpectReplayGivesTheSameState();
}

TEST(DecideLogin, TheSameClientMovesTooAndIsActiveAgain) {  // R15, R16
  World world;
  world.WithApplication();
  const StartSessionReply web = LetTheTrialRunOutUnder(world);
  Buy(world, {Item(kPremiumPackage, 1)});
  world.NewChanges();
  const StartSessionReply again = LogIn(world, "ben");
  EXPECT_EQ(again.session.id, web.session.id);
  EXPECT_EQ(again.session.state, SessionState::kActive);
  EXPECT_EQ(again.session.license, again.license.id);
  EXPECT_TRUE(again.newly_bound);
  EXPECT_EQ(KindsOf(world.NewChanges()), (KindsOf<LicenseReleased, LicenseBound, AgentDrainChanged,
                                                  SessionDraining, SessionRenewed>()));
  ExpectSame(again.session, SessionNow(world, again.session.id));
}

}  // namespace
}  // namespace usher::entitlement
