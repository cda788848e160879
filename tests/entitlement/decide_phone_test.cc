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
using testing::Buy;
using testing::Elsewhere;
using testing::Item;
using testing::KindsOf;
using testing::kPremiumPackage;
using testing::kStandardPackage;
using testing::kStandardSip;
using testing::LicenseNow;
using testing::ReasonOf;
using testing::World;

constexpr auto kStandard = Edition::kStandard;
constexpr auto kPremium = Edition::kPremium;

// When the first month's packages end.
constexpr char kPackageEnd[] = "2026-12-02T09:00:00Z";

RegisterPhone PhoneOf(const std::string& id, std::optional<Edition> edition = std::nullopt,
                      absl::Duration ttl = absl::Hours(1)) {
  return {.id = PhoneId(id), .edition = edition, .ttl = ttl};
}

PhoneView Register(World& world, const std::string& id,
                   std::optional<Edition> edition = std::nullopt,
                   absl::Duration ttl = absl::Hours(1)) {
  return world.Ask<RegisterPhoneReply>(PhoneOf(id, edition, ttl)).phone;
}

// The phone as the list shows it.
PhoneView PhoneNow(World& world, const std::string& id) {
  for (const PhoneView& phone : world.Ask<PhonesReply>(ListPhones{.limit = 100}).phones) {
    if (phone.id == PhoneId(id)) return phone;
  }
  ADD_FAILURE() << id << " is not online";
  return {};
}

void ExpectSame(const PhoneView& a, const PhoneView& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.license, b.license);
  EXPECT_EQ(a.edition, b.edition);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.online_time, b.online_time);
  EXPECT_EQ(a.expire_time, b.expire_time);
  EXPECT_EQ(a.drain_deadline, b.drain_deadline);
  EXPECT_EQ(a.revision, b.revision);
}

PhoneRenewal Renew(World& world, const std::string& id) {
  const auto reply = world.Ask<RenewPhonesReply>(RenewPhones{{PhoneId(id)}});
  EXPECT_EQ(reply.renewals.size(), 1U);
  return reply.renewals.empty() ? PhoneRenewal{} : reply.renewals[0];
}

// An application with 2 STANDARD and 3 PREMIUM SIP licenses, until kPackageEnd.
World& WithSip(World& world) {
  world.WithApplication();
  Buy(world, {Item(kStandardPackage, 1), Item(kStandardSip, 2), Item(kPremiumPackage, 1)});
  world.Advance(absl::Seconds(1));
  world.NewChanges();
  return world;
}

// Phones "1" and "2" drain on STANDARD licenses; there is no SIP license of any kind in force.
World& WithDrainingPhones(World& world) {
  WithSip(world);
  world.AdvanceTo(At(kPackageEnd) - absl::Minutes(1));
  Register(world, "1", kStandard);
  Register(world, "2", kStandard);
  world.AdvanceTo(At(kPackageEnd));
  return world;
}

TEST(DecidePhone, TakesASipLicenseWhileItIsOnline) {  // R21
  World world;
  WithSip(world);
  const PhoneView phone = Register(world, "201", kStandard, absl::Minutes(2));
  EXPECT_EQ(phone.edition, kStandard);
  EXPECT_EQ(phone.state, SessionState::kActive);
  EXPECT_EQ(phone.online_time, world.now());
  EXPECT_EQ(phone.expire_time, world.now() + absl::Minutes(2));
  const std::vector<Change> changes = world.NewChanges();
  ASSERT_EQ(KindsOf(changes), KindsOf<PhoneOnline>());
  EXPECT_EQ(phone.revision, changes[0].revision);
  ExpectSame(phone, PhoneNow(world, "201"));
  EXPECT_EQ(LicenseNow(world, phone.license).state, LicenseState::kInUse);
  EXPECT_EQ(LicenseNow(world, phone.license).holder, "201");

  world.Ask<UnregisterPhoneReply>(UnregisterPhone{PhoneId("201")});
  EXPECT_EQ(LicenseNow(world, phone.license).state, LicenseState::kIdle);
  world.ExpectReplayGivesTheSameState();
}

TEST(DecidePhone, PrefersStandardAndThenPremium) {  // R13, R21
  World world;
  WithSip(world);
  const std::vector<Edition> expected = {kStandard, kStandard, kPremium, kPremium, kPremium};
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(Register(world, std::to_string(i)).edition, expected[i]);
  }
  const auto any = world.Refused<SipPoolExhausted>(PhoneOf("late"));
  EXPECT_EQ(any.edition, std::nullopt);
  EXPECT_EQ(any.total, 5);
  EXPECT_EQ(any.online, 5);
  const auto premium = world.Refused<SipPoolExhausted>(PhoneOf("late", kPremium));
  EXPECT_EQ(premium.edition, kPremium);
  EXPECT_EQ(premium.total, 3);
  EXPECT_EQ(premium.online, 3);
}

TEST(DecidePhone, AReRegistrationIsFree) {  // R21
  World world;
  WithSip(world);
  const PhoneView first = Register(world, "201", kStandard, absl::Minutes(2));
  world.Advance(absl::Minutes(1));
  world.NewChanges();
  const PhoneView again = Register(world, "201", kPremium, absl::Minutes(2));
  EXPECT_EQ(again.license, first.license);
  EXPECT_EQ(again.revision, first.revision);
  EXPECT_EQ(again.online_time, first.online_time);
  EXPECT_EQ(again.expire_time, world.now() + absl::Minutes(2));
  EXPECT_EQ(KindsOf(world.NewChanges()), KindsOf<PhoneRenewed>());
  const PhoneView longer = Register(world, "201", std::nullopt, absl::Minutes(5));
  EXPECT_EQ(KindsOf(world.NewChanges()), (KindsOf<PhoneTtlChanged, PhoneRenewed>()));
  ExpectSame(longer, PhoneNow(world, "201"));
}

TEST(DecidePhone, TheTtlIsBroughtIntoItsBounds) {  // R21
  struct Case {
    absl::Duration requested;
    absl::Duration granted;
  };
  const Case cases[] = {
      {absl::ZeroDuration(), absl::Seconds(60)},
      {absl::Seconds(1), absl::Seconds(10)},
      {absl::Hours(24), absl::Hours(24)},
      {absl::Hours(25), absl::Hours(24)},
  };
  World world;
  WithSip(world);
  for (const Case& row : cases) {
    EXPECT_EQ(Register(world, "201", std::nullopt, row.requested).expire_time,
              world.now() + row.granted);
  }
}

TEST(DecidePhone, RefusesInTheOrderOfPrecedence) {  // R31
  World world;
  world.WithApplication();
  world.Advance(absl::Seconds(1));
  world.NewChanges();
  EXPECT_EQ(ReasonOf(world.Run(PhoneOf("1"), Elsewhere("acne", "support"))), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(world.Run(PhoneOf("1"), Elsewhere("acme", "sales"))), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(world.Run(PhoneOf("1"))), "SIP_POOL_EXHAUSTED");
  world.Ask<ApplicationReply>(DeleteApplication{});
  EXPECT_EQ(ReasonOf(world.Run(PhoneOf("1"))), "APPLICATION_DELETED");
}

TEST(DecidePhone, ARefusalCountsInTheSipPool) {  // R17
  World world;
  world.WithApplication();
  world.Advance(absl::Seconds(1));
  world.NewChanges();
  struct Case {
    std::optional<Edition> requested;
    Edition counted;
  };
  for (const Case row : {Case{std::nullopt, kStandard}, Case{kPremium, kPremium}}) {
    world.Run(PhoneOf("1", row.requested));
    const std::vector<Change> changes = world.NewChanges();
    ASSERT_EQ(KindsOf(changes), KindsOf<DenialCounted>());
    EXPECT_EQ(std::get<DenialCounted>(changes[0].payload).kind, LicenseKind::kSip);
    EXPECT_EQ(std::get<DenialCounted>(changes[0].payload).edition, row.counted);
  }
}

TEST(DecidePhone, ALeaseThatRunsOutGivesTheLicenseBack) {  // R21
  World world;
  WithSip(world);
  const LicenseId license = Register(world, "201", kStandard, absl::Seconds(10)).license;
  world.Advance(absl::Seconds(10) - absl::Microseconds(1));
  EXPECT_EQ(Renew(world, "201").state, SessionState::kActive);
  world.Advance(absl::Seconds(10));
  EXPECT_EQ(Renew(world, "201").state, SessionState::kEnded);
  EXPECT_EQ(Renew(world, "201").end_reason, EndReason::kUnknown);
  EXPECT_EQ(LicenseNow(world, license).state, LicenseState::kIdle);
}

TEST(DecidePhone, RenewalsAreAnsweredEachByItself) {  // R21
  World world;
  WithSip(world);
  Register(world, "1");
  Register(world, "2");
  world.NewChanges();
  const auto reply =
      world.Ask<RenewPhonesReply>(RenewPhones{{PhoneId("2"), PhoneId("nobody"), PhoneId("1")}});
  ASSERT_EQ(reply.renewals.size(), 3U);
  EXPECT_EQ(reply.renewals[0].id, PhoneId("2"));
  EXPECT_EQ(reply.renewals[0].expire_time, world.now() + absl::Hours(1));
  EXPECT_EQ(reply.renewals[1].state, SessionState::kEnded);
  EXPECT_EQ(reply.renewals[1].end_reason, EndReason::kUnknown);
  EXPECT_EQ(reply.renewals[2].state, SessionState::kActive);
  EXPECT_EQ(KindsOf(world.NewChanges()), (KindsOf<PhoneRenewed, PhoneRenewed>()));
}

TEST(DecidePhone, ADeletedApplicationAnswersEnded) {  // R4
  World world;
  WithSip(world);
  Register(world, "1");
  world.Ask<ApplicationReply>(DeleteApplication{});
  EXPECT_EQ(Renew(world, "1").state, SessionState::kEnded);
  world.Ask<UnregisterPhoneReply>(UnregisterPhone{PhoneId("1")});
}

TEST(DecidePhone, UnregisteringAPhoneThatIsOfflineSucceeds) {
  World world;
  WithSip(world);
  world.Ask<UnregisterPhoneReply>(UnregisterPhone{PhoneId("1")});
  EXPECT_TRUE(world.NewChanges().empty());
  Register(world, "1");
  world.NewChanges();
  world.Ask<UnregisterPhoneReply>(UnregisterPhone{PhoneId("1")});
  const std::vector<Change> changes = world.NewChanges();
  ASSERT_EQ(KindsOf(changes), KindsOf<PhoneOffline>());
  EXPECT_EQ(std::get<PhoneOffline>(changes[0].payload).reason, EndReason::kLogout);
}

TEST(DecidePhone, WhatDrainsIsRenewedAsDraining) {  // R21
  World world;
  WithDrainingPhones(world);
  world.NewChanges();
  const PhoneView phone = Register(world, "1");
  EXPECT_EQ(phone.state, SessionState::kDraining);
  EXPECT_EQ(phone.drain_deadline, At(kPackageEnd) + absl::Minutes(5));
  EXPECT_EQ(KindsOf(world.NewChanges()), KindsOf<PhoneRenewed>());
  ExpectSame(phone, PhoneNow(world, "1"));
  EXPECT_EQ(Renew(world, "2").state, SessionState::kDraining);
  EXPECT_EQ(Renew(world, "2").drain_deadline, phone.drain_deadline);
  EXPECT_EQ(ReasonOf(world.Run(PhoneOf("3"))), "SIP_POOL_EXHAUSTED");
  world.Advance(absl::Minutes(5));
  EXPECT_EQ(Renew(world, "1").state, SessionState::kEnded);
  EXPECT_EQ(ReasonOf(world.Run(PhoneOf("1"))), "SIP_POOL_EXHAUSTED");
}

TEST(DecidePhone, WhatDrainsTakesAnIdleLicenseOfAnotherEdition) {  // R21
  World world;
  WithDrainingPhones(world);
  Buy(world, {Item(kPremiumPackage, 1)});
  world.NewChanges();
  const PhoneView stays = Register(world, "2", kStandard);
  EXPECT_EQ(stays.state, SessionState::kDraining);
  EXPECT_EQ(KindsOf(world.NewChanges()), KindsOf<PhoneRenewed>());

  const PhoneView moved = Register(world, "1");
  EXPECT_EQ(moved.state, SessionState::kActive);
  EXPECT_EQ(moved.edition, kPremium);
  EXPECT_EQ(moved.drain_deadline, std::nullopt);
  EXPECT_EQ(KindsOf(world.NewChanges()), (KindsOf<PhoneMoved, PhoneDraining, PhoneRenewed>()));
  ExpectSame(moved, PhoneNow(world, "1"));
  world.Advance(absl::Minutes(6));
  EXPECT_EQ(Renew(world, "1").state, SessionState::kActive);
  EXPECT_EQ(Renew(world, "2").state, SessionState::kEnded);
  world.ExpectReplayGivesTheSameState();
}

TEST(DecidePhone, ListsPhonesByIdAndTellsOfMore) {
  World world;
  WithSip(world);
  for (const char* id : {"30", "10", "20"}) Register(world, id);
  struct Case {
    ListPhones command;
    std::vector<std::string> ids;
    bool more;
  };
  const std::vector<Case> cases = {
      {{.limit = 3}, {"10", "20", "30"}, false},
      {{.limit = 2}, {"10", "20"}, true},
      {{.after = PhoneId("20"), .limit = 2}, {"30"}, false},
      {{.after = PhoneId("30"), .limit = 2}, {}, false},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(i);
    const auto reply = world.Ask<PhonesReply>(cases[i].command);
    std::vector<std::string> ids;
    for (const PhoneView& phone : reply.phones) ids.push_back(phone.id.value());
    EXPECT_EQ(ids, cases[i].ids);
    EXPECT_EQ(reply.more, cases[i].more);
  }
}

}  // namespace
}  // namespace usher::entitlement
