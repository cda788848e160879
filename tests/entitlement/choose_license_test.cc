#include "entitlement/choose_license.h"

#include <string>
#include <vector>

#include "entitlement/apply.h"
#include "gtest/gtest.h"

namespace usher::entitlement {
namespace {

constexpr auto kAgent = LicenseKind::kAgent;
constexpr auto kSip = LicenseKind::kSip;
constexpr auto kStandard = Edition::kStandard;
constexpr auto kPremium = Edition::kPremium;

struct Seat {
  Edition edition = kStandard;
  int expires_on_day = 0;
  std::string holder = {};
  bool expired = false;
  LicenseKind kind = kAgent;
};

// Licenses 1, 2, … as the seats say, with an agent record for each holder.
Application WithSeats(const std::vector<Seat>& seats) {
  Application application;
  LicenseId id(1);
  for (const Seat& seat : seats) {
    application.licenses.push_back(
        {.id = id,
         .kind = seat.kind,
         .edition = seat.edition,
         .expired = seat.expired,
         .expire_time = absl::UnixEpoch() + absl::Hours(24) * seat.expires_on_day,
         .holder = SharedText(seat.holder)});
    if (!seat.holder.empty()) {
      const Email email(seat.holder);
      application.agents.Add({.email = email, .license = id});
    }
    id = id.next();
  }
  Reindex(application);
  return application;
}

struct Case {
  std::string name;
  std::vector<Seat> seats;
  std::optional<Edition> requested;
  // 0: none.
  int64_t chosen = 0;
};

TEST(ChooseIdle, FollowsTheOrderOfTheRule) {  // R13
  const std::vector<Case> cases = {
      {"nothing there", {}, std::nullopt, 0},
      {"STANDARD first, though PREMIUM lasts longer",
       {{kPremium, 90}, {kStandard, 30}},
       std::nullopt,
       2},
      {"PREMIUM where no STANDARD is idle",
       {{kStandard, 30, "anna@x.example"}, {kPremium, 30}},
       std::nullopt,
       2},
      {"only the requested edition: PREMIUM", {{kStandard, 90}, {kPremium, 30}}, kPremium, 2},
      {"only the requested edition: STANDARD", {{kPremium, 90}, {kStandard, 30}}, kStandard, 2},
      {"no other edition instead", {{kStandard, 30}}, kPremium, 0},
      {"nor the other way round", {{kPremium, 30}}, kStandard, 0},
      {"the latest to expire", {{kStandard, 30}, {kStandard, 60}, {kStandard, 45}}, kStandard, 2},
      {"then the lowest id", {{kStandard, 30}, {kStandard, 60}, {kStandard, 60}}, kStandard, 2},
      {"held ones are not idle",
       {{kStandard, 60, "anna@x.example"}, {kStandard, 30}},
       kStandard,
       2},
      {"expired ones are not idle", {{kStandard, 60, "", true}, {kStandard, 30}}, kStandard, 2},
      {"phones have licenses of their own", {{kStandard, 60, "", false, kSip}}, std::nullopt, 0},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    const Application application = WithSeats(row.seats);
    const License* chosen = ChooseIdle(application, kAgent, row.requested);
    EXPECT_EQ(chosen != nullptr ? chosen->id.value() : 0, row.chosen);
  }
}

TEST(ChooseIdle, PhonesTakeSipLicensesByTheSameOrder) {  // R21
  const Application application = WithSeats({{kStandard, 90},
                                             {kPremium, 60, "", false, kSip},
                                             {kStandard, 30, "", false, kSip},
                                             {kStandard, 40, "", false, kSip}});
  EXPECT_EQ(ChooseIdle(application, kSip, std::nullopt)->id, LicenseId(4));
  EXPECT_EQ(ChooseIdle(application, kSip, kPremium)->id, LicenseId(2));
}

TEST(ChooseFor, TheOwnLicenseServesWhateverEditionIsRequested) {  // R13
  const Application application =
      WithSeats({{kPremium, 90}, {kStandard, 30, "anna@x.example"}, {kStandard, 60}});
  const Choice choice = ChooseFor(application, Email("anna@x.example"), kPremium);
  ASSERT_NE(choice.license, nullptr);
  EXPECT_EQ(choice.license->id, LicenseId(2));
  EXPECT_EQ(choice.expired, nullptr);
  EXPECT_FALSE(choice.binds());
}

TEST(ChooseFor, ANewcomerBindsAnIdleOne) {  // R12
  const Application application = WithSeats({{kStandard, 30}});
  const Choice choice = ChooseFor(application, Email("anna@x.example"), std::nullopt);
  ASSERT_NE(choice.license, nullptr);
  EXPECT_EQ(choice.license->id, LicenseId(1));
  EXPECT_EQ(choice.agent, nullptr);
  EXPECT_TRUE(choice.binds());
}

TEST(ChooseFor, AnExpiredLicenseGivesWayToAnIdleOneOfTheRequestedEdition) {  // R16
  const Application application =
      WithSeats({{kStandard, 30, "anna@x.example", true}, {kPremium, 60}});
  const Choice moves = ChooseFor(application, Email("anna@x.example"), std::nullopt);
  ASSERT_NE(moves.license, nullptr);
  EXPECT_EQ(moves.license->id, LicenseId(2));
  EXPECT_EQ(moves.expired->id, LicenseId(1));
  EXPECT_TRUE(moves.binds());

  const Choice stuck = ChooseFor(application, Email("anna@x.example"), kStandard);
  EXPECT_EQ(stuck.license, nullptr);
  EXPECT_EQ(stuck.expired->id, LicenseId(1));
  EXPECT_FALSE(stuck.binds());
}

TEST(ChooseFor, NothingIsLeftForANewcomer) {  // R13
  const Application application = WithSeats({{kStandard, 30, "anna@x.example"}});
  const Choice choice = ChooseFor(application, Email("ben@x.example"), std::nullopt);
  EXPECT_EQ(choice.license, nullptr);
  EXPECT_EQ(choice.expired, nullptr);
  EXPECT_FALSE(choice.binds());
}

}  // namespace
}  // namespace usher::entitlement
