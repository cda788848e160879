#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/agents.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::BindAndStay;
using ::testing::ElementsAre;
using testing::Elsewhere;
using testing::ExpectSame;
using testing::KindsOf;
using testing::LicenseNow;
using testing::LogIn;
using testing::Mail;
using testing::ReasonOf;
using testing::World;

constexpr char kTrialEnd[] = "2026-11-16T09:00:00Z";

SessionRenewal Renew(World& world, SessionId id) {
  const auto reply = world.Ask<RenewSessionsReply>(RenewSessions{{id}});
  EXPECT_EQ(reply.renewals.size(), 1U);
  return reply.renewals.empty() ? SessionRenewal{} : reply.renewals[0];
}

std::vector<int64_t> IdsOf(const SessionsReply& reply) {
  std::vector<int64_t> ids;
  for (const SessionView& session : reply.sessions) ids.push_back(session.id.value());
  return ids;
}

TEST(DecideRenewal, AHeartbeatMovesTheLeaseAndIsNoEvent) {  // R15, R30
  World world;
  world.WithApplication();
  const SessionId id = LogIn(world, "anna", {.ttl = absl::Seconds(60)}).session.id;
  for (int i = 0; i < 5; ++i) {
    world.Advance(absl::Seconds(59));
    world.NewChanges();
    const SessionRenewal renewal = Renew(world, id);
    EXPECT_EQ(renewal.state, SessionState::kActive);
    EXPECT_EQ(renewal.expire_time, world.now() + absl::Seconds(60));
    EXPECT_EQ(renewal.end_reason, EndReason::kNone);
    EXPECT_EQ(KindsOf(world.NewChanges()), KindsOf<SessionRenewed>());
  }
  world.ExpectReplayGivesTheSameState();
}

TEST(DecideRenewal, ALeaseIsOverAtItsEnd) {  // R2, R14
  World world;
  world.WithApplication();
  const SessionId id = LogIn(world, "anna", {.ttl = absl::Seconds(60)}).session.id;
  world.Advance(absl::Seconds(60) - absl::Microseconds(1));
  EXPECT_EQ(Renew(world, id).state, SessionState::kActive);
  world.Advance(absl::Seconds(60));
  const SessionRenewal renewal = Renew(world, id);
  EXPECT_EQ(renewal.state, SessionState::kEnded);
  EXPECT_EQ(renewal.end_reason, EndReason::kLeaseExpired);
  EXPECT_EQ(renewal.expire_time, world.now());
}

TEST(DecideRenewal, AShorterTtlEndsTheLeaseSooner) {  // R15
  World world;
  world.WithApplication();
  const SessionId id = LogIn(world, "anna", {.ttl = absl::Hours(1)}).session.id;
  LogIn(world, "anna", {.ttl = absl::Seconds(10)});
  world.Advance(absl::Seconds(10));
  EXPECT_EQ(Renew(world, id).end_reason, EndReason::kLeaseExpired);
}

TEST(DecideRenewal, AnswersEachSessionByItselfInTheOrderOfTheRequest) {
  World world;
  world.WithApplication();
  const SessionId ben = LogIn(world, "ben").session.id;
  const StartSessionReply carl = LogIn(world, "carl");
  Logout(world, carl);
  const SessionId dora = LogIn(world, "dora").session.id;
  const auto reply =
      world.Ask<RenewSessionsReply>(RenewSessions{{dora, SessionId(99), carl.session.id, ben}});
  ASSERT_EQ(reply.renewals.size(), 4U);
  EXPECT_EQ(reply.renewals[0].id, dora);
  EXPECT_EQ(reply.renewals[0].state, SessionState::kActive);
  EXPECT_EQ(reply.renewals[1].id, SessionId(99));
  EXPECT_EQ(reply.renewals[1].end_reason, EndReason::kUnknown);
  EXPECT_EQ(reply.renewals[2].id, carl.session.id);
  EXPECT_EQ(reply.renewals[2].end_reason, EndReason::kLogout);
  EXPECT_EQ(reply.renewals[3].id, ben);
  EXPECT_EQ(reply.renewals[3].state, SessionState::kActive);
}

TEST(DecideRenewal, TellsWhyASessionEnded) {  // R14–R16
  struct Case {
    std::string name;
    std::function<void(World&, SessionId)> end;
    EndReason reason;
  };
  const std::vector<Case> cases = {
      {"logout", [](World& world, SessionId id) { world.Run(EndSession{.id = id}); },
       EndReason::kLogout},
      {"lease",
       [](World& world, SessionId) {
         LogIn(world, "anna", {.ttl = absl::Seconds(60)});
         world.Advance(absl::Seconds(60));
       },
       EndReason::kLeaseExpired},
      {"takeover", [](World& world, SessionId) { LogIn(world, "anna", {.client = "other"}); },
       EndReason::kSuperseded},
      {"license",
       [](World& world, SessionId) { world.AdvanceTo(At(kTrialEnd) + absl::Minutes(5)); },
       EndReason::kLicenseExpired},
      {"forced",
       [](World& world, SessionId id) { world.Run(EndSession{.id = id, .forced = true}); },
       EndReason::kForced},
      {"deleted", [](World& world, SessionId) { world.Run(DeleteApplication{}); },
       EndReason::kApplicationDeleted},
      {"forgotten",
       [](World& world, SessionId id) {
         world.Run(EndSession{.id = id});
         world.Advance(absl::Hours(1) + absl::Minutes(1));
       },
       EndReason::kUnknown},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    World world;
    world.WithApplication();
    world.AdvanceTo(At(kTrialEnd) - absl::Minutes(30));
    const SessionId id = LogIn(world, "anna").session.id;
    row.end(world, id);
    world.NewChanges();
    const SessionRenewal renewal = Renew(world, id);
    EXPECT_EQ(renewal.state, SessionState::kEnded);
    EXPECT_EQ(renewal.end_reason, row.reason);
    EXPECT_TRUE(world.NewChanges().empty());
  }
}

TEST(DecideRenewal, ADrainingSessionMayBeRenewedAndIsToldItsDeadline) {  // R16
  World world;
  world.WithApplication();
  world.AdvanceTo(At(kTrialEnd) - absl::Seconds(30));
  const SessionId id = LogIn(world, "anna", {.ttl = absl::Seconds(60)}).session.id;
  world.AdvanceTo(At(kTrialEnd));
  const SessionRenewal renewal = Renew(world, id);
  EXPECT_EQ(renewal.state, SessionState::kDraining);
  EXPECT_EQ(renewal.drain_deadline, At(kTrialEnd) + absl::Minutes(5));
  EXPECT_EQ(renewal.expire_time, world.now() + absl::Seconds(60));
}

TEST(DecideRenewal, OthersThatDrainDoNotMakeASessionDrain) {  // R16
  World world;
  world.WithApplication();
  testing::Buy(world, {testing::Item(testing::kPremiumPackage, 1)});
  BindAndStay(world, "ben", Edition::kStandard);
  world.AdvanceTo(At(kTrialEnd) - absl::Seconds(30));
  const SessionId id = LogIn(world, "anna", {.edition = Edition::kPremium}).session.id;
  world.AdvanceTo(At(kTrialEnd));
  const SessionRenewal renewal = Renew(world, id);
  EXPECT_EQ(renewal.state, SessionState::kActive);
  EXPECT_EQ(renewal.drain_deadline, std::nullopt);
}

TEST(DecideEndSession, LogsOutAndAnswersTheSessionAsItEnded) {  // R14
  World world;
  world.WithApplication();
  const StartSessionReply login = LogIn(world, "anna");
  world.Advance(absl::Minutes(1));
  world.NewChanges();
  const auto reply = world.Ask<EndSessionReply>(EndSession{.id = login.session.id, .note = "late"});
  EXPECT_EQ(reply.session.state, SessionState::kEnded);
  EXPECT_EQ(reply.session.end_reason, EndReason::kLogout);
  EXPECT_EQ(reply.session.expire_time, world.now());
  EXPECT_EQ(reply.session.license, login.license.id);
  EXPECT_EQ(reply.session.revision, login.session.revision);
  const std::vector<Change> changes = world.NewChanges();
  ASSERT_EQ(KindsOf(changes), KindsOf<SessionEnded>());
  EXPECT_EQ(std::get<SessionEnded>(changes[0].payload).note, "late");
  EXPECT_EQ(LicenseNow(world, login.license.id).state, LicenseState::kBound);
}

TEST(DecideEndSession, EndingItAgainAnswersTheSameAndChangesNothing) {
  World world;
  world.WithApplication();
  const SessionId id = LogIn(world, "anna").session.id;
  const auto first = world.Ask<EndSessionReply>(EndSession{.id = id, .forced = true});
  EXPECT_EQ(first.session.end_reason, EndReason::kForced);
  world.Advance(absl::Minutes(1));
  world.NewChanges();
  const auto again = world.Ask<EndSessionReply>(EndSession{.id = id});
  ExpectSame(again.session, first.session);
  EXPECT_TRUE(world.NewChanges().empty());
}

TEST(DecideEndSession, AForgottenSessionAnswersAsUnknown) {
  World world;
  world.WithApplication();
  const SessionId id = LogIn(world, "anna").session.id;
  world.Ask<EndSessionReply>(EndSession{.id = id});
  world.Advance(absl::Hours(1) + absl::Minutes(1));
  const auto reply = world.Ask<EndSessionReply>(EndSession{.id = id});
  EXPECT_EQ(reply.session.id, id);
  EXPECT_EQ(reply.session.state, SessionState::kEnded);
  EXPECT_EQ(reply.session.end_reason, EndReason::kUnknown);
}

TEST(DecideEndSession, RefusesInTheOrderOfPrecedence) {  // R31
  World world;
  world.WithApplication();
  const SessionId id = LogIn(world, "anna").session.id;
  EXPECT_EQ(
      world.Refused<ResourceNotFound>(EndSession{.id = id}, Elsewhere("acne", "support")).resource,
      "accounts/acne");
  EXPECT_EQ(
      world.Refused<ResourceNotFound>(EndSession{.id = id}, Elsewhere("acme", "sales")).resource,
      "accounts/acme/applications/sales");
  EXPECT_EQ(world.Refused<ResourceNotFound>(EndSession{.id = id.next()}).resource,
            "accounts/acme/applications/support/sessions/2");
  EXPECT_EQ(ReasonOf(world.Run(EndSession{.id = id})), "OK");
}

TEST(DecideEndSession, ADeletedApplicationStillRemembersWhatItEnded) {  // R4
  World world;
  world.WithApplication();
  const SessionId id = LogIn(world, "anna").session.id;
  world.Ask<ApplicationReply>(DeleteApplication{});
  const auto reply = world.Ask<EndSessionReply>(EndSession{.id = id});
  EXPECT_EQ(reply.session.end_reason, EndReason::kApplicationDeleted);
}

TEST(DecideEndSession, WhoeverEndsTheLastSessionStopsToDrain) {  // R16
  World world;
  world.WithApplication();
  world.AdvanceTo(At(kTrialEnd) - absl::Minutes(1));
  const SessionId id = LogIn(world, "anna").session.id;
  world.AdvanceTo(At(kTrialEnd));
  world.Ask<EndSessionReply>(EndSession{.id = id});
  world.NewChanges();
  world.Advance(absl::Minutes(10));
  EXPECT_TRUE(World::Only<SessionEnded>(world.NewChanges()).empty());
}

TEST(DecideListSessions, ListsLiveSessionsByIdAndTellsOfMore) {
  World world;
  world.WithApplication();
  for (const char* name : {"anna", "ben"}) {
    LogIn(world, name);
    LogIn(world, name, {.channel = Channel::kSdk});
  }
  world.Ask<EndSessionReply>(EndSession{.id = SessionId(2)});
  struct Case {
    ListSessions command;
    std::vector<int64_t> ids;
    bool more;
  };
  const std::vector<Case> cases = {
      {{.limit = 10}, {1, 3, 4}, false},
      {{.limit = 3}, {1, 3, 4}, false},
      {{.limit = 2}, {1, 3}, true},
      {{.after = SessionId(3), .limit = 2}, {4}, false},
      {{.after = SessionId(4), .limit = 2}, {}, false},
      {{.email = Mail("ben"), .limit = 10}, {3, 4}, false},
      {{.email = Mail("ben"), .limit = 1}, {3}, true},
      {{.email = Mail("ben"), .after = SessionId(3), .limit = 1}, {4}, false},
      {{.email = Mail("carl"), .limit = 10}, {}, false},
      {{.channel = Channel::kWeb, .limit = 1}, {1}, true},
      {{.channel = Channel::kWeb, .after = SessionId(1), .limit = 1}, {3}, false},
      {{.email = Mail("ben"), .channel = Channel::kSdk, .limit = 1}, {4}, false},
      {{.channel = Channel::kMonitor, .limit = 1}, {}, false},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(i);
    const auto reply = world.Ask<SessionsReply>(cases[i].command);
    EXPECT_EQ(IdsOf(reply), cases[i].ids);
    EXPECT_EQ(reply.more, cases[i].more);
  }
}

}  // namespace
}  // namespace usher::entitlement
