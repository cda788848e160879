// Settle: who moves, who drains and who is served again when licenses expire and come free.
#include "entitlement/decide.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/by_hand.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::ByHand;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kAgent;
using testing::kPremium;
using testing::kSip;
using testing::kStandard;
using testing::Words;
using testing::World;

constexpr absl::Duration kTerm = absl::Minutes(30);
constexpr absl::Duration kLonger = absl::Hours(10);
// Of leases that are not to end before the test does.
constexpr absl::Duration kShift = absl::Hours(8);

TEST(Settle, HoldersMoveInTheOrderOfLicenseIdToTheLatestToExpireFirst) {  // R16, R13
  ByHand acme;
  acme.Grant(kAgent, kStandard, kTerm, 2);
  const LicenseId late = acme.Grant(kAgent, kStandard, kLonger);
  const LicenseId latest = acme.Grant(kAgent, kStandard, kLonger + kLonger);
  acme.Bind(LicenseId(2), "ann@acme.com");
  acme.Bind(LicenseId(1), "ben@acme.com");
  acme.Login("ann@acme.com", Channel::kWeb, kShift);
  acme.Login("ben@acme.com", Channel::kWeb, kShift);
  const std::vector<Change> changes = acme.Advance(kTerm);
  EXPECT_THAT(Words(changes), ElementsAre("LicensesExpired", "LicenseReleased", "LicenseBound",
                                          "LicenseReleased", "LicenseBound"));
  EXPECT_EQ(acme.agent("ben@acme.com").license, latest);
  EXPECT_EQ(acme.agent("ann@acme.com").license, late);
  const auto bound = World::Only<LicenseBound>(changes);
  EXPECT_EQ(bound[0].moved_from, LicenseId(1));
  EXPECT_EQ(bound[1].moved_from, LicenseId(2));
  EXPECT_EQ(World::Only<LicenseReleased>(changes)[0].cause, ReleaseCause::kMoved);
  EXPECT_EQ(acme.application.sessions.size(), 2u);
}

TEST(Settle, WhereOneLicenseIsIdleTheLowestLicenseIdIsServed) {  // R16
  ByHand acme;
  acme.Grant(kAgent, kStandard, kTerm, 2);
  const LicenseId spare = acme.Grant(kAgent, kStandard, kLonger);
  acme.Bind(LicenseId(2), "ann@acme.com");
  acme.Bind(LicenseId(1), "ben@acme.com");
  acme.Login("ann@acme.com", Channel::kSdk, kShift);
  acme.Login("ann@acme.com", Channel::kWeb, kShift);
  acme.Login("ben@acme.com", Channel::kWeb, kShift);
  const std::vector<Change> changes = acme.Advance(kTerm);
  EXPECT_EQ(acme.agent("ben@acme.com").license, spare);
  EXPECT_EQ(acme.agent("ann@acme.com").license, LicenseId(2));
  EXPECT_EQ(acme.agent("ann@acme.com").drain_deadline, acme.now + absl::Minutes(5));
  // Each session is told, in the order of the channels.
  const auto told = World::Only<SessionDraining>(changes);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].id, SessionId(2));
  EXPECT_EQ(told[1].id, SessionId(1));
  EXPECT_TRUE(told[0].draining);
  EXPECT_EQ(told[0].deadline, acme.now + absl::Minutes(5));
}

TEST(Settle, WhoIsNotActiveStaysRecordedAndDoesNotMove) {  // R16
  ByHand acme;
  acme.Grant(kAgent, kStandard, kTerm);
  acme.Grant(kAgent, kStandard, kLonger);
  acme.Bind(LicenseId(1), "ann@acme.com");
  EXPECT_THAT(Words(acme.Advance(kTerm)), ElementsAre("LicensesExpired"));
  EXPECT_EQ(acme.agent("ann@acme.com").license, LicenseId(1));
  EXPECT_EQ(acme.license(LicenseId(1)).holder, "ann@acme.com");
}

TEST(Settle, MobileAnsweringAloneMovesOrDrainsLikeALogin) {  // R16
  ByHand acme;
  acme.Grant(kAgent, kStandard, kTerm);
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Do(MobileAnsweringChanged{Email("ann@acme.com"), MobileAnswering::kAlways});
  EXPECT_THAT(Words(acme.Advance(kTerm)), ElementsAre("LicensesExpired", "AgentDrainChanged"));
  acme.Grant(kAgent, kStandard, kLonger);
  EXPECT_THAT(Words(acme.SettleAll()),
              ElementsAre("LicenseReleased", "LicenseBound", "AgentDrainChanged"));
  EXPECT_EQ(acme.agent("ann@acme.com").drain_deadline, std::nullopt);
}

TEST(Settle, AnotherEditionOrKindServesNobody) {  // R16
  ByHand acme;
  acme.Grant(kAgent, kStandard, kTerm);
  acme.Grant(kAgent, kPremium, kLonger);
  acme.Grant(kSip, kStandard, kLonger);
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Login("ann@acme.com", Channel::kWeb, kShift);
  EXPECT_THAT(Words(acme.Advance(kTerm)),
              ElementsAre("LicensesExpired", "AgentDrainChanged", "SessionDraining"));
}

TEST(Settle, ALicenseThatExpiresInTheSameInstantServesNobody) {  // R16
  ByHand acme;
  acme.Grant(kAgent, kStandard, kTerm, 2);
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Login("ann@acme.com", Channel::kWeb, kShift);
  EXPECT_THAT(Words(acme.Advance(kTerm)),
              ElementsAre("LicensesExpired", "AgentDrainChanged", "SessionDraining"));
}

// A draining agent and phone, two minutes into their five.
ByHand Draining() {
  ByHand acme;
  acme.Grant(kAgent, kStandard, kTerm);
  acme.Grant(kSip, kStandard, kTerm);
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Login("ann@acme.com", Channel::kWeb, kShift);
  acme.Online("201", LicenseId(2), kShift);
  acme.Advance(kTerm);
  acme.Advance(absl::Minutes(2));
  EXPECT_TRUE(acme.agent("ann@acme.com").drain_deadline.has_value());
  EXPECT_TRUE(acme.phone("201").drain_deadline.has_value());
  return acme;
}

TEST(Settle, APurchaseServesWhoDrains) {  // R16, R21
  ByHand acme = Draining();
  const LicenseId agent_license = acme.Grant(kAgent, kStandard, kLonger);
  const LicenseId sip_license = acme.Grant(kSip, kStandard, kLonger);
  const std::vector<Change> changes = acme.SettleAll();
  EXPECT_THAT(Words(changes), ElementsAre("LicenseReleased", "LicenseBound", "AgentDrainChanged",
                                          "SessionDraining", "PhoneMoved", "PhoneDraining"));
  EXPECT_FALSE(World::Only<SessionDraining>(changes)[0].draining);
  EXPECT_EQ(acme.agent("ann@acme.com").license, agent_license);
  EXPECT_EQ(acme.agent("ann@acme.com").drain_deadline, std::nullopt);
  EXPECT_EQ(acme.phone("201").license, sip_license);
  EXPECT_EQ(acme.phone("201").drain_deadline, std::nullopt);
}

TEST(Settle, ARenewalServesWhoDrainsOnTheirOwnLicense) {  // R9, R16, R21
  ByHand acme = Draining();
  acme.Do(SubscriptionRenewed{
      .subscription = {.id = SubscriptionId(1), .expire_time = acme.now + kLonger},
      .carried = {LicenseId(1), LicenseId(2)},
      .lapsed = {}});
  EXPECT_THAT(Words(acme.SettleAll()),
              ElementsAre("AgentDrainChanged", "SessionDraining", "PhoneDraining"));
  EXPECT_EQ(acme.agent("ann@acme.com").license, LicenseId(1));
  EXPECT_EQ(acme.agent("ann@acme.com").drain_deadline, std::nullopt);
  EXPECT_EQ(acme.phone("201").drain_deadline, std::nullopt);
  EXPECT_THAT(acme.SettleAll(), IsEmpty());
}

TEST(Settle, AReleasedLicenseServesTheFirstWhoDrains) {  // R16, R18
  ByHand acme = Draining();
  const LicenseId other = acme.Grant(kAgent, kStandard, kLonger);
  acme.Bind(other, "ben@acme.com");
  EXPECT_THAT(acme.SettleAll(), IsEmpty());
  acme.Do(LicenseReleased{other, Email("ben@acme.com"), ReleaseCause::kReset});
  acme.SettleAll();
  EXPECT_EQ(acme.agent("ann@acme.com").license, other);
}

TEST(Settle, TheDeadlineStandsWhileNothingServes) {  // R16
  ByHand acme = Draining();
  const auto deadline = acme.agent("ann@acme.com").drain_deadline;
  EXPECT_THAT(acme.SettleAll(), IsEmpty());
  acme.Advance(absl::Minutes(1));
  EXPECT_EQ(acme.agent("ann@acme.com").drain_deadline, deadline);
}

TEST(Settle, WhoJoinsThoseThatDrainLeavesTheirDeadlinesAlone) {  // R16
  ByHand acme = Draining();
  const auto deadline = acme.agent("ann@acme.com").drain_deadline;
  acme.Grant(kAgent, kStandard, absl::Minutes(1));
  acme.Bind(LicenseId(3), "ben@acme.com");
  acme.Login("ben@acme.com", Channel::kWeb, kShift);
  EXPECT_THAT(Words(acme.Advance(absl::Minutes(1))),
              ElementsAre("LicensesExpired", "AgentDrainChanged", "SessionDraining"));
  EXPECT_EQ(acme.agent("ann@acme.com").drain_deadline, deadline);
  EXPECT_EQ(acme.agent("ben@acme.com").drain_deadline, acme.now + absl::Minutes(5));
}

TEST(Settle, AtTheDeadlineSessionsAndPhonesEndAndMobileAnsweringTurnsOff) {  // R16, R21
  ByHand acme = Draining();
  acme.Do(MobileAnsweringChanged{Email("ann@acme.com"), MobileAnswering::kWhenOffline});
  const std::vector<Change> changes = acme.Advance(absl::Minutes(3));
  EXPECT_THAT(Words(changes),
              ElementsAre("SessionEnded", "MobileAnsweringChanged", "PhoneOffline"));
  EXPECT_EQ(World::Only<SessionEnded>(changes)[0].reason, EndReason::kLicenseExpired);
  EXPECT_EQ(World::Only<PhoneOffline>(changes)[0].reason, EndReason::kLicenseExpired);
  EXPECT_EQ(World::Only<MobileAnsweringChanged>(changes)[0].mode, MobileAnswering::kOff);
  // The record stays for a renewal; the phone's does not.
  EXPECT_EQ(acme.license(LicenseId(1)).holder, "ann@acme.com");
  EXPECT_EQ(acme.license(LicenseId(2)).holder, "");
}

TEST(Settle, TheDeadlineCountsFromTheExpiryAlsoWhereItIsToldLate) {  // R16, R29
  ByHand acme;
  acme.Grant(kAgent, kStandard, kTerm);
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Login("ann@acme.com", Channel::kWeb, kShift);
  const absl::Time expiry = acme.now + kTerm;
  const std::vector<Change> changes = acme.Advance(absl::Hours(1));
  EXPECT_THAT(Words(changes), ElementsAre("LicensesExpired", "AgentDrainChanged", "SessionDraining",
                                          "SessionEnded"));
  EXPECT_EQ(changes[0].event_time, expiry);
  EXPECT_EQ(changes[1].event_time, expiry);
  EXPECT_EQ(World::Only<SessionDraining>(changes)[0].deadline, expiry + absl::Minutes(5));
  EXPECT_EQ(changes[3].event_time, expiry + absl::Minutes(5));
}

// The same from outside: a trial that ends while somebody works.
TEST(Expiry, AnAgentOnAnEndingTrialGoesOnAfterAPurchaseWithinTheDrainPeriod) {  // R3, R16
  World world;
  world.WithApplication();
  world.AdvanceTo(At("2026-11-16T08:59:00Z"));
  const auto login = world.Ask<StartSessionReply>(StartSession{
      .email = Email("ann@acme.com"), .client_id = ClientId("tab"), .ttl = absl::Hours(1)});
  world.Advance(absl::Minutes(3));
  auto sessions = world.Ask<SessionsReply>(ListSessions{.limit = 10}).sessions;
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].state, SessionState::kDraining);
  EXPECT_EQ(sessions[0].drain_deadline, At("2026-11-16T09:05:00Z"));
  // The client that drains gets its session back as such; a newcomer is refused.
  const auto again = world.Ask<StartSessionReply>(StartSession{
      .email = Email("ann@acme.com"), .client_id = ClientId("tab"), .ttl = absl::Hours(1)});
  EXPECT_EQ(again.session.state, SessionState::kDraining);
  const auto refused = world.Refused<LicenseExpired>(
      StartSession{.email = Email("ann@acme.com"), .client_id = ClientId("phone")});
  EXPECT_EQ(refused.license, login.license.id);
  EXPECT_EQ(refused.expire_time, At("2026-11-16T09:00:00Z"));

  world.NewChanges();
  world.Ask<OrderReply>(CreateOrder{.items = {{.product = "standard-agent-package", .quantity = 1}},
                                    .months = 1,
                                    .validate_only = false});
  EXPECT_THAT(Words(world.NewChanges()),
              ElementsAre("OrderPlaced", "SubscriptionStored", "LicensesGranted", "LicenseReleased",
                          "LicenseBound", "AgentDrainChanged", "SessionDraining"));
  sessions = world.Ask<SessionsReply>(ListSessions{.limit = 10}).sessions;
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].id, login.session.id);
  EXPECT_EQ(sessions[0].state, SessionState::kActive);
  world.ExpectReplayGivesTheSameState();
}

}  // namespace
}  // namespace usher::entitlement
