// Leases: who is watched, when a lease runs out, and what that ends (R14, R21, R30).
#include "entitlement/apply.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/by_hand.h"

namespace usher::entitlement {
namespace {

using testing::ByHand;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kAgent;
using testing::kSip;
using testing::kStandard;
using testing::Words;
using testing::World;

// Ann may log in, phone 201 may register; both for a long time.
ByHand Office() {
  ByHand acme;
  acme.Grant(kAgent, kStandard, absl::Hours(24 * 365));
  acme.Grant(kSip, kStandard, absl::Hours(24 * 365));
  acme.Bind(LicenseId(1), "ann@acme.com");
  return acme;
}

void Renew(ByHand& acme, SessionId id, absl::Duration ttl) {
  acme.Do(SessionRenewed{.id = id, .lease_end = acme.lease_now + ttl});
}

TEST(Leases, ASessionEndsWhenItsLeaseRunsOutAndNotBefore) {  // R14
  ByHand acme = Office();
  const absl::Time start = acme.now;
  acme.Login("ann@acme.com", Channel::kWeb, absl::Seconds(60));
  EXPECT_THAT(acme.Advance(absl::Seconds(60) - absl::Microseconds(1)), IsEmpty());
  const std::vector<Change> changes = acme.Advance(absl::Seconds(10));
  ASSERT_THAT(Words(changes), ElementsAre("SessionEnded"));
  EXPECT_EQ(World::Only<SessionEnded>(changes)[0].reason, EndReason::kLeaseExpired);
  // At the instant when it ran out, however late that is noticed.
  EXPECT_EQ(changes[0].event_time, start + absl::Seconds(60));
  EXPECT_EQ(acme.license(LicenseId(1)).holder, "ann@acme.com");
}

TEST(Leases, APhoneGivesItsLicenseBackWhenItsLeaseRunsOut) {  // R21
  ByHand acme = Office();
  acme.Online("201", LicenseId(2), absl::Seconds(60));
  const std::vector<Change> changes = acme.Advance(absl::Seconds(61));
  ASSERT_THAT(Words(changes), ElementsAre("PhoneOffline"));
  EXPECT_EQ(World::Only<PhoneOffline>(changes)[0].reason, EndReason::kLeaseExpired);
  EXPECT_EQ(acme.license(LicenseId(2)).holder, "");
}

TEST(Leases, ARenewalPutsTheEndOff) {  // R14
  ByHand acme = Office();
  const SessionId web = acme.Login("ann@acme.com", Channel::kWeb, absl::Seconds(60));
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(acme.Advance(absl::Seconds(40)), IsEmpty());
    Renew(acme, web, absl::Seconds(60));
  }
  EXPECT_THAT(acme.Advance(absl::Seconds(59)), IsEmpty());
  EXPECT_THAT(Words(acme.Advance(absl::Seconds(1))), ElementsAre("SessionEnded"));
}

TEST(Leases, ALeaseThatIsCutShortIsNotNoticedLate) {  // R15
  ByHand acme = Office();
  const SessionId web = acme.Login("ann@acme.com", Channel::kWeb, absl::Hours(1));
  acme.Online("201", LicenseId(2), absl::Hours(1));
  Renew(acme, web, absl::Seconds(10));
  acme.Do(PhoneRenewed{.id = PhoneId("201"), .lease_end = acme.lease_now + absl::Seconds(10)});
  EXPECT_THAT(Words(acme.Advance(absl::Seconds(10))), ElementsAre("SessionEnded", "PhoneOffline"));
}

TEST(Leases, TheCheckIsNeverLate) {
  ByHand acme = Office();
  EXPECT_EQ(NextLeaseCheck(acme.application), LeaseTime::Infinite());
  const SessionId web = acme.Login("ann@acme.com", Channel::kWeb, absl::Seconds(60));
  const LeaseTime first = acme.lease_now + absl::Seconds(60);
  EXPECT_EQ(NextLeaseCheck(acme.application), first);
  acme.Advance(absl::Seconds(30));
  Renew(acme, web, absl::Seconds(60));
  EXPECT_LE(NextLeaseCheck(acme.application), first + absl::Seconds(30));
  EXPECT_THAT(TakeRunOutLeases(acme.application, first, 10), IsEmpty());
  EXPECT_EQ(NextLeaseCheck(acme.application), first + absl::Seconds(30));
}

TEST(Leases, AtMostTheLimitIsTakenTheLongestOverdueFirst) {
  ByHand acme;
  acme.Grant(kSip, kStandard, absl::Hours(24 * 365), 5);
  for (int64_t i = 5; i >= 1; --i) {
    acme.Online(std::to_string(i), LicenseId(i), absl::Seconds(10 * i));
  }
  const LeaseTime late = acme.lease_now + absl::Seconds(40);
  const std::vector<LeaseHolder> first = TakeRunOutLeases(acme.application, late, 3);
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[0].phone, PhoneId("1"));
  EXPECT_EQ(first[2].phone, PhoneId("3"));
  EXPECT_EQ(TakeRunOutLeases(acme.application, late, 3).size(), 1u);
  EXPECT_THAT(TakeRunOutLeases(acme.application, late, 3), IsEmpty());
}

TEST(Leases, SessionsAndPhonesAreTakenInOneOrder) {
  ByHand acme = Office();
  acme.Grant(kSip, kStandard, absl::Hours(24 * 365));
  acme.Online("201", LicenseId(2), absl::Seconds(30));
  const SessionId sdk = acme.Login("ann@acme.com", Channel::kSdk, absl::Seconds(40));
  const SessionId web = acme.Login("ann@acme.com", Channel::kWeb, absl::Seconds(20));
  acme.Online("202", LicenseId(3), absl::Seconds(10));
  const LeaseTime late = acme.lease_now + absl::Seconds(60);
  const std::vector<LeaseHolder> first = TakeRunOutLeases(acme.application, late, 3);
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[0].phone, PhoneId("202"));
  EXPECT_EQ(first[1].session, web);
  EXPECT_EQ(first[2].phone, PhoneId("201"));
  const std::vector<LeaseHolder> rest = TakeRunOutLeases(acme.application, late, 3);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].session, sdk);
}

TEST(Leases, ASessionThatEndedOtherwiseIsNotEndedAgain) {  // R15
  ByHand acme = Office();
  acme.End(acme.Login("ann@acme.com", Channel::kWeb, absl::Seconds(60)), EndReason::kSuperseded);
  acme.Login("ann@acme.com", Channel::kWeb, absl::Hours(1));
  EXPECT_THAT(acme.Advance(absl::Minutes(5)), IsEmpty());
}

TEST(Leases, APhoneThatCameBackKeepsItsNewLease) {  // R21
  ByHand acme = Office();
  acme.Online("201", LicenseId(2), absl::Seconds(60));
  acme.Do(PhoneOffline{PhoneId("201"), LicenseId(2), EndReason::kLogout});
  acme.Online("201", LicenseId(2), absl::Hours(1));
  EXPECT_THAT(acme.Advance(absl::Minutes(5)), IsEmpty());
  EXPECT_THAT(Words(acme.Advance(absl::Hours(1))), ElementsAre("PhoneOffline"));
}

TEST(Leases, WhoIsWatchedTwiceEndsOnce) {
  ByHand acme = Office();
  const SessionId web = acme.Login("ann@acme.com", Channel::kWeb, absl::Hours(1));
  acme.Online("201", LicenseId(2), absl::Hours(1));
  Renew(acme, web, absl::Seconds(10));
  acme.Do(PhoneRenewed{.id = PhoneId("201"), .lease_end = acme.lease_now + absl::Seconds(10)});
  const auto words = Words(acme.Advance(absl::Hours(2)));
  // An hour after its end the session is forgotten.
  EXPECT_THAT(words,
              ::testing::UnorderedElementsAre("SessionEnded", "PhoneOffline", "SessionForgotten"));
}

TEST(Leases, WatchesOfTheEndedDoNotPileUp) {
  ByHand acme = Office();
  for (int i = 0; i < 20'000; ++i) {
    acme.End(acme.Login("ann@acme.com", Channel::kWeb, absl::Hours(1)), EndReason::kSuperseded);
  }
  acme.Login("ann@acme.com", Channel::kWeb, absl::Seconds(60));
  EXPECT_LE(acme.application.session_leases.size(), 2000u);
  EXPECT_THAT(Words(acme.Advance(absl::Seconds(60))), ElementsAre("SessionEnded"));
}

TEST(Leases, ARestartGivesEveryoneOneFullTtl) {  // R30
  ByHand acme = Office();
  acme.Login("ann@acme.com", Channel::kWeb, absl::Seconds(60));
  acme.Online("201", LicenseId(2), absl::Seconds(90));
  // The lease clock of a machine that was started anew.
  acme.lease_now = {5};
  acme.now += absl::Hours(3);
  GrantFullLeases(acme.application, acme.lease_now);
  EXPECT_THAT(acme.Advance(absl::Seconds(59)), IsEmpty());
  EXPECT_THAT(Words(acme.Advance(absl::Seconds(1))), ElementsAre("SessionEnded"));
  EXPECT_THAT(Words(acme.Advance(absl::Seconds(30))), ElementsAre("PhoneOffline"));
}

TEST(Leases, AnEndIsNeverToldAsBeforeTheStart) {
  ByHand acme = Office();
  acme.Login("ann@acme.com", Channel::kWeb, absl::Seconds(60));
  const absl::Time start = acme.now;
  // The wall clock did not move on as the lease clock did.
  acme.lease_now = acme.lease_now + absl::Hours(1);
  const std::vector<Change> changes = acme.CatchUpNow();
  ASSERT_THAT(Words(changes), ElementsAre("SessionEnded"));
  EXPECT_EQ(changes[0].event_time, start);
}

TEST(Leases, ALostLeaseLetsALicenseThatDrainsGo) {  // R14, R16
  ByHand acme;
  acme.Grant(kAgent, kStandard, absl::Hours(1));
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Login("ann@acme.com", Channel::kWeb, absl::Hours(1) + absl::Minutes(1));
  acme.Advance(absl::Hours(1));
  ASSERT_TRUE(acme.agent("ann@acme.com").drain_deadline.has_value());
  EXPECT_THAT(Words(acme.Advance(absl::Minutes(1))), ElementsAre("SessionEnded"));
  EXPECT_EQ(acme.agent("ann@acme.com").drain_deadline, std::nullopt);
  EXPECT_THAT(acme.Advance(absl::Minutes(10)), IsEmpty());
}

}  // namespace
}  // namespace usher::entitlement
