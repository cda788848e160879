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
using testing::Item;
using testing::kPremiumPackage;
using testing::Mail;
using testing::World;

constexpr char kTrialEnd[] = "2026-11-16T09:00:00Z";

TEST(DecideLicense, ShowsEachState) {  // R12, R16
  World world;
  world.WithApplication();
  const LicenseId bound = BindAndLeave(world, "anna");
  const LicenseId in_use = BindAndStay(world, "ben");
  const auto get = [&world](LicenseId id) {
    return world.Ask<LicenseReply>(GetLicense{id}).license;
  };
  EXPECT_EQ(get(bound).state, LicenseState::kBound);
  EXPECT_EQ(get(bound).holder, Mail("anna").value());
  EXPECT_TRUE(get(bound).bind_time.has_value());
  EXPECT_EQ(get(bound).source, LicenseSource::kTrial);
  EXPECT_EQ(get(in_use).state, LicenseState::kInUse);
  EXPECT_EQ(get(LicenseId(3)).state, LicenseState::kIdle);
  EXPECT_EQ(get(LicenseId(3)).holder, "");
  EXPECT_EQ(get(LicenseId(3)).bind_time, std::nullopt);
  world.AdvanceTo(At(kTrialEnd));
  for (const LicenseId id : {bound, in_use, LicenseId(3)}) {
    EXPECT_EQ(get(id).state, LicenseState::kExpired);
  }
  EXPECT_EQ(get(bound).holder, Mail("anna").value());
}

TEST(DecideLicense, RefusesInTheOrderOfPrecedence) {  // R31
  World world;
  world.WithApplication();
  const auto missing = [&world](LicenseId id, const Target& target) {
    return world.Refused<ResourceNotFound>(GetLicense{id}, target).resource;
  };
  EXPECT_EQ(missing(LicenseId(7), Elsewhere("acne", "sales")), "accounts/acne");
  EXPECT_EQ(missing(LicenseId(7), Elsewhere("acme", "sales")), "accounts/acme/applications/sales");
  EXPECT_EQ(missing(LicenseId(7), World::Support()),
            "accounts/acme/applications/support/licenses/7");
  EXPECT_EQ(missing(LicenseId(0), World::Support()),
            "accounts/acme/applications/support/licenses/0");
}

TEST(DecideLicense, ADeletedApplicationStillShowsItsLicenses) {  // R4
  World world;
  world.WithApplication();
  BindAndLeave(world, "anna");
  world.Ask<ApplicationReply>(DeleteApplication{});
  EXPECT_EQ(world.Ask<LicenseReply>(GetLicense{LicenseId(1)}).license.holder, Mail("anna").value());
}

TEST(DecideLicense, ListsByIdThroughFiltersAndTellsOfMore) {
  World world;
  world.WithApplication();
  // 1–3 STANDARD agents of the trial; 4–6 PREMIUM agents and 7–9 PREMIUM phones of a package.
  Buy(world, {Item(kPremiumPackage, 1)});
  BindAndLeave(world, "anna", Edition::kStandard);
  BindAndStay(world, "ben", Edition::kPremium);
  world.Ask<RegisterPhoneReply>(RegisterPhone{.id = PhoneId("201")});
  constexpr auto kAgent = LicenseKind::kAgent;
  constexpr auto kSip = LicenseKind::kSip;
  constexpr auto kPremium = Edition::kPremium;
  struct Case {
    ListLicenses command;
    std::vector<int64_t> ids;
    bool more;
  };
  const std::vector<Case> cases = {
      {{.limit = 9}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, false},
      {{.limit = 2}, {1, 2}, true},
      {{.after = LicenseId(7), .limit = 2}, {8, 9}, false},
      {{.after = LicenseId(9), .limit = 2}, {}, false},
      {{.filter = {.kind = kAgent}, .after = LicenseId(2), .limit = 9}, {3, 4, 5, 6}, false},
      {{.filter = {.kind = kSip}, .limit = 2}, {7, 8}, true},
      {{.filter = {.edition = kPremium}, .limit = 6}, {4, 5, 6, 7, 8, 9}, false},
      {{.filter = {.state = LicenseState::kIdle}, .limit = 9}, {2, 3, 5, 6, 8, 9}, false},
      {{.filter = {.state = LicenseState::kBound}, .limit = 9}, {1}, false},
      {{.filter = {.state = LicenseState::kInUse}, .limit = 9}, {4, 7}, false},
      {{.filter = {.state = LicenseState::kExpired}, .limit = 9}, {}, false},
      {{.filter = {.holder = "ben@acme.example"}, .limit = 9}, {4}, false},
      {{.filter = {.holder = "201"}, .limit = 9}, {7}, false},
      {{.filter = {.kind = kAgent, .holder = "201"}, .limit = 9}, {}, false},
      {{.filter = {.kind = kSip, .edition = kPremium, .state = LicenseState::kIdle}, .limit = 1},
       {8},
       true},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(i);
    const auto reply = world.Ask<LicensesReply>(cases[i].command);
    std::vector<int64_t> ids;
    for (const LicenseView& license : reply.licenses) ids.push_back(license.id.value());
    EXPECT_EQ(ids, cases[i].ids);
    EXPECT_EQ(reply.more, cases[i].more);
  }
  world.AdvanceTo(At(kTrialEnd));
  const auto expired = world.Ask<LicensesReply>(
      ListLicenses{.filter = {.state = LicenseState::kExpired}, .after = {}, .limit = 9});
  EXPECT_EQ(expired.licenses.size(), 3U);
}

TEST(DecideLicense, ThePastIsAskedOfTheStore) {
  World world;
  world.WithApplication();
  const ApplicationNo application = world.application().no;
  const auto resets = world.Ask<HistoryQuery>(ListResets{.before = Revision(12), .limit = 5});
  const auto& resets_query = std::get<ResetsQuery>(resets);
  EXPECT_EQ(resets_query.application, application);
  EXPECT_EQ(resets_query.before, Revision(12));
  EXPECT_EQ(resets_query.limit, 5);

  const auto bindings = world.Ask<HistoryQuery>(ListBindings{.license = LicenseId(2),
                                                             .email = Mail("anna"),
                                                             .at_time = At(kTrialEnd),
                                                             .before = 33,
                                                             .limit = 7});
  const auto& bindings_query = std::get<BindingsQuery>(bindings);
  EXPECT_EQ(bindings_query.application, application);
  EXPECT_EQ(bindings_query.license, LicenseId(2));
  EXPECT_EQ(bindings_query.email, Mail("anna"));
  EXPECT_EQ(bindings_query.at_time, At(kTrialEnd));
  EXPECT_EQ(bindings_query.before, 33);
  EXPECT_EQ(bindings_query.limit, 7);
}

}  // namespace
}  // namespace usher::entitlement
