// Apply: state moves by changes alone, and the counts and indices move with it.
#include "entitlement/apply.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/by_hand.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::ByHand;
using testing::kAgent;
using testing::kPremium;
using testing::kSip;
using testing::kStandard;

PoolCount Pool(int64_t granted, int64_t total, int64_t held, int64_t in_use) {
  return {.granted = granted, .total = total, .held = held, .in_use = in_use};
}

// Whether the indices that Apply kept are those that follow from the tables.
bool IndicesAreTrue(const Application& application) {
  Application fresh = application;
  Reindex(fresh);
  return SameState(fresh, application);
}

TEST(Apply, NumbersOfTheDirectoryGrowWithAccountsAndApplications) {
  ByHand acme;
  EXPECT_EQ(acme.directory.accounts.at(AccountId("acme")), AccountNo(1));
  EXPECT_EQ(acme.directory.last_account_no, AccountNo(1));
  EXPECT_EQ(acme.directory.last_application_no, ApplicationNo(1));
  EXPECT_EQ(acme.account.create_time, acme.now);
  EXPECT_EQ(acme.account.last_revision, Revision(2));
  ASSERT_NE(acme.account.Find(ApplicationNo(1)), nullptr);
  EXPECT_EQ(acme.account.Find(ApplicationNo(1))->display_name, "Support");
}

TEST(Apply, AZoneWaitsUntilItsChange) {  // R2
  ByHand acme;
  acme.DoFor({}, AccountUpdated{.display_name = "Acme",
                                .pending_zone_name = "Asia/Tokyo",
                                .zone_change_time = At("2026-12-01T00:00:00Z")});
  EXPECT_EQ(acme.account.zone_name, "UTC");
  EXPECT_EQ(NextDue(acme.account, acme.policy), At("2026-12-01T00:00:00Z"));
  acme.now = At("2026-12-01T00:00:00Z");
  acme.DoFor({}, TimeZoneChanged{.zone_name = "Asia/Tokyo", .month = absl::CivilMonth(2026, 12)});
  EXPECT_EQ(acme.account.zone_name, "Asia/Tokyo");
  EXPECT_EQ(acme.account.zone_start->time, acme.now);
  EXPECT_EQ(acme.account.pending_zone, std::nullopt);
  EXPECT_EQ(NextDue(acme.account, acme.policy), absl::InfiniteFuture());
}

TEST(Apply, DeletionIsRecordedAndTakenBack) {  // R4
  ByHand acme;
  acme.Do(ApplicationDeleted{});
  EXPECT_EQ(acme.account.Find(ApplicationNo(1))->delete_time, acme.now);
  acme.Do(ApplicationUndeleted{});
  EXPECT_FALSE(acme.account.Find(ApplicationNo(1))->deleted());
}

TEST(Apply, GrantedLicensesAreIdleTheLatestToExpireFirst) {  // R13
  ByHand acme;
  acme.Grant(kAgent, kStandard, absl::Hours(1), 2);
  acme.Grant(kAgent, kStandard, absl::Hours(2));
  acme.Grant(kAgent, kPremium, absl::Hours(9));
  EXPECT_EQ(acme.application.pool(kAgent, kStandard), Pool(3, 3, 0, 0));
  std::vector<int64_t> order;
  for (const auto& idle : acme.application.idle[0][0]) order.push_back(idle.id.value());
  EXPECT_THAT(order, ::testing::ElementsAre(3, 1, 2));
}

TEST(Apply, ABindingMakesTheAgentAndALoginMakesTheLicenseInUse) {  // R12
  ByHand acme;
  const LicenseId license = acme.Grant(kAgent, kStandard, absl::Hours(1));
  acme.Bind(license, "ann@acme.com");
  EXPECT_EQ(acme.application.pool(kAgent, kStandard), Pool(1, 1, 1, 0));
  EXPECT_EQ(acme.license(license).bind_time, acme.now);
  EXPECT_EQ(acme.agent("ann@acme.com").last_active_time, acme.now);
  const SessionId web = acme.Login("ann@acme.com");
  acme.Login("ann@acme.com", Channel::kSdk);
  EXPECT_EQ(acme.application.pool(kAgent, kStandard), Pool(1, 1, 1, 1));
  EXPECT_EQ(acme.application.Find(web)->revision.value() + 1, acme.account.last_revision.value());
  EXPECT_TRUE(IndicesAreTrue(acme.application));
}

TEST(Apply, TheBindingOutlivesTheLastSession) {  // R14
  ByHand acme;
  const LicenseId license = acme.Grant(kAgent, kStandard, absl::Hours(1));
  acme.Bind(license, "ann@acme.com");
  const SessionId web = acme.Login("ann@acme.com");
  acme.now += absl::Seconds(5);
  acme.End(web);
  EXPECT_EQ(acme.application.pool(kAgent, kStandard), Pool(1, 1, 1, 0));
  EXPECT_EQ(acme.license(license).holder, "ann@acme.com");
  EXPECT_EQ(acme.agent("ann@acme.com").last_active_time, acme.now);
  const EndedSession& ended = acme.application.ended_sessions.at(web);
  EXPECT_EQ(ended.reason, EndReason::kLogout);
  EXPECT_EQ(ended.license, license);
  EXPECT_EQ(ended.end_time, acme.now);
  EXPECT_TRUE(IndicesAreTrue(acme.application));
}

TEST(Apply, AnAgentsLicenseAndSessionsShareItsEmail) {
  ByHand acme;
  const LicenseId license = acme.Grant(kAgent, kStandard, absl::Hours(1));
  acme.Bind(license, "ann@acme.com");
  const SessionId web = acme.Login("ann@acme.com");
  const SessionId sdk = acme.Login("ann@acme.com", Channel::kSdk);
  const char* const email = acme.agent("ann@acme.com").email.value().data();
  EXPECT_EQ(acme.application.Find(license)->holder.view().data(), email);
  EXPECT_EQ(acme.application.Find(web)->email.value().data(), email);
  acme.End(sdk, EndReason::kLogout);
  EXPECT_EQ(acme.application.ended_sessions.at(sdk).email.value().data(), email);
}

TEST(Apply, ALeaseThatEndedEarlierLeavesALaterSignOfLife) {
  ByHand acme;
  acme.Bind(acme.Grant(kAgent, kStandard, absl::Hours(1)), "ann@acme.com");
  const SessionId web = acme.Login("ann@acme.com");
  acme.now += absl::Seconds(30);
  acme.Login("ann@acme.com", Channel::kSdk);
  const absl::Time login = acme.now;
  acme.now -= absl::Seconds(10);
  acme.End(web, EndReason::kLeaseExpired);
  EXPECT_EQ(acme.agent("ann@acme.com").last_active_time, login);
}

TEST(Apply, MobileAnsweringAloneKeepsTheLicenseInUse) {  // R12
  ByHand acme;
  acme.Bind(acme.Grant(kAgent, kStandard, absl::Hours(1)), "ann@acme.com");
  acme.Do(MobileAnsweringChanged{Email("ann@acme.com"), MobileAnswering::kWhenOffline});
  EXPECT_EQ(acme.application.pool(kAgent, kStandard), Pool(1, 1, 1, 1));
  acme.Do(MobileAnsweringChanged{Email("ann@acme.com"), MobileAnswering::kOff});
  EXPECT_EQ(acme.application.pool(kAgent, kStandard), Pool(1, 1, 1, 0));
}

TEST(Apply, AResetReleaseForgetsTheAgentAndAMoveKeepsIt) {  // R16, R18
  ByHand acme;
  const LicenseId first = acme.Grant(kAgent, kStandard, absl::Hours(1), 2);
  acme.Bind(first, "ann@acme.com");
  acme.Do(LicenseReleased{first, Email("ann@acme.com"), ReleaseCause::kReset});
  EXPECT_EQ(acme.application.Find(Email("ann@acme.com")), nullptr);
  EXPECT_EQ(acme.application.pool(kAgent, kStandard), Pool(2, 2, 0, 0));

  acme.Bind(first, "ben@acme.com");
  const SessionId web = acme.Login("ben@acme.com");
  acme.Do(LicenseReleased{first, Email("ben@acme.com"), ReleaseCause::kMoved});
  EXPECT_FALSE(acme.agent("ben@acme.com").license);
  EXPECT_EQ(acme.application.pool(kAgent, kStandard), Pool(2, 2, 0, 0));
  acme.Do(LicenseBound{.id = first.next(), .email = Email("ben@acme.com"), .moved_from = first});
  EXPECT_EQ(acme.agent("ben@acme.com").license, first.next());
  EXPECT_NE(acme.application.Find(web), nullptr);
  EXPECT_EQ(acme.application.pool(kAgent, kStandard), Pool(2, 2, 1, 1));
  EXPECT_TRUE(IndicesAreTrue(acme.application));
}

TEST(Apply, AnExpiredLicenseIsInNoPoolButItsHolderWaits) {  // R16
  ByHand acme;
  const LicenseId license = acme.Grant(kAgent, kStandard, absl::Hours(1));
  acme.Bind(license, "ann@acme.com");
  acme.Login("ann@acme.com");
  acme.now += absl::Hours(1);
  acme.Do(LicensesExpired{.ids = {license}});
  EXPECT_EQ(acme.application.pool(kAgent, kStandard), Pool(1, 0, 0, 0));
  EXPECT_THAT(acme.application.unserved[0][0], ::testing::ElementsAre(license));
  EXPECT_THAT(acme.application.drains, ::testing::IsEmpty());
  acme.Do(AgentDrainChanged{Email("ann@acme.com"), acme.now + absl::Minutes(5)});
  EXPECT_THAT(acme.application.drains,
              ::testing::ElementsAre(std::pair(acme.now + absl::Minutes(5), license)));
  EXPECT_THAT(acme.application.lapses, ::testing::ElementsAre(std::pair(acme.now, license)));
  EXPECT_TRUE(IndicesAreTrue(acme.application));
}

TEST(Apply, WhoStopsBeingActiveHasNothingLeftToDrain) {  // R16
  for (const bool by_logout : {true, false}) {
    ByHand acme;
    const LicenseId license = acme.Grant(kAgent, kStandard, absl::Hours(1));
    acme.Bind(license, "ann@acme.com");
    if (by_logout) {
      acme.Login("ann@acme.com");
    } else {
      acme.Do(MobileAnsweringChanged{Email("ann@acme.com"), MobileAnswering::kAlways});
    }
    acme.now += absl::Hours(1);
    acme.Do(LicensesExpired{.ids = {license}});
    acme.Do(AgentDrainChanged{Email("ann@acme.com"), acme.now + absl::Minutes(5)});
    if (by_logout) {
      acme.End(acme.application.last_session_id);
    } else {
      acme.Do(MobileAnsweringChanged{Email("ann@acme.com"), MobileAnswering::kOff});
    }
    EXPECT_EQ(acme.agent("ann@acme.com").drain_deadline, std::nullopt);
    EXPECT_THAT(acme.application.drains, ::testing::IsEmpty());
    EXPECT_THAT(acme.application.unserved[0][0], ::testing::IsEmpty());
    EXPECT_TRUE(IndicesAreTrue(acme.application));
  }
}

TEST(Apply, ARenewalBringsLicensesBackWithTheirHolders) {  // R9
  ByHand acme;
  Subscription subscription = {.id = SubscriptionId(1),
                               .product = "standard-agent-package",
                               .expire_time = acme.now + absl::Hours(1)};
  acme.Do(SubscriptionStored{subscription});
  const LicenseId first = acme.Grant(kAgent, kStandard, absl::Hours(1), 3);
  acme.Bind(first, "ann@acme.com");
  acme.Login("ann@acme.com");
  acme.now += absl::Hours(1);
  acme.Do(LicensesExpired{.ids = {first, LicenseId(2), LicenseId(3)}});
  acme.Do(AgentDrainChanged{Email("ann@acme.com"), acme.now + absl::Minutes(5)});
  subscription.expire_time += absl::Hours(1);
  acme.Do(SubscriptionRenewed{
      .subscription = subscription, .carried = {first, LicenseId(2)}, .lapsed = {LicenseId(3)}});
  EXPECT_EQ(acme.application.pool(kAgent, kStandard), Pool(3, 2, 1, 1));
  EXPECT_EQ(acme.license(first).holder, "ann@acme.com");
  EXPECT_EQ(acme.license(first).expire_time, subscription.expire_time);
  EXPECT_TRUE(acme.license(LicenseId(3)).expired);
  EXPECT_THAT(acme.application.relieved, ::testing::ElementsAre(first));
  EXPECT_EQ(acme.application.subscriptions.at(SubscriptionId(1)), subscription);
  EXPECT_TRUE(IndicesAreTrue(acme.application));
}

TEST(Apply, APhoneTakesALicenseWhileItIsOnline) {  // R21
  ByHand acme;
  const LicenseId license = acme.Grant(kSip, kStandard, absl::Hours(1), 2);
  acme.Online("201", license);
  EXPECT_EQ(acme.application.pool(kSip, kStandard), Pool(2, 2, 1, 1));
  EXPECT_EQ(acme.phone("201").revision, acme.account.last_revision);
  acme.Do(PhoneMoved{.id = PhoneId("201"), .from = license, .to = license.next()});
  EXPECT_EQ(acme.license(license).holder, "");
  EXPECT_EQ(acme.license(license.next()).holder, "201");
  EXPECT_EQ(acme.phone("201").license, license.next());
  acme.Do(PhoneOffline{PhoneId("201"), license.next(), EndReason::kLogout});
  EXPECT_EQ(acme.application.pool(kSip, kStandard), Pool(2, 2, 0, 0));
  EXPECT_EQ(acme.application.Find(PhoneId("201")), nullptr);
  EXPECT_TRUE(IndicesAreTrue(acme.application));
}

TEST(Apply, ThePeakOfTheMonthIsTheHighestInUse) {  // R17
  ByHand acme;
  const LicenseId first = acme.Grant(kAgent, kStandard, absl::Hours(9), 2);
  acme.Bind(first, "ann@acme.com");
  acme.Bind(first.next(), "ben@acme.com");
  const SessionId ann = acme.Login("ann@acme.com");
  const SessionId ben = acme.Login("ben@acme.com");
  acme.End(ann);
  acme.Do(DenialCounted{kAgent, kStandard});
  EXPECT_EQ(acme.application.usage.pools[0][0], (PoolUsage{.peak_in_use = 2, .denials = 1}));
  acme.Do(UsageMonthStarted{absl::CivilMonth(2026, 12), At("2027-01-01T00:00:00Z")});
  EXPECT_EQ(acme.application.usage.pools[0][0], (PoolUsage{.peak_in_use = 1, .denials = 0}));
  acme.End(ben);
  EXPECT_EQ(acme.application.usage.pools[0][0].peak_in_use, 1);
}

TEST(Apply, ClassesOfChangesAreAsTheContractOfTheJournalSays) {  // R29
  EXPECT_EQ(ClassOf(SessionDraining{}), ChangeClass::kEvent);
  EXPECT_EQ(ClassOf(OrderPlaced{}), ChangeClass::kEvent);
  EXPECT_EQ(ClassOf(PhoneMoved{}), ChangeClass::kEvent);
  EXPECT_EQ(ClassOf(SubscriptionStored{}), ChangeClass::kDurable);
  EXPECT_EQ(ClassOf(AgentDrainChanged{}), ChangeClass::kDurable);
  EXPECT_EQ(ClassOf(SessionForgotten{}), ChangeClass::kDurable);
  EXPECT_EQ(ClassOf(SessionTtlChanged{}), ChangeClass::kDurable);
  EXPECT_EQ(ClassOf(PhoneTtlChanged{}), ChangeClass::kDurable);
  EXPECT_EQ(ClassOf(SessionRenewed{}), ChangeClass::kMemory);
  EXPECT_EQ(ClassOf(PhoneRenewed{}), ChangeClass::kMemory);
  EXPECT_EQ(ClassOf(DenialCounted{}), ChangeClass::kMemory);
  EXPECT_EQ(ClassOf(UsageMonthStarted{}), ChangeClass::kMemory);
}

TEST(ApplyDeathTest, AChangeThatDoesNotFitStopsTheProcess) {
  ByHand acme;
  const LicenseId license = acme.Grant(kAgent, kStandard, absl::Hours(9), 2);
  acme.Bind(license, "ann@acme.com");
  EXPECT_DEATH(acme.Bind(license, "ben@acme.com"), "bound to one email");
  EXPECT_DEATH(acme.Bind(license.next(), "ann@acme.com"), "at most one license");
  EXPECT_DEATH(acme.DoFor(ApplicationNo(2), LicenseReleased{}), "another application");
  acme.Login("ann@acme.com");
  EXPECT_DEATH(acme.Login("ann@acme.com"), "at most one live session");
  EXPECT_DEATH(acme.Do(LicenseReleased{license, Email("ann@acme.com"), ReleaseCause::kReset}),
               "nobody who is active");
}

}  // namespace
}  // namespace usher::entitlement
