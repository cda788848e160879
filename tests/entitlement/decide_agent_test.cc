#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/agents.h"

namespace usher::entitlement {
namespace {

using testing::AgentNow;
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
using testing::Mail;
using testing::ReasonOf;
using testing::SetMobile;
using testing::World;

constexpr char kTrialEnd[] = "2026-11-16T09:00:00Z";
constexpr auto kOff = MobileAnswering::kOff;
constexpr auto kWhenOffline = MobileAnswering::kWhenOffline;
constexpr auto kAlways = MobileAnswering::kAlways;

SetMobileAnswering MobileOf(const std::string& name, MobileAnswering mode,
                            std::optional<Edition> edition = std::nullopt) {
  return {.email = Mail(name), .mode = mode, .edition = edition};
}

// ---- Mobile answering ---------------------------------------------------------------------------

TEST(DecideMobileAnswering, TurningItOnOccupiesALicense) {  // R12
  World world;
  world.WithApplication();
  world.Advance(absl::Seconds(1));
  world.NewChanges();
  const MobileAnsweringReply reply = SetMobile(world, "anna", kWhenOffline);
  EXPECT_TRUE(reply.newly_bound);
  EXPECT_EQ(reply.agent.mobile_answering, kWhenOffline);
  EXPECT_EQ(reply.agent.license->state, LicenseState::kInUse);
  EXPECT_EQ(KindsOf(world.NewChanges()), (KindsOf<LicenseBound, MobileAnsweringChanged>()));
  ExpectSame(reply.agent, AgentNow(world, "anna"));
  ExpectSame(*reply.agent.license, LicenseNow(world, reply.agent.license->id));
}

TEST(DecideMobileAnswering, TurningItOffKeepsTheBinding) {  // R12
  World world;
  world.WithApplication();
  const LicenseId license = BindAndStay(world, "anna");
  world.Advance(absl::Minutes(1));
  const MobileAnsweringReply reply = SetMobile(world, "anna", kOff);
  EXPECT_FALSE(reply.newly_bound);
  EXPECT_EQ(reply.agent.license->id, license);
  EXPECT_EQ(reply.agent.license->state, LicenseState::kBound);
  EXPECT_EQ(reply.agent.last_active_time, world.now());
  ExpectSame(reply.agent, AgentNow(world, "anna"));
  EXPECT_FALSE(SetMobile(world, "anna", kAlways).newly_bound);
}

TEST(DecideMobileAnswering, SaysNothingWhereNothingChanges) {
  struct Case {
    std::string name;
    std::optional<MobileAnswering> before;
    MobileAnswering asked;
    std::vector<size_t> changes;
  };
  const std::vector<size_t> changed = KindsOf<MobileAnsweringChanged>();
  const std::vector<Case> cases = {
      {"off, unknown email", std::nullopt, kOff, {}},
      {"off, was off", kOff, kOff, {}},
      {"the same mode", kAlways, kAlways, {}},
      {"the other mode", kAlways, kWhenOffline, changed},
      {"and back", kWhenOffline, kAlways, changed},
      {"off, was on", kWhenOffline, kOff, changed},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    World world;
    world.WithApplication();
    if (row.before.has_value()) {
      LogIn(world, "anna");
      SetMobile(world, "anna", *row.before);
    }
    world.Advance(absl::Minutes(1));
    world.NewChanges();
    const MobileAnsweringReply reply = SetMobile(world, "anna", row.asked);
    EXPECT_EQ(KindsOf(world.NewChanges()), row.changes);
    EXPECT_EQ(reply.agent.mobile_answering, row.asked);
    EXPECT_EQ(reply.agent.license.has_value(), row.before.has_value());
    EXPECT_FALSE(reply.newly_bound);
    if (row.before.has_value()) ExpectSame(reply.agent, AgentNow(world, "anna"));
  }
}

TEST(DecideMobileAnswering, SharesTheLicenseOfTheChannels) {  // R12
  World world;
  world.WithApplication();
  const LicenseId license = LogIn(world, "anna").license.id;
  const MobileAnsweringReply reply = SetMobile(world, "anna", kAlways, Edition::kPremium);
  EXPECT_EQ(reply.agent.license->id, license);
  EXPECT_EQ(reply.agent.sessions.size(), 1U);
  ExpectSame(reply.agent, AgentNow(world, "anna"));
}

TEST(DecideMobileAnswering, RefusesInTheOrderOfPrecedence) {  // R31
  struct Case {
    std::string name;
    std::function<void(World&)> arrange;
    SetMobileAnswering command;
    Target target;
    std::string reason;
  };
  const auto expire = [](World& world) {
    BindAndLeave(world, "anna");
    world.AdvanceTo(At(kTrialEnd));
  };
  const auto and_delete = [=](World& world) {
    expire(world);
    world.Ask<ApplicationReply>(DeleteApplication{});
  };
  const auto fill = [](World& world) {
    for (const char* name : {"ben", "carl", "dora"}) BindAndLeave(world, name);
  };
  const std::vector<Case> cases = {
      {"no account", and_delete, MobileOf("anna", kAlways), Elsewhere("acne", "support"),
       "RESOURCE_NOT_FOUND"},
      {"no application", and_delete, MobileOf("anna", kAlways), Elsewhere("acme", "sales"),
       "RESOURCE_NOT_FOUND"},
      {"deleted", and_delete, MobileOf("anna", kAlways), World::Support(), "APPLICATION_DELETED"},
      {"deleted, off too", and_delete, MobileOf("anna", kOff), World::Support(),
       "APPLICATION_DELETED"},
      {"expired", expire, MobileOf("anna", kAlways), World::Support(), "LICENSE_EXPIRED"},
      {"none idle", fill, MobileOf("anna", kAlways), World::Support(), "NO_IDLE_LICENSE"},
      {"none idle of the edition", [](World&) {}, MobileOf("anna", kAlways, Edition::kPremium),
       World::Support(), "NO_IDLE_LICENSE"},
      {"expired, off", expire, MobileOf("anna", kOff), World::Support(), "OK"},
      {"none idle, off", fill, MobileOf("anna", kOff), World::Support(), "OK"},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    World world;
    world.WithApplication();
    row.arrange(world);
    world.Advance(absl::Seconds(1));
    world.NewChanges();
    const Outcome outcome = world.Run(row.command, row.target);
    EXPECT_EQ(ReasonOf(outcome), row.reason);
    const bool counted = row.reason == "LICENSE_EXPIRED" || row.reason == "NO_IDLE_LICENSE";
    EXPECT_EQ(KindsOf(world.NewChanges()),
              counted ? KindsOf<DenialCounted>() : std::vector<size_t>{});  // R17
  }
}

TEST(DecideMobileAnswering, WhoeverDrainsKeepsTheModeUntilTheDeadline) {  // R16
  World world;
  world.WithApplication();
  const LicenseId license = BindAndStay(world, "anna");
  world.AdvanceTo(At(kTrialEnd));
  world.NewChanges();
  const MobileAnsweringReply same = SetMobile(world, "anna", kAlways);
  EXPECT_EQ(same.agent.license->id, license);
  EXPECT_EQ(same.agent.license->state, LicenseState::kExpired);
  EXPECT_FALSE(same.newly_bound);
  EXPECT_TRUE(world.NewChanges().empty());
  ExpectSame(same.agent, AgentNow(world, "anna"));

  EXPECT_EQ(world.Refused<LicenseExpired>(MobileOf("anna", kWhenOffline)).license, license);
  const MobileAnsweringReply off = SetMobile(world, "anna", kOff);
  EXPECT_EQ(off.agent.license->state, LicenseState::kExpired);
  ExpectSame(off.agent, AgentNow(world, "anna"));
  EXPECT_EQ(ReasonOf(world.Run(MobileOf("anna", kAlways))), "LICENSE_EXPIRED");
}

TEST(DecideMobileAnswering, WhoeverDrainsMovesToAnIdleLicenseOfAnotherEdition) {  // R16
  World world;
  world.WithApplication();
  world.AdvanceTo(At(kTrialEnd) - absl::Minutes(1));
  LogIn(world, "anna");
  SetMobile(world, "anna", kAlways);
  world.AdvanceTo(At(kTrialEnd));
  Buy(world, {Item(kPremiumPackage, 1)});
  world.NewChanges();
  const MobileAnsweringReply reply = SetMobile(world, "anna", kAlways);
  EXPECT_TRUE(reply.newly_bound);
  EXPECT_EQ(reply.agent.license->edition, Edition::kPremium);
  ASSERT_EQ(reply.agent.sessions.size(), 1U);
  EXPECT_EQ(reply.agent.sessions[0].state, SessionState::kActive);
  EXPECT_EQ(KindsOf(world.NewChanges()),
            (KindsOf<LicenseReleased, LicenseBound, AgentDrainChanged, SessionDraining>()));
  ExpectSame(reply.agent, AgentNow(world, "anna"));
}

// ---- ForceOffline -------------------------------------------------------------------------------

TEST(DecideForceOffline, EndsEverySessionAndTurnsMobileOffWhereAsked) {
  for (const bool mobile_off : {false, true}) {
    World world;
    world.WithApplication();
    LogIn(world, "anna");
    LogIn(world, "anna", {.channel = Channel::kMonitor});
    SetMobile(world, "anna", kAlways);
    const SessionId ben = LogIn(world, "ben").session.id;
    world.Advance(absl::Minutes(1));
    world.NewChanges();
    const auto reply = world.Ask<ForceOfflineReply>(ForceOffline{
        .email = Mail("anna"), .mobile_answering_off = mobile_off, .note = "fire drill"});
    EXPECT_EQ(reply.ended_sessions, 2);
    EXPECT_TRUE(reply.agent.sessions.empty());
    EXPECT_EQ(reply.agent.mobile_answering, mobile_off ? kOff : kAlways);
    EXPECT_EQ(reply.agent.license->state, mobile_off ? LicenseState::kBound : LicenseState::kInUse);
    ExpectSame(reply.agent, AgentNow(world, "anna"));

    const std::vector<Change> changes = world.NewChanges();
    const auto ended = World::Only<SessionEnded>(changes);
    ASSERT_EQ(ended.size(), 2U);
    for (const SessionEnded& end : ended) {
      EXPECT_EQ(end.reason, EndReason::kForced);
      EXPECT_EQ(end.note, "fire drill");
    }
    EXPECT_EQ(World::Only<MobileAnsweringChanged>(changes).size(), mobile_off ? 1U : 0U);
    EXPECT_NE(world.application().Find(ben), nullptr);
  }
}

TEST(DecideForceOffline, IsWhatMakesAResetReleaseTheLicense) {  // R18
  World world;
  world.WithApplication();
  LogIn(world, "anna");
  SetMobile(world, "anna", kAlways);
  EXPECT_EQ(ReasonOf(world.Run(ResetLicenses{})), "NOTHING_TO_RESET");
  world.Run(ForceOffline{.email = Mail("anna"), .mobile_answering_off = true});
  EXPECT_EQ(testing::Reset(world).released_count, 1);
}

TEST(DecideForceOffline, SucceedsWithoutEffectOnWhoeverIsOffline) {
  World world;
  world.WithApplication();
  BindAndLeave(world, "anna");
  world.Advance(absl::Minutes(1));
  world.NewChanges();
  for (const char* name : {"anna", "nobody"}) {
    SCOPED_TRACE(name);
    const auto reply = world.Ask<ForceOfflineReply>(
        ForceOffline{.email = Mail(name), .mobile_answering_off = true});
    EXPECT_EQ(reply.ended_sessions, 0);
    EXPECT_EQ(reply.agent.email, Mail(name));
    EXPECT_EQ(reply.agent.license.has_value(), std::string(name) == "anna");
    EXPECT_EQ(reply.agent.mobile_answering, kOff);
    EXPECT_TRUE(world.NewChanges().empty());
  }
  ExpectSame(world.Ask<ForceOfflineReply>(ForceOffline{.email = Mail("anna")}).agent,
             AgentNow(world, "anna"));
}

TEST(DecideForceOffline, RefusesOnlyWhatDoesNotExist) {  // R31
  World world;
  world.WithApplication();
  EXPECT_EQ(ReasonOf(world.Run(ForceOffline{.email = Mail("a")}, Elsewhere("acne", "support"))),
            "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(world.Run(ForceOffline{.email = Mail("a")}, Elsewhere("acme", "sales"))),
            "RESOURCE_NOT_FOUND");
}

// ---- ListAgents ---------------------------------------------------------------------------------

TEST(DecideListAgents, ListsHoldersByEmailAndTellsOfMore) {
  World world;
  world.WithApplication();
  for (const char* name : {"carl", "anna", "ben"}) BindAndLeave(world, name);
  struct Case {
    ListAgents command;
    std::vector<std::string> names;
    bool more;
  };
  const std::vector<Case> cases = {
      {{.limit = 10}, {"anna", "ben", "carl"}, false},
      {{.limit = 3}, {"anna", "ben", "carl"}, false},
      {{.limit = 2}, {"anna", "ben"}, true},
      {{.after = Mail("ben"), .limit = 2}, {"carl"}, false},
      {{.after = Mail("carl"), .limit = 2}, {}, false},
      {{.email = Mail("ben"), .limit = 1}, {"ben"}, false},
      {{.email = Mail("ben"), .after = Mail("ben"), .limit = 1}, {}, false},
      {{.email = Mail("dora"), .limit = 1}, {}, false},
      // A page token may name a place that is no email.
      {{.email = Mail("ben"), .after = Email(std::string(1'000, 'a')), .limit = 1}, {"ben"}, false},
      {{.after = Email(std::string(1'000, 'b')), .limit = 2}, {"ben", "carl"}, false},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(i);
    const auto reply = world.Ask<AgentsReply>(cases[i].command);
    std::vector<Email> expected;
    for (const std::string& name : cases[i].names) expected.push_back(Mail(name));
    std::vector<Email> listed;
    for (const AgentView& agent : reply.agents) listed.push_back(agent.email);
    EXPECT_EQ(listed, expected);
    EXPECT_EQ(reply.more, cases[i].more);
  }
}

TEST(DecideListAgents, ForgetsWhoeverWasReset) {  // R18
  World world;
  world.WithApplication();
  BindAndLeave(world, "anna");
  BindAndStay(world, "ben");
  testing::Reset(world);
  const auto reply = world.Ask<AgentsReply>(ListAgents{.limit = 10});
  ASSERT_EQ(reply.agents.size(), 1U);
  EXPECT_EQ(reply.agents[0].email, Mail("ben"));
}

}  // namespace
}  // namespace usher::entitlement
