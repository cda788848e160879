// What time does to minutes and calls: months, lapses, packages that end, downtime.
#include <string>
#include <vector>

#include "entitlement/voice_plan.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/calls.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::Balance;
using testing::BuyFor;
using testing::CallNow;
using testing::Connect;
using testing::DrainTo;
using ::testing::ElementsAre;
using testing::ExtendOne;
using testing::Grant;
using testing::HangUp;
using testing::Item;
using testing::kVoiceMinutes;
using testing::kVoicePackage;
using testing::Remaining;
using testing::Ring;
using testing::Sales;
using testing::Talk;
using testing::TalkFor;
using testing::WithVoice;
using testing::World;

constexpr char kDecember[] = "2026-12-01T00:00:00Z";

std::vector<Change> EventsAt(const World& world, absl::Time time) {
  std::vector<Change> found;
  for (const Change& change : world.changes()) {
    if (change.event_time == time && change.revision) found.push_back(change);
  }
  return found;
}

TEST(Months, BeginAndLapseByThemselvesAsEvents) {  // R22, R29
  World world;
  WithVoice(world, 3);
  DrainTo(world, 5'000);
  world.AdvanceTo(At("2026-12-05T00:00:00Z"));
  const std::vector<Change> events = EventsAt(world, At(kDecember));
  EXPECT_EQ(testing::KindsOf(events), (testing::KindsOf<MinutesExpired, MinutesGranted>()));
  EXPECT_EQ(std::get<MinutesExpired>(events[0].payload).unused_minutes, 5'000);
  EXPECT_FALSE(events[0].application);
  EXPECT_EQ(std::get<MinutesGranted>(events[1].payload).minutes, 8'000);
  EXPECT_EQ(Remaining(world), 8'000);
}

TEST(Months, AreCaughtUpAfterDowntimeEachAtItsTime) {  // R22, R29
  World world;
  WithVoice(world, 3);
  world.SleepServerDown(absl::Hours(24 * 75));
  EXPECT_EQ(EventsAt(world, At(kDecember)).size(), 2u);
  EXPECT_EQ(EventsAt(world, At("2027-01-01T00:00:00Z")).size(), 2u);
  EXPECT_EQ(world.account().voice.grants.size(), 3u);
  EXPECT_EQ(Grant(world, 3).expire_time, At("2027-02-01T00:00:00Z"));
  world.ExpectReplayGivesTheSameState();
}

TEST(Months, EndByANewZoneFromTheNextMonthOnButPlansDoNotMove) {  // R2, R22
  World world;
  WithVoice(world, 3, "Europe/Berlin");
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "Asia/Tokyo"}, testing::Acme());
  world.AdvanceTo(At("2027-01-15T00:00:00Z"));
  EXPECT_EQ(Grant(world, 1).expire_time, At("2026-12-01T00:00:00+01:00"));
  EXPECT_EQ(Grant(world, 2).start_time, At("2026-12-01T00:00:00+01:00"));
  EXPECT_EQ(Grant(world, 2).expire_time, At("2027-01-01T00:00:00+09:00"));
  EXPECT_EQ(Grant(world, 3).start_time, At("2027-01-01T00:00:00+09:00"));
  // The package keeps its end, and its last month ends with it.
  EXPECT_EQ(Grant(world, 3).expire_time, At("2027-02-01T00:00:00+01:00"));
  world.AdvanceTo(At("2027-02-15T00:00:00Z"));
  EXPECT_EQ(world.account().voice.grants.size(), 3u);
}

TEST(Months, OfAPackageBoughtWhileAZoneWaitsEndByIt) {  // R2, R22
  World world;
  world.WithApplication("Europe/Berlin");
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "America/Phoenix"}, testing::Acme());
  EXPECT_EQ(testing::Quote(world, {Item(kVoicePackage, 1)}, 1).order.lines[0].expire_time,
            At("2026-12-01T00:00:00+01:00"));
  EXPECT_EQ(testing::Quote(world, {Item(kVoicePackage, 1)}, 2).order.lines[0].expire_time,
            At("2027-01-01T00:00:00-07:00"));
}

TEST(Months, OfARenewalGoOnThoughTheZoneMovedWest) {  // R2, R9, R22
  World world;
  WithVoice(world, 2, "Europe/Berlin");
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "America/Phoenix"}, testing::Acme());
  world.AdvanceTo(At("2026-12-15T00:00:00Z"));
  world.Ask<OrderReply>(RenewSubscription{.id = SubscriptionId(1), .months = 1});
  world.AdvanceTo(At("2027-01-15T00:00:00Z"));
  EXPECT_EQ(Grant(world, 3).start_time, At("2027-01-01T00:00:00+01:00"));
  EXPECT_EQ(Grant(world, 3).expire_time, At("2027-02-01T00:00:00-07:00"));
}

TEST(Months, AreGrantedBeforeWhatFollowsAtTheSameInstant) {  // R29
  World world;
  WithVoice(world, 2);
  world.AdvanceTo(At(kDecember));
  EXPECT_EQ(Remaining(world), 8'000);
}

// ---- Over midnight

TEST(OverMidnight, EachMinuteIsChargedToTheGrantThatWasValidWhenItBegan) {  // R24, R26
  World world;
  WithVoice(world, 2);
  world.AdvanceTo(At("2026-11-30T23:57:30Z"));
  Talk(world, "c1");
  TalkFor(world, {"c1"}, absl::Minutes(5));
  const CallView ended = HangUp(world, "c1");
  // 57:30, 58:30 and 59:30 in November; 00:30 and 01:30 in December.
  EXPECT_THAT(ended.charges, ElementsAre(MinuteCharge{GrantId(1), 3}, MinuteCharge{GrantId(2), 2}));
  EXPECT_EQ(Remaining(world), 7'998);
  world.ExpectReplayGivesTheSameState();
}

TEST(OverMidnight, ANewMonthIsNotReservedBeforeItBeginsAndNoCallIsCalledFinal) {  // R24, R26
  World world;
  WithVoice(world, 2);
  BuyFor(world, World::Support(), {Item(kVoiceMinutes, 5'000)});
  world.AdvanceTo(At("2026-11-30T23:59:30Z"));
  const CallView call = Talk(world, "c1", absl::Minutes(10));
  EXPECT_EQ(call.reserved_minutes, 1);
  EXPECT_FALSE(call.final_minute);
  world.AdvanceTo(At(kDecember));
  // The server goes on by itself, with minutes of the package rather than additional ones.
  EXPECT_EQ(CallNow(world, "c1").reserved_minutes, 10);
  EXPECT_EQ(Grant(world, 3).reserved, 9);
  EXPECT_EQ(Grant(world, 2).reserved, 0);
}

TEST(OverMidnight, UnreservedMinutesOfALapsedGrantAreNeverCharged) {  // R24
  World world;
  WithVoice(world, 1);
  world.AdvanceTo(At("2026-11-30T23:58:00Z"));
  Talk(world, "c1");
  HangUp(world, "c1", absl::Minutes(1));
  Ring(world, "c2", absl::Minutes(10));
  // It was connected at once, but nobody said so before midnight.
  world.AdvanceTo(At("2026-12-01T00:01:00Z"));
  const CallView ended = HangUp(world, "c2", absl::Minutes(3));
  EXPECT_EQ(ended.charged_minutes, 1);
  EXPECT_EQ(ended.uncovered_minutes, 2);
}

TEST(OverMidnight, ARingingCallsMinuteMovesToTheMonthInWhichItConnects) {  // R24, R26
  World world;
  WithVoice(world, 2);
  world.AdvanceTo(At("2026-11-30T23:59:30Z"));
  Ring(world, "c1", absl::Minutes(5));
  world.AdvanceTo(At("2026-12-01T00:01:00Z"));
  Connect(world, "c1");
  EXPECT_EQ(Grant(world, 1).reserved, 0);
  EXPECT_THAT(HangUp(world, "c1", absl::Minutes(1)).charges,
              ElementsAre(MinuteCharge{GrantId(2), 1}));
}

TEST(OverMidnight, AConnectionThatIsToldLateKeepsTheMinuteThatWasReservedInTime) {  // R24
  World world;
  WithVoice(world, 2);
  BuyFor(world, World::Support(), {Item(kVoiceMinutes, 5'000)});
  world.AdvanceTo(At("2026-11-30T23:59:30Z"));
  Ring(world, "c1", absl::Minutes(5));
  world.AdvanceTo(At("2026-12-01T00:00:05Z"));
  // November's minutes have lapsed by now, and additional ones are there.
  Connect(world, "c1", At("2026-11-30T23:59:50Z"));
  EXPECT_THAT(HangUp(world, "c1", absl::Seconds(20)).charges,
              ElementsAre(MinuteCharge{GrantId(1), 1}));
  EXPECT_EQ(Grant(world, 2).charged, 0);
}

TEST(OverMidnight, ARingingCallKeepsALapsedMinuteWhereThereIsNoOther) {  // R24
  World world;
  WithVoice(world, 1);
  world.AdvanceTo(At("2026-11-30T23:59:30Z"));
  Ring(world, "c1", absl::Minutes(5));
  world.AdvanceTo(At("2026-12-01T00:01:00Z"));
  EXPECT_TRUE(Connect(world, "c1").final_minute);
  world.Advance(absl::Minutes(1));
  const CallView ended = CallNow(world, "c1");
  EXPECT_EQ(ended.end_reason, CallEndReason::kPackageExpired);
  EXPECT_THAT(ended.charges, ElementsAre(MinuteCharge{GrantId(1), 1}));
}

// ---- Packages that end

TEST(PackageEnd, ARunningCallFinishesOnWhatItHasReserved) {  // R23, R26, R27
  World world;
  WithVoice(world, 1);
  BuyFor(world, World::Support(), {Item(kVoiceMinutes, 5'000)});
  world.AdvanceTo(At("2026-11-30T23:58:15Z"));
  Talk(world, "c1");
  world.Advance(absl::Seconds(60));
  const CallExtensionView extension = ExtendOne(world, "c1");
  EXPECT_TRUE(extension.final_minute);
  EXPECT_EQ(extension.must_end_time, At("2026-12-01T00:00:15Z"));
  world.Advance(absl::Minutes(2));
  const CallView ended = CallNow(world, "c1");
  EXPECT_EQ(ended.end_reason, CallEndReason::kPackageExpired);
  EXPECT_EQ(ended.end_time, At("2026-12-01T00:00:15Z"));
  // The last minute began before midnight.
  EXPECT_THAT(ended.charges, ElementsAre(MinuteCharge{GrantId(1), 2}));
  // R23: additional minutes stay, and wait for a package.
  EXPECT_EQ(Remaining(world), 5'000);
  world.Refused<VoicePackageRequired>(testing::StartOf("c2"));
}

TEST(PackageEnd, IsNoEndForACallWhosePackageIsRenewedInTime) {  // R9, R26
  World world;
  WithVoice(world, 1);
  world.AdvanceTo(At("2026-11-30T23:59:15Z"));
  EXPECT_TRUE(Talk(world, "c1").final_minute);
  world.Ask<OrderReply>(RenewSubscription{.id = SubscriptionId(1)});
  EXPECT_FALSE(ExtendOne(world, "c1").final_minute);
  TalkFor(world, {"c1"}, absl::Minutes(3));
  EXPECT_THAT(HangUp(world, "c1").charges,
              ElementsAre(MinuteCharge{GrantId(1), 1}, MinuteCharge{GrantId(2), 2}));
}

TEST(PackageEnd, OfOneApplicationLeavesTheCallsOfAnother) {  // R22, R26
  World world;
  WithVoice(world, 1);
  testing::AddSales(world);
  BuyFor(world, Sales(), {Item(kVoicePackage, 1)}, 2);
  world.AdvanceTo(At("2026-11-30T23:59:15Z"));
  EXPECT_TRUE(Talk(world, "c1").final_minute);
  EXPECT_FALSE(Talk(world, "c2", absl::ZeroDuration(), Sales()).final_minute);
  world.Advance(absl::Seconds(80));
  EXPECT_EQ(CallNow(world, "c1").end_reason, CallEndReason::kPackageExpired);
  EXPECT_EQ(CallNow(world, "c2", Sales()).state, CallState::kConnected);
}

TEST(PackageEnd, AdditionalMinutesServeWhileAnyPackageOfTheAccountLasts) {  // R23
  World world;
  WithVoice(world, 2);
  DrainTo(world, 1);
  BuyFor(world, World::Support(), {Item(kVoiceMinutes, 5'000)});
  Talk(world, "c1");
  TalkFor(world, {"c1"}, absl::Minutes(3));
  EXPECT_THAT(HangUp(world, "c1").charges,
              ElementsAre(MinuteCharge{GrantId(1), 1}, MinuteCharge{GrantId(2), 2}));
}

TEST(Lapse, OfTheLastGrantUnderACall) {  // R24, R26
  World world;
  WithVoice(world, 36);
  DrainTo(world, 0);
  BuyFor(world, World::Support(), {Item(kVoiceMinutes, 5'000)});
  // The month's own minutes are used up, and the purchase lapses before the month ends.
  world.AdvanceTo(At("2027-11-02T08:57:30Z"));
  DrainTo(world, 5'000);
  const CallView call = Talk(world, "c1", absl::Minutes(10));
  EXPECT_TRUE(call.final_minute);
  EXPECT_EQ(call.must_end_time, At("2027-11-02T09:00:30Z"));
  world.Advance(absl::Minutes(5));
  const CallView ended = CallNow(world, "c1");
  EXPECT_EQ(ended.end_reason, CallEndReason::kMinutesExhausted);
  EXPECT_EQ(ended.charged_minutes, 3);
  EXPECT_EQ(ended.uncovered_minutes, 0);
  EXPECT_EQ(Remaining(world), 0);
}

TEST(Lapse, TellsWhatNobodyHadReserved) {  // R24
  World world;
  WithVoice(world, 1);
  world.AdvanceTo(At("2026-11-30T23:59:15Z"));
  Talk(world, "c1");
  world.AdvanceTo(At(kDecember));
  const auto expired = World::Only<MinutesExpired>(world.changes());
  ASSERT_EQ(expired.size(), 1u);
  EXPECT_EQ(expired[0].unused_minutes, 7'999);
  EXPECT_TRUE(Balance(world).grants.empty());
}

// ---- Restarts

TEST(Restart, ReservesTheWholeHoldAndChargesNothingForIt) {  // R26
  World world;
  WithVoice(world);
  Talk(world, "c1");
  EXPECT_EQ(Remaining(world), 7'998);
  world.SleepServerDown(absl::Seconds(10));
  EXPECT_EQ(Remaining(world), 7'998 - kHoldStepMinutes);
  EXPECT_EQ(CallNow(world, "c1").reserved_minutes, 2 + kHoldStepMinutes);
  ExtendOne(world, "c1");
  const CallView ended = HangUp(world, "c1", absl::Seconds(20));
  EXPECT_EQ(ended.charged_minutes, 1);
  EXPECT_EQ(Remaining(world), 7'999);
}

TEST(Restart, ACallThatDoesNotComeBackIsBilledToItsLastDurableSignOfLife) {  // R26, R27
  World world;
  WithVoice(world);
  DrainTo(world, 3);
  Talk(world, "c1", absl::Minutes(10));
  ASSERT_TRUE(CallNow(world, "c1").final_minute);
  // Its must_end_time passes meanwhile.
  const absl::Time must_end = *CallNow(world, "c1").must_end_time;
  world.Advance(absl::Seconds(1));
  world.SleepServerDown(absl::Hours(1));
  const CallView ended = CallNow(world, "c1");
  EXPECT_EQ(ended.end_reason, CallEndReason::kMinutesExhausted);
  EXPECT_EQ(ended.end_time, must_end);
  EXPECT_EQ(ended.charged_minutes, 0);
  EXPECT_EQ(HangUp(world, "c1", absl::Minutes(3)).charged_minutes, 3);
}

TEST(Restart, AConnectionIsASignOfLifeLikeAnExtension) {  // R27
  World world;
  WithVoice(world);
  DrainTo(world, 1);
  Ring(world, "c1", absl::Minutes(10));
  world.SleepServerDown(absl::Seconds(10));
  const CallView call = Connect(world, "c1");
  ASSERT_TRUE(call.final_minute);
  world.AdvanceTo(*call.must_end_time);
  const CallView ended = CallNow(world, "c1");
  EXPECT_EQ(ended.end_reason, CallEndReason::kMinutesExhausted);
  EXPECT_EQ(ended.charged_minutes, 1);
}

TEST(Restart, ACallThatComesBackLateHasTheMinutesInBetween) {  // R24, R26
  World world;
  WithVoice(world);
  Talk(world, "c1");
  world.SleepServerDown(absl::Minutes(30));
  const CallExtensionView extension = ExtendOne(world, "c1");
  EXPECT_FALSE(extension.final_minute);
  EXPECT_EQ(CallNow(world, "c1").reserved_minutes, 32);
  EXPECT_EQ(HangUp(world, "c1").charged_minutes, 30);
}

TEST(Restart, OverTheLapseOfItsLastGrantLeavesMinutesUncovered) {  // R24, R26
  World world;
  WithVoice(world, 2);
  world.AdvanceTo(At("2026-11-30T23:50:00Z"));
  Talk(world, "c1");
  // Held to 23:57; the three minutes up to midnight were nobody's, and lapsed with their month.
  world.SleepServerDown(absl::Minutes(20));
  ExtendOne(world, "c1");
  const CallView ended = HangUp(world, "c1");
  EXPECT_THAT(ended.charges,
              ElementsAre(MinuteCharge{GrantId(1), 7}, MinuteCharge{GrantId(2), 10}));
  EXPECT_EQ(ended.uncovered_minutes, 3);
  world.ExpectReplayGivesTheSameState();
}

}  // namespace
}  // namespace usher::entitlement
