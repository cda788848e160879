// How calls end and what they cost: EndCall, leases, deletion, settlement.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/calls.h"

namespace usher::entitlement {
namespace {

using testing::Balance;
using testing::BuyFor;
using testing::CallNow;
using testing::Connect;
using testing::DrainTo;
using ::testing::ElementsAre;
using testing::Extend;
using testing::Grant;
using testing::HangUp;
using testing::Item;
using testing::kVoiceMinutes;
using testing::Remaining;
using testing::Ring;
using testing::Talk;
using testing::TalkFor;
using testing::WithVoice;
using testing::World;

struct RoundingCase {
  absl::Duration connected;
  int64_t minutes;
};

TEST(EndCall, RoundsUpOnceToTheNextFullMinute) {  // R25
  for (const auto& [connected, minutes] : {RoundingCase{absl::ZeroDuration(), 0},
                                           {absl::Microseconds(1), 1},
                                           {absl::Seconds(59), 1},
                                           {absl::Seconds(60), 1},
                                           {absl::Seconds(60) + absl::Microseconds(1), 2},
                                           {absl::Seconds(61), 2},
                                           {absl::Minutes(10), 10},
                                           {absl::Minutes(10) + absl::Seconds(1), 11}}) {
    World world;
    WithVoice(world);
    Talk(world, "c1");
    const CallView ended = HangUp(world, "c1", connected);
    EXPECT_EQ(ended.charged_minutes, minutes) << connected;
    EXPECT_EQ(ended.connected_duration, connected);
    EXPECT_EQ(ended.end_reason, CallEndReason::kCompleted);
    EXPECT_EQ(Remaining(world), 8000 - minutes);
    EXPECT_EQ(Balance(world).reserved_minutes, 0);
  }
}

TEST(EndCall, TheServersOwnMeasureCountsWhereNoneIsReported) {  // R25
  World world;
  WithVoice(world);
  Ring(world, "c1");
  world.Advance(absl::Seconds(50));
  Connect(world, "c1");
  TalkFor(world, {"c1"}, absl::Seconds(150));
  const CallView ended = HangUp(world, "c1");
  EXPECT_EQ(ended.connected_duration, absl::Seconds(150));
  EXPECT_EQ(ended.charged_minutes, 3);
}

TEST(EndCall, WhatTheMediaServerMeasuredCountsAlsoWhereItIsLonger) {  // R25, R26
  World world;
  WithVoice(world);
  Talk(world, "c1");
  TalkFor(world, {"c1"}, absl::Seconds(100));
  EXPECT_EQ(HangUp(world, "c1", absl::Seconds(30)).charged_minutes, 1);
  Talk(world, "c2");
  EXPECT_EQ(HangUp(world, "c2", absl::Minutes(90)).charged_minutes, 90);
  EXPECT_EQ(Remaining(world), 8000 - 91);
}

TEST(EndCall, RingingIsFree) {  // R25
  World world;
  WithVoice(world);
  Ring(world, "c1", absl::Minutes(10));
  world.Advance(absl::Minutes(5));
  const CallView ended = HangUp(world, "c1");
  EXPECT_EQ(ended.charged_minutes, 0);
  EXPECT_FALSE(ended.connect_time.has_value());
  EXPECT_TRUE(ended.charges.empty());
  EXPECT_EQ(Remaining(world), 8000);
}

TEST(EndCall, AReportedDurationTellsOfAConnectionThatWasLostOnTheWay) {  // R25
  World world;
  WithVoice(world);
  Ring(world, "c1", absl::Minutes(10));
  world.Advance(absl::Minutes(5));
  const CallView ended = HangUp(world, "c1", absl::Seconds(200));
  EXPECT_EQ(ended.connect_time, world.now() - absl::Seconds(200));
  EXPECT_EQ(ended.charged_minutes, 4);
}

TEST(EndCall, AnswersItsSettlementAgain) {
  World world;
  WithVoice(world);
  Talk(world, "c1");
  const CallView ended = HangUp(world, "c1", absl::Minutes(4));
  world.Advance(absl::Hours(1));
  world.NewChanges();
  EXPECT_EQ(HangUp(world, "c1", absl::Minutes(9)), ended);
  EXPECT_TRUE(world.NewChanges().empty());
  world.Refused<ResourceNotFound>(EndCall{.id = CallId("c2")});
}

TEST(EndCall, IsForgottenAfterADay) {
  World world;
  WithVoice(world);
  Talk(world, "c1");
  HangUp(world, "c1");
  world.Advance(absl::Hours(24) - absl::Microseconds(1));
  HangUp(world, "c1");
  world.Advance(absl::Minutes(1));
  world.Refused<ResourceNotFound>(EndCall{.id = CallId("c1")});
  world.Refused<ResourceNotFound>(GetCall{.id = CallId("c1")});
}

TEST(EndCall, MinutesThatNoneCoversAreReportedAndNotCharged) {  // R26
  World world;
  WithVoice(world);
  DrainTo(world, 5);
  Talk(world, "c1");
  const CallView ended = HangUp(world, "c1", absl::Minutes(12));
  EXPECT_EQ(ended.charged_minutes, 5);
  EXPECT_EQ(ended.uncovered_minutes, 7);
  EXPECT_EQ(Remaining(world), 0);
}

TEST(EndCall, MinutesBeyondTheReservationNeverTakeWhatOthersReserved) {  // R26
  World world;
  WithVoice(world);
  DrainTo(world, 5);
  Talk(world, "other");
  Ring(world, "c1");
  const CallView ended = HangUp(world, "c1", absl::Minutes(12));
  EXPECT_EQ(ended.charged_minutes, 3);
  EXPECT_EQ(ended.uncovered_minutes, 9);
  EXPECT_EQ(HangUp(world, "other", absl::Minutes(2)).charged_minutes, 2);
}

TEST(EndCall, PackageMinutesAreConsumedBeforeAdditionalOnes) {  // R24
  World world;
  WithVoice(world);
  BuyFor(world, World::Support(), {Item(kVoiceMinutes, 5000)});
  Talk(world, "c1");
  const CallView ended = HangUp(world, "c1", absl::Minutes(8100));
  EXPECT_THAT(ended.charges,
              ElementsAre(MinuteCharge{GrantId(1), 8000}, MinuteCharge{GrantId(2), 100}));
}

TEST(EndCall, AnEndedCallIsBilledWhileItsApplicationIsDeleted) {  // R4
  World world;
  WithVoice(world);
  Talk(world, "c1");
  TalkFor(world, {"c1"}, absl::Seconds(70));
  world.Ask<ApplicationReply>(DeleteApplication{});
  const CallView ended = CallNow(world, "c1");
  EXPECT_EQ(ended.end_reason, CallEndReason::kApplicationDeleted);
  EXPECT_EQ(ended.charged_minutes, 2);
  EXPECT_EQ(HangUp(world, "c1", absl::Seconds(50)).charged_minutes, 1);
  world.Ask<ApplicationReply>(UndeleteApplication{});
  EXPECT_EQ(CallNow(world, "c1").state, CallState::kEnded);
  world.ExpectReplayGivesTheSameState();
}

// ---- Leases

TEST(CallLease, EndsTheCallBilledToItsLastDurableSignOfLife) {  // R27
  World world;
  WithVoice(world);
  const CallView call = Talk(world, "c1");
  // Held at the connection, and once more when these minutes were used up; later signs of life were
  // in memory only.
  TalkFor(world, {"c1"}, absl::Minutes(8));
  const Call& live = world.account().voice.calls.at(call.no);
  const absl::Duration signed_for = live.sign_time - *call.connect_time;
  EXPECT_GT(signed_for, absl::ZeroDuration());
  EXPECT_LT(live.sign_time, world.now());
  EXPECT_LE(world.now() - live.sign_time, absl::Minutes(kHoldStepMinutes + 1));
  const absl::Time lease_end = world.now() + absl::Seconds(90);
  world.Advance(absl::Minutes(5));
  const CallView ended = CallNow(world, "c1");
  EXPECT_EQ(ended.end_reason, CallEndReason::kLeaseExpired);
  EXPECT_EQ(ended.end_time, lease_end);
  EXPECT_EQ(ended.connected_duration, signed_for);
  EXPECT_EQ(ended.charged_minutes, absl::ToInt64Minutes(absl::Ceil(signed_for, absl::Minutes(1))));
  EXPECT_EQ(Balance(world).reserved_minutes, 0);
  EXPECT_EQ(Balance(world).concurrency[0].active, 0);
}

TEST(CallLease, OfARingingCallCostsNothing) {  // R25, R27
  World world;
  WithVoice(world);
  Ring(world, "c1");
  world.Advance(absl::Seconds(90));
  EXPECT_EQ(CallNow(world, "c1").end_reason, CallEndReason::kLeaseExpired);
  EXPECT_EQ(CallNow(world, "c1").charged_minutes, 0);
  EXPECT_EQ(Remaining(world), 8000);
}

TEST(CallLease, StandsStillWhileTheServerIsDown) {  // R27, R29
  World world;
  WithVoice(world);
  Talk(world, "c1");
  world.SleepServerDown(absl::Hours(2));
  EXPECT_EQ(CallNow(world, "c1").state, CallState::kConnected);
  EXPECT_EQ(CallNow(world, "c1").expire_time, world.now() + absl::Seconds(90));
  world.Advance(absl::Seconds(90));
  EXPECT_EQ(CallNow(world, "c1").end_reason, CallEndReason::kLeaseExpired);
  // It was last heard of when it connected.
  EXPECT_EQ(CallNow(world, "c1").charged_minutes, 0);
  world.ExpectReplayGivesTheSameState();
}

// ---- Settlement

TEST(Settlement, ShorterOrLongerIsSettledOnceByTheFirstEndCall) {  // R27
  struct Case {
    absl::Duration reported;
    int64_t charged;
  };
  for (const Case& c : {Case{absl::Seconds(20), 1},
                        {absl::Minutes(8), 8},
                        {absl::Minutes(30), 30},
                        {absl::ZeroDuration(), 0}}) {
    World world;
    WithVoice(world);
    Talk(world, "c1");
    TalkFor(world, {"c1"}, absl::Minutes(8));
    world.Advance(absl::Minutes(5));
    const int64_t billed = CallNow(world, "c1").charged_minutes;
    ASSERT_GT(billed, 0);
    EXPECT_EQ(Remaining(world), 8000 - billed);
    world.NewChanges();
    const CallView settled = HangUp(world, "c1", c.reported);
    EXPECT_EQ(settled.charged_minutes, c.charged);
    EXPECT_EQ(settled.connected_duration, c.reported);
    EXPECT_EQ(settled.end_reason, CallEndReason::kLeaseExpired);
    EXPECT_EQ(Remaining(world), 8000 - c.charged);
    EXPECT_EQ(World::Only<CallAdjusted>(world.NewChanges()).size(), 1u);
    EXPECT_EQ(HangUp(world, "c1", absl::Minutes(77)), settled);
    EXPECT_TRUE(world.NewChanges().empty());
    world.ExpectReplayGivesTheSameState();
  }
}

TEST(Settlement, WithoutADurationIsWhatTheServerBilled) {  // R27
  World world;
  WithVoice(world);
  Talk(world, "c1");
  TalkFor(world, {"c1"}, absl::Minutes(8));
  world.Advance(absl::Minutes(5));
  const CallView ended = CallNow(world, "c1");
  EXPECT_EQ(HangUp(world, "c1"), ended);
  EXPECT_EQ(HangUp(world, "c1", absl::Minutes(1)), ended);
}

TEST(Settlement, AfterMustEndTimeChargesWhatHasComeFree) {  // R26, R27
  World world;
  WithVoice(world);
  DrainTo(world, 1);
  Talk(world, "c1");
  world.Advance(absl::Minutes(1));
  EXPECT_EQ(CallNow(world, "c1").end_reason, CallEndReason::kMinutesExhausted);
  world.Advance(absl::Seconds(30));
  BuyFor(world, World::Support(), {Item(kVoiceMinutes, 5000)});
  // The second minute began when nothing could cover it; the purchase is not valid then.
  world.Advance(absl::Minutes(3));
  const CallView settled = HangUp(world, "c1", absl::Minutes(4));
  EXPECT_EQ(settled.charged_minutes, 3);
  EXPECT_EQ(settled.uncovered_minutes, 1);
}

// ---- What is remembered

TEST(EndedCalls, AreListedNewestFirstFromTheStore) {
  World world;
  WithVoice(world);
  Talk(world, "c1");
  HangUp(world, "c1");
  Talk(world, "c2");
  Ring(world, "c3");
  const auto all = world.Ask<HistoryQuery>(ListCalls{.limit = 10});
  const auto& query = std::get<CallsQuery>(all);
  EXPECT_EQ(query.before, CallNo(4));
  EXPECT_FALSE(query.ended_only);
  ASSERT_EQ(query.live.size(), 2u);
  EXPECT_EQ(query.live[0].id, CallId("c3"));
  const auto rings =
      world.Ask<CallsReply>(ListCalls{.state = CallState::kRinging, .limit = 1}).calls;
  ASSERT_EQ(rings.size(), 1u);
  EXPECT_EQ(rings[0].id, CallId("c3"));
  const auto ended = world.Ask<HistoryQuery>(ListCalls{.state = CallState::kEnded, .limit = 1});
  EXPECT_TRUE(std::get<CallsQuery>(ended).ended_only);
}

TEST(EndedCalls, PagesOfLiveOnesFollowOnEachOther) {
  World world;
  WithVoice(world);
  for (const char* const id : {"c1", "c2", "c3"}) Talk(world, id);
  ListCalls command{.state = CallState::kConnected, .limit = 2};
  const auto first = world.Ask<CallsReply>(command);
  ASSERT_EQ(first.calls.size(), 2u);
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.calls[0].id, CallId("c3"));
  command.before = first.calls[1].no;
  const auto second = world.Ask<CallsReply>(command);
  ASSERT_EQ(second.calls.size(), 1u);
  EXPECT_FALSE(second.more);
  EXPECT_EQ(second.calls[0].id, CallId("c1"));
}

TEST(EndedCalls, APageShowsWhatMemoryKnowsOfLiveOnes) {
  CallsQuery query;
  query.live = {CallView{.no = CallNo(2), .reserved_minutes = 7},
                CallView{.no = CallNo(1), .reserved_minutes = 5}};
  CallsPage page;
  page.calls = {CallView{.no = CallNo(2), .reserved_minutes = 1},
                CallView{.no = CallNo(1), .state = CallState::kEnded}};
  ShowLive(query, page);
  EXPECT_EQ(page.calls[0].reserved_minutes, 7);
  EXPECT_EQ(page.calls[1].state, CallState::kEnded);
}

}  // namespace
}  // namespace usher::entitlement
