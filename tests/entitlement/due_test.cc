// What time does by itself, when, and in which order (R29).
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

constexpr absl::Duration kGrace = absl::Hours(24 * 30);

absl::Time Next(const ByHand& acme) { return NextDue(acme.application, acme.policy); }

TEST(NextDue, IsTheSoonestOfAllDeadlines) {
  ByHand acme;
  EXPECT_EQ(NextDue(acme.account, acme.policy), absl::InfiniteFuture());
  EXPECT_EQ(Next(acme), At("2026-12-01T00:00:00Z"));  // the month's end
  acme.Grant(kAgent, kStandard, absl::Hours(48));
  EXPECT_EQ(Next(acme), acme.now + absl::Hours(48));
  acme.Grant(kAgent, kStandard, absl::Hours(1));
  EXPECT_EQ(Next(acme), acme.now + absl::Hours(1));
  acme.Bind(LicenseId(2), "ann@acme.com");
  acme.Login("ann@acme.com");
  acme.now += absl::Hours(1);
  acme.Do(LicensesExpired{.ids = {LicenseId(2)}});
  acme.Do(AgentDrainChanged{Email("ann@acme.com"), acme.now + absl::Minutes(5)});
  EXPECT_EQ(Next(acme), acme.now + absl::Minutes(5));
}

TEST(NextDue, OfAnIdleApplicationWithoutLicensesIsTheMonthsEnd) {
  ByHand acme;
  EXPECT_EQ(Next(acme), acme.application.usage.month_end);
}

TEST(DecideDue, LicensesOfOneInstantExpireByPoolWithAscendingIds) {  // R16
  ByHand acme;
  acme.Grant(kSip, kPremium, absl::Hours(1));
  acme.Grant(kAgent, kPremium, absl::Hours(1), 2);
  acme.Grant(kAgent, kStandard, absl::Hours(1));
  acme.Grant(kAgent, kStandard, absl::Hours(2));
  const auto expired = World::Only<LicensesExpired>(acme.Advance(absl::Hours(1)));
  ASSERT_EQ(expired.size(), 3u);
  EXPECT_THAT(expired[0].ids, ElementsAre(LicenseId(4)));
  EXPECT_THAT(expired[1].ids, ElementsAre(LicenseId(2), LicenseId(3)));
  EXPECT_EQ(expired[1].edition, kPremium);
  EXPECT_EQ(expired[2].kind, kSip);
  EXPECT_FALSE(acme.license(LicenseId(5)).expired);
}

TEST(DecideDue, ALicenseIsExpiredAtItsExpireTime) {  // R2
  ByHand acme;
  acme.Grant(kAgent, kStandard, absl::Hours(1));
  EXPECT_THAT(acme.Advance(absl::Hours(1) - absl::Microseconds(1)), IsEmpty());
  EXPECT_THAT(Words(acme.Advance(absl::Microseconds(1))), ElementsAre("LicensesExpired"));
}

TEST(DecideDue, WhatFellDueWhileTheServerWasDownIsDoneInTheOrderOfTime) {  // R29
  ByHand acme;
  acme.Grant(kAgent, kStandard, absl::Hours(2));
  acme.Grant(kAgent, kPremium, absl::Hours(1));
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Do(MobileAnsweringChanged{Email("ann@acme.com"), MobileAnswering::kAlways});
  const absl::Time start = acme.now;
  const std::vector<Change> changes = acme.Advance(absl::Hours(24 * 60));
  EXPECT_THAT(Words(changes), ElementsAre("LicensesExpired", "LicensesExpired", "AgentDrainChanged",
                                          "MobileAnsweringChanged", "UsageMonthStarted",
                                          "LicenseReleased", "UsageMonthStarted"));
  EXPECT_EQ(changes[0].event_time, start + absl::Hours(1));
  EXPECT_EQ(changes[1].event_time, start + absl::Hours(2));
  EXPECT_EQ(changes[3].event_time, start + absl::Hours(2) + absl::Minutes(5));
  EXPECT_EQ(changes[4].event_time, At("2026-12-01T00:00:00Z"));
  EXPECT_EQ(changes[5].event_time, start + absl::Hours(2) + kGrace);
  EXPECT_EQ(changes[6].event_time, At("2027-01-01T00:00:00Z"));
}

TEST(DecideDue, EventsAreNumberedWithoutAGapAndTimesNeverDecrease) {  // R29
  ByHand acme;
  acme.Grant(kAgent, kStandard, absl::Hours(2), 3);
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Do(MobileAnsweringChanged{Email("ann@acme.com"), MobileAnswering::kAlways});
  Revision last = acme.account.last_revision;
  absl::Time time = acme.now;
  for (const Change& change : acme.Advance(absl::Hours(24 * 40))) {
    EXPECT_GE(change.event_time, time);
    time = change.event_time;
    if (ClassOf(change.payload) != ChangeClass::kEvent) {
      EXPECT_FALSE(change.revision);
      continue;
    }
    EXPECT_EQ(change.revision, last.next());
    last = change.revision;
  }
  EXPECT_EQ(acme.account.last_revision, last);
}

TEST(DecideDue, ARecordLapsesARenewalGraceAfterItsExpiryAndNotBefore) {  // R9
  ByHand acme;
  acme.Grant(kAgent, kStandard, absl::Hours(1));
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Advance(absl::Hours(1));
  acme.Advance(kGrace - absl::Microseconds(1));
  EXPECT_EQ(acme.license(LicenseId(1)).holder, "ann@acme.com");
  const std::vector<Change> changes = acme.Advance(absl::Microseconds(1));
  EXPECT_THAT(Words(changes), ElementsAre("LicenseReleased"));
  EXPECT_EQ(World::Only<LicenseReleased>(changes)[0].cause, ReleaseCause::kLapsed);
  EXPECT_EQ(acme.application.Find(Email("ann@acme.com")), nullptr);
}

TEST(DecideDue, ADrainPeriodBeyondTheGraceEndsWithTheGrace) {  // R9, R16
  ByHand acme;
  acme.policy.drain_period = absl::Hours(3);
  acme.policy.renewal_grace = absl::Hours(2);
  acme.Grant(kAgent, kStandard, absl::Hours(1));
  acme.Grant(kSip, kStandard, absl::Hours(1));
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Login("ann@acme.com", Channel::kWeb, absl::Hours(9));
  acme.Do(MobileAnsweringChanged{Email("ann@acme.com"), MobileAnswering::kAlways});
  acme.Online("201", LicenseId(2), absl::Hours(9));
  acme.Advance(absl::Hours(1));
  EXPECT_THAT(
      Words(acme.Advance(absl::Hours(2))),
      ElementsAre("SessionEnded", "MobileAnsweringChanged", "LicenseReleased", "PhoneOffline"));
}

TEST(DecideDue, WithoutADrainPeriodSessionsEndAtTheExpiry) {  // R16
  ByHand acme;
  acme.policy.drain_period = absl::ZeroDuration();
  acme.Grant(kAgent, kStandard, absl::Hours(1));
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Login("ann@acme.com", Channel::kWeb, absl::Hours(9));
  acme.Advance(absl::Hours(1));
  EXPECT_THAT(acme.application.sessions, IsEmpty());
}

TEST(DecideDue, FiguresOfANewApplicationBeginWithTheCurrentMonth) {  // R17
  ByHand acme;
  acme.application.usage = {};
  EXPECT_EQ(Next(acme), absl::InfinitePast());
  const std::vector<Change> changes = acme.CatchUpNow();
  ASSERT_THAT(Words(changes), ElementsAre("UsageMonthStarted"));
  EXPECT_EQ(changes[0].event_time, acme.now);
  EXPECT_EQ(acme.application.usage.month, absl::CivilMonth(2026, 11));
  EXPECT_EQ(acme.application.usage.month_end, At("2026-12-01T00:00:00Z"));
}

TEST(DecideDue, PeakStartsWithWhatIsInUseWhenTheMonthStarts) {  // R17
  ByHand acme;
  acme.Grant(kAgent, kStandard, absl::Hours(24 * 365));
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Do(MobileAnsweringChanged{Email("ann@acme.com"), MobileAnswering::kAlways});
  acme.Do(DenialCounted{kAgent, kStandard});
  acme.Advance(absl::Hours(24 * 40));
  EXPECT_EQ(acme.application.usage.month, absl::CivilMonth(2026, 12));
  EXPECT_EQ(acme.application.usage.pools[0][0], (PoolUsage{.peak_in_use = 1, .denials = 0}));
}

TEST(DecideDue, ANewZoneStartsWithTheNextMonthAndEndsItByItself) {  // R2
  ByHand acme;
  acme.DoFor({}, AccountUpdated{.display_name = "Acme",
                                .pending_zone_name = "Asia/Tokyo",
                                .zone_change_time = At("2026-12-01T00:00:00Z")});
  const std::vector<Change> changes = acme.Advance(absl::Hours(24 * 30));
  // The account goes first: the application's month is one by the new zone.
  ASSERT_THAT(Words(changes), ElementsAre("TimeZoneChanged", "UsageMonthStarted"));
  EXPECT_EQ(std::get<TimeZoneChanged>(changes[0].payload).month, absl::CivilMonth(2026, 12));
  EXPECT_FALSE(changes[0].application);
  EXPECT_EQ(acme.application.usage.month, absl::CivilMonth(2026, 12));
  EXPECT_EQ(acme.application.usage.month_end, At("2026-12-31T15:00:00Z"));
}

TEST(DecideDue, ADeletedApplicationsTermsRunOn) {  // R4
  ByHand acme;
  acme.Grant(kAgent, kStandard, absl::Hours(1));
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Do(MobileAnsweringChanged{Email("ann@acme.com"), MobileAnswering::kAlways});
  acme.Do(ApplicationDeleted{});
  EXPECT_THAT(Words(acme.Advance(absl::Hours(2))),
              ElementsAre("LicensesExpired", "AgentDrainChanged", "MobileAnsweringChanged"));
}

TEST(ForgetSessions, AnEndedSessionIsRememberedForAnHourAtLeast) {
  ByHand acme;
  acme.Grant(kAgent, kStandard, absl::Hours(24 * 365));
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.now += absl::Seconds(20);
  acme.End(acme.Login("ann@acme.com"));
  acme.now += absl::Seconds(10);
  acme.End(acme.Login("ann@acme.com"));
  // Both go with the minute that follows.
  EXPECT_EQ(Next(acme), At("2026-11-02T10:01:00Z"));
  EXPECT_THAT(acme.Advance(absl::Hours(1) + absl::Seconds(29)), IsEmpty());
  EXPECT_THAT(Words(acme.Advance(absl::Seconds(1))),
              ElementsAre("SessionForgotten", "SessionForgotten"));
  EXPECT_THAT(acme.application.ended_sessions, IsEmpty());
  EXPECT_THAT(acme.application.forgets, IsEmpty());
}

TEST(ForgetSessions, ManyAreForgottenInBoundedSteps) {
  ByHand acme;
  for (int64_t id = 1; id <= 2500; ++id) {
    acme.application.ended_sessions.emplace(
        SessionId(id), EndedSession{.id = SessionId(id), .end_time = acme.now});
  }
  Reindex(acme.application);
  EXPECT_EQ(acme.Advance(absl::Hours(1)).size(), 1000u);
  EXPECT_EQ(Next(acme), acme.now + absl::Seconds(1));
  EXPECT_THAT(acme.CatchUpNow(), IsEmpty());
  EXPECT_EQ(acme.Advance(absl::Seconds(1)).size(), 1000u);
  EXPECT_EQ(acme.Advance(absl::Seconds(1)).size(), 500u);
}

TEST(NextStoredDue, LeavesOutWhatCanWaitForALoad) {
  ByHand acme;
  acme.application.ended_sessions.emplace(SessionId(1),
                                          EndedSession{.id = SessionId(1), .end_time = acme.now});
  Reindex(acme.application);
  EXPECT_EQ(NextStoredDue(acme.application, acme.policy), absl::InfiniteFuture());
  acme.Grant(kAgent, kStandard, absl::Hours(1));
  EXPECT_EQ(NextStoredDue(acme.application, acme.policy), acme.now + absl::Hours(1));
}

}  // namespace
}  // namespace usher::entitlement
