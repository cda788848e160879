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
using testing::BindAndLeave;
using testing::BindAndStay;
using testing::Buy;
using testing::Elsewhere;
using testing::ExpectSame;
using testing::Item;
using testing::kPremiumPackage;
using testing::kStandardPackage;
using testing::LicenseNow;
using testing::LogIn;
using testing::LoginOf;
using testing::Mail;
using testing::ReasonOf;
using testing::UseUpResets;
using testing::World;

// World starts on Monday the 2nd of November, 09:00 UTC, with a trial of 3 STANDARD licenses.
constexpr char kTrialEnd[] = "2026-11-16T09:00:00Z";

CheckAccessReply Check(World& world, const std::string& name,
                       std::optional<Edition> edition = std::nullopt) {
  return world.Ask<CheckAccessReply>(CheckAccess{.email = Mail(name), .edition = edition});
}

TEST(DecideAccess, ShowsTheIdleLicenseThatALoginWouldBind) {  // R13
  World world;
  world.WithApplication();
  const CheckAccessReply reply = Check(world, "anna");
  ASSERT_TRUE(reply.license.has_value());
  EXPECT_EQ(reply.license->state, LicenseState::kIdle);
  EXPECT_TRUE(reply.would_bind);
  EXPECT_FALSE(reply.refusal.has_value());
  EXPECT_EQ(LogIn(world, "anna").license.id, reply.license->id);
}

TEST(DecideAccess, ShowsTheLicenseThatTheEmailHolds) {  // R13
  World world;
  world.WithApplication();
  const LicenseId license = BindAndLeave(world, "anna");
  const CheckAccessReply reply = Check(world, "anna", Edition::kPremium);
  ASSERT_TRUE(reply.license.has_value());
  ExpectSame(*reply.license, LicenseNow(world, license));
  EXPECT_EQ(reply.license->state, LicenseState::kBound);
  EXPECT_FALSE(reply.would_bind);
}

TEST(DecideAccess, HasNoEffect) {  // R17
  World world;
  world.WithApplication();
  for (const char* name : {"ben", "carl", "dora"}) BindAndLeave(world, name);
  world.NewChanges();
  EXPECT_TRUE(Check(world, "anna").refusal.has_value());
  EXPECT_TRUE(Check(world, "ben").license.has_value());
  world.AdvanceTo(At(kTrialEnd));
  world.NewChanges();
  EXPECT_TRUE(Check(world, "ben").refusal.has_value());
  EXPECT_TRUE(world.NewChanges().empty());
}

TEST(DecideAccess, AnswersWhatALoginIsRefusedWith) {  // R31
  struct Case {
    std::string name;
    std::function<void(World&)> arrange;
    std::string agent;
    std::string reason;
  };
  const auto expire = [](World& world) {
    BindAndLeave(world, "anna");
    world.AdvanceTo(At(kTrialEnd));
  };
  const std::vector<Case> cases = {
      {"deleted",
       [=](World& world) {
         expire(world);
         world.Ask<ApplicationReply>(DeleteApplication{});
       },
       "anna", "APPLICATION_DELETED"},
      {"expired", expire, "anna", "LICENSE_EXPIRED"},
      {"none idle", expire, "ben", "NO_IDLE_LICENSE"},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    World world;
    world.WithApplication();
    row.arrange(world);
    const CheckAccessReply reply = Check(world, row.agent);
    ASSERT_TRUE(reply.refusal.has_value());
    EXPECT_EQ(ReasonOf(*reply.refusal), row.reason);
    EXPECT_FALSE(reply.license.has_value());
    EXPECT_EQ(ReasonOf(world.Run(LoginOf(row.agent))), row.reason);
  }
}

TEST(DecideAccess, AnUnknownApplicationIsAnErrorNotAnAnswer) {  // R31
  World world;
  world.WithApplication();
  EXPECT_EQ(ReasonOf(world.Run(CheckAccess{.email = Mail("anna")}, Elsewhere("acme", "sales"))),
            "RESOURCE_NOT_FOUND");
}

TEST(DecideAccess, AsksForANewClientAlsoWhereTheAgentDrains) {  // R16
  World world;
  world.WithApplication();
  for (const char* name : {"ben", "carl", "dora"}) BindAndStay(world, name);
  world.AdvanceTo(At(kTrialEnd) - absl::Minutes(1));
  LogIn(world, "ben");
  world.AdvanceTo(At(kTrialEnd));
  EXPECT_EQ(ReasonOf(*Check(world, "ben").refusal), "LICENSE_EXPIRED");
  Buy(world, {Item(kPremiumPackage, 1)});
  EXPECT_TRUE(Check(world, "ben").would_bind);
  EXPECT_EQ(ReasonOf(*Check(world, "ben", Edition::kStandard).refusal), "LICENSE_EXPIRED");
}

// ---- Relief: what the answer promises comes true, and nothing sooner ----------------------------

struct ReliefCase {
  std::string name;
  std::function<void(World&)> arrange;
  // RFC 3339; "now", or empty where no reset helps.
  std::string relief;
  std::string agent = "zoe";
  std::optional<Edition> edition = std::nullopt;
  std::string zone = "UTC";
};

void FillTrial(World& world) {
  for (const char* name : {"ben", "carl", "dora"}) BindAndLeave(world, name);
}

void FillTrialActively(World& world) {
  for (const char* name : {"ben", "carl", "dora"}) BindAndStay(world, name);
}

// Three agents drain on the trial's licenses, which have just expired, while the STANDARD package
// that was bought beside it is held by `away` agents who are away and others who stay.
void DrainBesidePackage(World& world, int away) {
  Buy(world, {Item(kStandardPackage, 1)});
  const char* names[] = {"ed", "fay", "gus"};
  for (int i = 0; i < 3; ++i) {
    if (i < away) {
      BindAndLeave(world, names[i]);
    } else {
      BindAndStay(world, names[i]);
    }
  }
  FillTrialActively(world);
  world.AdvanceTo(At(kTrialEnd));
}

// In January, with its resets used up: a package whose three holders are away outlives the month;
// `active` holders of another one will drain from 23:58 of its last day on.
void DrainOverTheMonthsEnd(World& world, int active) {
  world.AdvanceTo(At("2026-12-31T23:58:00Z"));
  Buy(world, {Item(kStandardPackage, 1)}, 1);
  Buy(world, {Item(kStandardPackage, 1)}, 3);
  world.AdvanceTo(At("2027-01-05T09:00:00Z"));
  UseUpResets(world);
  for (const char* name : {"ed", "fay", "gus"}) BindAndLeave(world, name);
  const char* names[] = {"ben", "carl", "dora"};
  for (int i = 0; i < 3; ++i) {
    if (i < active) {
      BindAndStay(world, names[i]);
    } else {
      BindAndLeave(world, names[i]);
    }
  }
}

std::vector<ReliefCase> ReliefCases() {
  return {
      {"a reset is left and somebody is away", FillTrial, "now"},
      {"everybody is active", FillTrialActively, ""},
      {"there is no license", [](World&) {}, "", "zoe", Edition::kPremium},
      {"the away agent's edition is not the requested one",
       [](World& world) {
         Buy(world, {Item(kPremiumPackage, 1)});
         FillTrial(world);
         for (const char* name : {"ed", "fay", "gus"}) BindAndStay(world, name, Edition::kPremium);
       },
       "", "zoe", Edition::kPremium},
      {"the policy allows no reset at all",
       [](World& world) {
         world.policy().resets_per_month = 0;
         FillTrial(world);
       },
       ""},
      {"the allowance is used up: next month",
       [](World& world) {
         Buy(world, {Item(kStandardPackage, 1)}, 2);
         UseUpResets(world);
         for (const char* name : {"ed", "fay", "gus"}) BindAndLeave(world, name);
         FillTrial(world);
       },
       "2026-12-01T00:00:00Z"},
      {"next month in the account's zone",
       [](World& world) {
         Buy(world, {Item(kStandardPackage, 1)}, 2);
         UseUpResets(world);
         for (const char* name : {"ed", "fay", "gus"}) BindAndLeave(world, name);
         FillTrial(world);
       },
       "2026-11-30T15:00:00Z", "zoe", std::nullopt, "Asia/Tokyo"},
      {"used up, and what could be released expires before the month does",
       [](World& world) {
         UseUpResets(world);
         FillTrial(world);
       },
       ""},
      {"used up, and only those who are active outlive the month",
       [](World& world) {
         Buy(world, {Item(kStandardPackage, 1)}, 2);
         UseUpResets(world);
         for (const char* name : {"ed", "fay", "gus"}) BindAndStay(world, name);
         FillTrial(world);
       },
       ""},
      {"the own license has expired, somebody is away on another",
       [](World& world) {
         Buy(world, {Item(kStandardPackage, 1)});
         for (const char* name : {"ed", "fay", "gus"}) BindAndLeave(world, name);
         BindAndLeave(world, "zoe");
         world.AdvanceTo(At(kTrialEnd));
       },
       "now"},
      {"the own license has expired, and so has everybody's",
       [](World& world) {
         BindAndLeave(world, "zoe");
         world.AdvanceTo(At(kTrialEnd));
       },
       ""},
      {"an idle license of an edition that was not requested does not help",
       [](World& world) {
         Buy(world, {Item(kPremiumPackage, 1)});
         BindAndLeave(world, "zoe", Edition::kStandard);
         world.AdvanceTo(At(kTrialEnd));
       },
       "", "zoe", Edition::kStandard},
      {"a reset frees more than those who drain need",
       [](World& world) {
         DrainBesidePackage(world, 3);
         world.Ask<MobileAnsweringReply>(
             SetMobileAnswering{.email = Mail("carl"), .mode = MobileAnswering::kOff});
       },
       "now"},
      {"those who drain take all that a reset frees, until they give up",
       [](World& world) { DrainBesidePackage(world, 3); }, "2026-11-16T09:05:00Z"},
      {"whoever drains gets what a reset frees in its turn: first",
       [](World& world) { DrainBesidePackage(world, 1); }, "now", "ben"},
      {"whoever drains gets what a reset frees in its turn: not the second",
       [](World& world) { DrainBesidePackage(world, 1); }, "2026-11-16T09:05:00Z", "carl"},
      {"whoever drains gets it also where another edition is requested",
       [](World& world) { DrainBesidePackage(world, 1); }, "now", "ben", Edition::kPremium},
      {"used up, and all who drain over the month's end come first",
       [](World& world) { DrainOverTheMonthsEnd(world, 3); }, "2027-02-01T00:03:00Z"},
      {"used up, and fewer drain over the month's end than are released",
       [](World& world) { DrainOverTheMonthsEnd(world, 2); }, "2027-02-01T00:00:00Z"},
  };
}

std::optional<absl::Time> ExpectedRelief(const World& world, const ReliefCase& row) {
  if (row.relief.empty()) return std::nullopt;
  return row.relief == "now" ? world.now() : At(row.relief);
}

TEST(DecideAccess, ReliefComesWhenItIsPromised) {  // R18, R20
  for (const ReliefCase& row : ReliefCases()) {
    SCOPED_TRACE(row.name);
    World world;
    world.WithApplication(row.zone);
    row.arrange(world);
    const CheckAccessReply reply = Check(world, row.agent, row.edition);
    ASSERT_TRUE(reply.refusal.has_value());
    ASSERT_EQ(reply.earliest_relief_time, ExpectedRelief(world, row));
    if (!reply.earliest_relief_time.has_value()) continue;

    world.AdvanceTo(*reply.earliest_relief_time);
    EXPECT_TRUE(Check(world, row.agent, row.edition).refusal.has_value());
    EXPECT_EQ(ReasonOf(world.Run(ResetLicenses{})), "OK");
    EXPECT_EQ(ReasonOf(world.Run(LoginOf(row.agent, {.edition = row.edition}))), "OK");
  }
}

TEST(DecideAccess, NoResetHelpsBeforeTheRelief) {  // R18, R20
  for (const ReliefCase& row : ReliefCases()) {
    SCOPED_TRACE(row.name);
    World world;
    world.WithApplication(row.zone);
    row.arrange(world);
    const std::optional<absl::Time> relief =
        Check(world, row.agent, row.edition).earliest_relief_time;
    if (relief == world.now()) continue;
    // Just before it; where there is none, far into the next month.
    const absl::Time before =
        relief.has_value() ? *relief - absl::Microseconds(1) : world.now() + absl::Hours(24 * 32);
    for (const absl::Time at : {world.now(), before}) {
      world.AdvanceTo(at);
      world.Run(ResetLicenses{});
      EXPECT_NE(ReasonOf(world.Run(LoginOf(row.agent, {.edition = row.edition}))), "OK") << at;
    }
  }
}

TEST(DecideAccess, ALoginIsToldTheSameRelief) {  // R17
  for (const ReliefCase& row : ReliefCases()) {
    SCOPED_TRACE(row.name);
    World world;
    world.WithApplication(row.zone);
    row.arrange(world);
    const std::optional<absl::Time> relief =
        Check(world, row.agent, row.edition).earliest_relief_time;
    const Outcome outcome = world.Run(LoginOf(row.agent, {.edition = row.edition}));
    ASSERT_TRUE(outcome.refused());
    const auto& refusal = std::get<Refusal>(outcome.result);
    if (const auto* expired = std::get_if<LicenseExpired>(&refusal)) {
      EXPECT_EQ(expired->relief_time, relief);
    } else {
      EXPECT_EQ(std::get<NoIdleLicense>(refusal).relief_time, relief);
    }
  }
}

}  // namespace
}  // namespace usher::entitlement
