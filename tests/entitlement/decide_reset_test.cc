#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "entitlement/apply.h"
#include "entitlement/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/agents.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::BindAndLeave;
using testing::BindAndStay;
using testing::Buy;
using ::testing::ElementsAre;
using testing::Elsewhere;
using ::testing::IsEmpty;
using testing::Item;
using testing::KindsOf;
using testing::kPremiumPackage;
using testing::kStandardPackage;
using testing::LicenseNow;
using testing::LogIn;
using testing::Mail;
using testing::Preview;
using testing::ReasonOf;
using testing::Reset;
using testing::SetMobile;
using testing::UseUpResets;
using testing::World;

constexpr char kTrialEnd[] = "2026-11-16T09:00:00Z";

std::vector<int64_t> ReleasedIds(const ResetReply& reply) {
  std::vector<int64_t> ids;
  for (const ReleasedBinding& binding : reply.released) ids.push_back(binding.license.value());
  return ids;
}

std::vector<int64_t> RetainedIds(const ResetReply& reply) {
  std::vector<int64_t> ids;
  for (const RetainedBinding& binding : reply.retained) ids.push_back(binding.license.value());
  return ids;
}

TEST(DecideReset, RetainsExactlyThoseWhoAreActiveAndSaysWhy) {  // R18
  struct Case {
    std::string name;
    std::function<void(World&)> arrange;
    std::optional<RetainReason> reason;
  };
  const auto log_in = [](Channel channel) {
    return [channel](World& world) { LogIn(world, "anna", {.channel = channel}); };
  };
  const auto mobile = [](MobileAnswering mode) {
    return [mode](World& world) { SetMobile(world, "anna", mode); };
  };
  const std::vector<Case> cases = {
      {"logged out", [](World& world) { BindAndLeave(world, "anna"); }, std::nullopt},
      {"WEB", log_in(Channel::kWeb), RetainReason::kLoggedIn},
      {"SDK", log_in(Channel::kSdk), RetainReason::kLoggedIn},
      {"MONITOR", log_in(Channel::kMonitor), RetainReason::kLoggedIn},
      {"when offline", mobile(MobileAnswering::kWhenOffline), RetainReason::kMobileAnswering},
      {"always", mobile(MobileAnswering::kAlways), RetainReason::kMobileAnswering},
      {"both",
       [=](World& world) {
         log_in(Channel::kWeb)(world);
         mobile(MobileAnswering::kAlways)(world);
       },
       RetainReason::kLoggedIn},
      {"turned off again",
       [=](World& world) {
         mobile(MobileAnswering::kAlways)(world);
         mobile(MobileAnswering::kOff)(world);
       },
       std::nullopt},
      {"the lease ran out",
       [](World& world) {
         LogIn(world, "anna", {.ttl = absl::Seconds(60)});
         world.Advance(absl::Seconds(60));
       },
       std::nullopt},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    World world;
    world.WithApplication();
    row.arrange(world);
    BindAndLeave(world, "ben");
    const ResetReply reply = Reset(world);
    if (row.reason.has_value()) {
      EXPECT_THAT(ReleasedIds(reply), ElementsAre(2));
      ASSERT_THAT(RetainedIds(reply), ElementsAre(1));
      EXPECT_EQ(reply.retained[0].email, Mail("anna"));
      EXPECT_EQ(reply.retained[0].reason, *row.reason);
    } else {
      ASSERT_THAT(ReleasedIds(reply), ElementsAre(1, 2));
      EXPECT_EQ(reply.released[0].email, Mail("anna"));
      EXPECT_THAT(RetainedIds(reply), IsEmpty());
    }
  }
}

TEST(DecideReset, IsOneOperationHoweverManyItReleases) {  // R18, R29
  World world;
  world.WithApplication();
  for (const char* name : {"carl", "anna"}) BindAndLeave(world, name);
  BindAndStay(world, "ben");
  world.NewChanges();
  const ResetReply reply = Reset(world);
  EXPECT_EQ(reply.released_count, 2);
  EXPECT_EQ(reply.retained_count, 1);
  EXPECT_EQ(reply.allowance.used, 1);
  EXPECT_EQ(reply.allowance.limit, 4);
  EXPECT_EQ(reply.allowance.month_end, At("2026-12-01T00:00:00Z"));

  const std::vector<Change> changes = world.NewChanges();
  ASSERT_EQ(KindsOf(changes), (KindsOf<LicenseReleased, LicenseReleased, LicensesReset>()));
  EXPECT_EQ(std::get<LicenseReleased>(changes[0].payload).id, LicenseId(1));
  EXPECT_EQ(std::get<LicenseReleased>(changes[0].payload).email, Mail("carl"));
  EXPECT_EQ(std::get<LicenseReleased>(changes[1].payload).cause, ReleaseCause::kReset);
  const auto& reset = std::get<LicensesReset>(changes[2].payload);
  EXPECT_THAT(reset.released, ElementsAre(LicenseId(1), LicenseId(2)));
  EXPECT_THAT(reset.retained, ElementsAre(LicenseId(3)));
  EXPECT_EQ(reset.month, absl::CivilMonth(2026, 11));
  EXPECT_EQ(reset.used, 1);
  world.ExpectReplayGivesTheSameState();
}

TEST(DecideReset, AReleasedLicenseGoesToWhoeverComesFirst) {  // R20
  World world;
  world.WithApplication();
  const LicenseId license = BindAndLeave(world, "anna");
  for (const char* name : {"ben", "carl"}) BindAndStay(world, name);
  Reset(world);
  EXPECT_EQ(LicenseNow(world, license).state, LicenseState::kIdle);
  EXPECT_EQ(LogIn(world, "dora").license.id, license);
  EXPECT_EQ(ReasonOf(world.Run(testing::LoginOf("anna"))), "NO_IDLE_LICENSE");
}

TEST(DecideReset, TheAgentWhoLostItMayComeBack) {  // R20
  World world;
  world.WithApplication();
  const LicenseId license = BindAndLeave(world, "anna");
  Reset(world);
  const StartSessionReply again = LogIn(world, "anna");
  EXPECT_EQ(again.license.id, license);
  EXPECT_TRUE(again.newly_bound);
}

TEST(DecideReset, ServesThoseWhoDrainFirst) {  // R16, R20
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)});
  for (const char* name : {"ed", "fay"}) BindAndStay(world, name);
  const LicenseId freed = BindAndLeave(world, "gus");
  const LicenseId old = BindAndStay(world, "anna");
  world.AdvanceTo(At(kTrialEnd));
  ASSERT_EQ(LicenseNow(world, old).state, LicenseState::kExpired);
  Reset(world);
  EXPECT_EQ(LicenseNow(world, freed).holder, Mail("anna").value());
}

TEST(DecideReset, ExpiredLicensesAreNoCandidates) {  // R18
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)});
  std::vector<LicenseId> ids;
  for (const char* name : {"ed", "fay", "gus", "anna"}) ids.push_back(BindAndLeave(world, name));
  world.AdvanceTo(At(kTrialEnd));
  EXPECT_THAT(ReleasedIds(Preview(world)), ElementsAre(4, 5, 6));
  EXPECT_THAT(ReleasedIds(Preview(world, ids)), ElementsAre(4, 5, 6));
  EXPECT_EQ(Reset(world).retained_count, 0);
  EXPECT_EQ(LicenseNow(world, ids[3]).holder, Mail("anna").value());
}

TEST(DecideReset, NamedLicensesOnlyEachOnceIdleOnesIgnored) {  // R18
  World world;
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1)});
  for (const char* name : {"anna", "ben", "carl"}) BindAndLeave(world, name);
  const LicenseId busy = BindAndStay(world, "dora");
  EXPECT_EQ(busy, LicenseId(1));
  const std::vector<LicenseId> ids = {LicenseId(6), LicenseId(4), LicenseId(6),
                                      LicenseId(2), LicenseId(1), LicenseId(1)};
  const auto reply = world.Ask<ResetReply>(ResetLicenses{.license_ids = ids});
  EXPECT_THAT(ReleasedIds(reply), ElementsAre(4, 6));
  EXPECT_THAT(RetainedIds(reply), ElementsAre(1));
  EXPECT_EQ(reply.released_count, 2);
  EXPECT_EQ(reply.retained_count, 1);
  EXPECT_EQ(LicenseNow(world, LicenseId(5)).state, LicenseState::kBound);
}

// ---- Refusals -----------------------------------------------------------------------------------

TEST(DecideReset, RefusesInTheOrderOfPrecedence) {  // R31
  const ResetLicenses all;
  const ResetLicenses stale = {.etag = "\"0123456789abcdef\""};
  const auto naming = [](std::vector<LicenseId> ids) {
    return ResetLicenses{.license_ids = std::move(ids), .etag = "\"0123456789abcdef\""};
  };
  struct Case {
    std::string name;
    std::function<void(World&)> arrange;
    ResetLicenses command;
    Target target;
    std::string reason;
  };
  // From the last to the first, so that each state also has what comes after it.
  const auto nothing = [](World& world) { BindAndStay(world, "anna"); };
  const auto and_limit = [=](World& world) {
    Buy(world, {Item(kPremiumPackage, 1)});
    UseUpResets(world);
    nothing(world);
  };
  const auto and_deleted = [=](World& world) {
    and_limit(world);
    world.Ask<ApplicationReply>(DeleteApplication{});
  };
  const std::vector<Case> cases = {
      {"no account", and_deleted, stale, Elsewhere("acne", "support"), "RESOURCE_NOT_FOUND"},
      {"no application", and_deleted, stale, Elsewhere("acme", "sales"), "RESOURCE_NOT_FOUND"},
      {"no license", and_deleted, naming({LicenseId(1), LicenseId(77)}), World::Support(),
       "RESOURCE_NOT_FOUND"},
      {"a SIP license", and_deleted, naming({LicenseId(1), LicenseId(7)}), World::Support(),
       "RESOURCE_NOT_FOUND"},
      {"deleted", and_deleted, stale, World::Support(), "APPLICATION_DELETED"},
      {"stale etag", and_limit, stale, World::Support(), "ETAG_MISMATCH"},
      {"limit", and_limit, all, World::Support(), "RESET_LIMIT_REACHED"},
      {"everybody is active", nothing, all, World::Support(), "NOTHING_TO_RESET"},
      {"nobody holds anything", [](World&) {}, all, World::Support(), "NOTHING_TO_RESET"},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    World world;
    world.WithApplication();
    row.arrange(world);
    world.Advance(absl::Seconds(1));
    world.NewChanges();
    EXPECT_EQ(ReasonOf(world.Run(row.command, row.target)), row.reason);
    EXPECT_TRUE(world.NewChanges().empty());  // R17
  }
}

TEST(DecideReset, ARefusalTellsWhatIsInTheWay) {
  World world;
  world.WithApplication();
  EXPECT_EQ(world.Refused<ResourceNotFound>(ResetLicenses{.license_ids = {LicenseId(7)}}).resource,
            "accounts/acme/applications/support/licenses/7");
  UseUpResets(world);
  const auto limit = world.Refused<ResetLimitReached>(ResetLicenses{});
  EXPECT_EQ(limit.used, 4);
  EXPECT_EQ(limit.limit, 4);
  EXPECT_EQ(limit.month, absl::CivilMonth(2026, 11));
  EXPECT_EQ(limit.next_reset_time, At("2026-12-01T00:00:00Z"));

  World other;
  other.WithApplication();
  BindAndStay(other, "anna");
  BindAndStay(other, "ben");
  EXPECT_EQ(other.Refused<NothingToReset>(ResetLicenses{}).retained, 2);
}

TEST(DecideReset, CountsOnlyWhatReleasedSomething) {  // R19
  World world;
  world.WithApplication();
  EXPECT_EQ(ReasonOf(world.Run(ResetLicenses{})), "NOTHING_TO_RESET");
  BindAndLeave(world, "anna");
  EXPECT_EQ(Preview(world).allowance.used, 0);
  EXPECT_EQ(ReasonOf(world.Run(ResetLicenses{.etag = "\"stale\""})), "ETAG_MISMATCH");
  EXPECT_EQ(Preview(world).allowance.used, 0);
  EXPECT_EQ(Reset(world).allowance.used, 1);
  EXPECT_EQ(Preview(world).allowance.used, 1);
}

TEST(DecideReset, APreviewAnswersWhateverIsInTheWayAndChangesNothing) {  // R19
  World world;
  world.WithApplication();
  const ResetReply nothing = Preview(world);
  EXPECT_EQ(nothing.released_count, 0);
  EXPECT_EQ(nothing.allowance.left(), 4);
  UseUpResets(world);
  BindAndLeave(world, "anna");
  BindAndStay(world, "ben");
  world.NewChanges();
  const ResetReply beyond = Preview(world);
  EXPECT_EQ(beyond.released_count, 1);
  EXPECT_EQ(beyond.retained_count, 1);
  EXPECT_EQ(beyond.allowance.left(), 0);
  EXPECT_EQ(ReasonOf(world.Run(ResetLicenses{.validate_only = true, .etag = "\"stale\""})), "OK");
  EXPECT_TRUE(world.NewChanges().empty());
}

TEST(DecideReset, TheMonthEndsInTheAccountsZone) {  // R2, R18
  World world;
  world.WithApplication("Asia/Tokyo");
  Buy(world, {Item(kStandardPackage, 1)}, 3);
  UseUpResets(world);
  BindAndLeave(world, "anna");
  const absl::Time month_end = At("2026-11-30T15:00:00Z");
  EXPECT_EQ(Preview(world).allowance.month_end, month_end);
  world.AdvanceTo(month_end - absl::Microseconds(1));
  EXPECT_EQ(world.Refused<ResetLimitReached>(ResetLicenses{}).next_reset_time, month_end);
  world.AdvanceTo(month_end);
  const ResetReply reply = Reset(world);
  EXPECT_EQ(reply.allowance.used, 1);
  EXPECT_EQ(reply.allowance.month, absl::CivilMonth(2026, 12));
  EXPECT_EQ(reply.allowance.month_end, At("2026-12-31T15:00:00Z"));
}

// ---- Limits -------------------------------------------------------------------------------------

TEST(DecideReset, ListsAtMostItsLimitAndCountsAll) {  // R18
  constexpr int kOver = kResetListedMax + 1;
  Account account;
  account.no = AccountNo(1);
  account.id = AccountId("acme");
  account.zone = absl::UTCTimeZone();
  const ApplicationEntry entry = {.no = ApplicationNo(1), .id = ApplicationId("support")};
  Application application;
  application.no = entry.no;
  application.account = account.no;
  for (LicenseId id(1); id <= LicenseId(2 * kOver); id = id.next()) {
    const Email email = Mail("agent" + std::to_string(id.value()));
    application.licenses.push_back({.id = id, .holder = SharedText(email.value())});
    Agent& agent = application.agents.Add({.email = email, .license = id});
    if (id.value() % 2 == 0) agent.mobile_answering = MobileAnswering::kAlways;
  }
  Reindex(application);

  const Policy policy;
  const Catalog catalog = Catalog::Default();
  const Context context = {.now = At("2026-11-02T09:00:00Z"),
                           .lease_now = {},
                           .actor = "operator",
                           .next_revision = Revision(1),
                           .policy = &policy,
                           .catalog = &catalog};
  const Units units = {
      .directory = nullptr, .account = &account, .entry = &entry, .application = &application};
  const Outcome outcome = Decide(units, {World::Support(), ResetLicenses{}}, context);
  ASSERT_FALSE(outcome.refused());
  const auto& reply = std::get<ResetReply>(std::get<Reply>(outcome.result));
  EXPECT_EQ(reply.released_count, kOver);
  EXPECT_EQ(reply.retained_count, kOver);
  ASSERT_EQ(reply.released.size(), static_cast<size_t>(kResetListedMax));
  ASSERT_EQ(reply.retained.size(), static_cast<size_t>(kResetListedMax));
  EXPECT_EQ(reply.released[0].license, LicenseId(1));
  EXPECT_EQ(reply.retained[0].license, LicenseId(2));
  // The journal has them all.
  ASSERT_EQ(outcome.changes.size(), static_cast<size_t>(kOver) + 1);
  const auto& reset = std::get<LicensesReset>(outcome.changes.back().payload);
  EXPECT_EQ(reset.released.size(), static_cast<size_t>(kOver));
  EXPECT_EQ(reset.retained.size(), static_cast<size_t>(kOver));
}

}  // namespace
}  // namespace usher::entitlement
