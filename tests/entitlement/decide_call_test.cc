// StartCall, ConnectCall and ExtendCalls: slots and reservations.
#include <string>
#include <vector>

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
using testing::Extend;
using testing::ExtendOne;
using testing::Grant;
using testing::HangUp;
using testing::Item;
using testing::kVoiceConcurrency;
using testing::kVoiceMinutes;
using testing::kVoicePackage;
using testing::ReasonOf;
using testing::Remaining;
using testing::Ring;
using testing::Sales;
using testing::StartOf;
using testing::Talk;
using testing::TalkFor;
using testing::WithVoice;
using testing::World;

// ---- Starting

TEST(StartCall, TakesASlotAndReservesItsFirstMinute) {  // R26
  World world;
  WithVoice(world);
  const CallView call = Ring(world, "c1");
  EXPECT_EQ(call.state, CallState::kRinging);
  EXPECT_EQ(call.direction, CallDirection::kOutbound);
  EXPECT_EQ(call.start_time, world.now());
  EXPECT_EQ(call.expire_time, world.now() + absl::Seconds(90));
  EXPECT_EQ(call.reserved_minutes, 1);
  EXPECT_FALSE(call.final_minute);
  const VoiceBalanceReply balance = Balance(world);
  EXPECT_EQ(balance.remaining_minutes, 7999);
  EXPECT_EQ(balance.reserved_minutes, 1);
  ASSERT_EQ(balance.concurrency.size(), 1u);
  EXPECT_EQ(balance.concurrency[0].limit, 3);
  EXPECT_EQ(balance.concurrency[0].active, 1);
  EXPECT_EQ(CallNow(world, "c1"), call);
}

struct TtlCase {
  absl::Duration asked;
  absl::Duration given;
};

TEST(StartCall, TtlIsClamped) {
  for (const auto& [asked, given] : {TtlCase{absl::ZeroDuration(), absl::Seconds(90)},
                                     {absl::Seconds(1), absl::Seconds(10)},
                                     {absl::Seconds(10), absl::Seconds(10)},
                                     {absl::Minutes(10), absl::Minutes(10)},
                                     {absl::Hours(1), absl::Minutes(10)}}) {
    World world;
    WithVoice(world);
    EXPECT_EQ(*Ring(world, "c1", asked).expire_time - world.now(), given);
  }
}

// One row for each refusal; all that follow are also in the way.
TEST(StartCall, IsRefusedInTheOrderOfItsComment) {  // R31
  World world;
  world.WithApplication();
  testing::AddSales(world);
  BuyFor(world, Sales(), {Item(kVoicePackage, 1)});
  const StartCall ended = StartOf("ended");
  const auto reason = [&](testing::World& in, Target target = World::Support()) {
    return std::string(ReasonOf(in.Run(ended, std::move(target))));
  };
  EXPECT_EQ(reason(world, testing::Elsewhere("acme", "none")), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(reason(world, testing::Elsewhere("none", "support")), "RESOURCE_NOT_FOUND");
  // The package of another application does not help.
  EXPECT_EQ(reason(world), "VOICE_PACKAGE_REQUIRED");
  world.Ask<ApplicationReply>(DeleteApplication{});
  EXPECT_EQ(reason(world), "APPLICATION_DELETED");
  world.Ask<ApplicationReply>(UndeleteApplication{});

  BuyFor(world, World::Support(), {Item(kVoicePackage, 1)});
  Ring(world, "ended");
  HangUp(world, "ended");
  DrainTo(world, 3);
  for (const char* const id : {"c1", "c2", "c3"}) Ring(world, id);
  EXPECT_EQ(reason(world), "VOICE_CONCURRENCY_EXHAUSTED");
  BuyFor(world, World::Support(), {Item(kVoiceConcurrency, 1)});
  EXPECT_EQ(reason(world), "VOICE_MINUTES_EXHAUSTED");
  BuyFor(world, World::Support(), {Item(kVoiceMinutes, 5000)});
  EXPECT_EQ(reason(world), "WRONG_STATE");
}

TEST(StartCall, ConcurrencyIsRefusedWithItsFiguresAndWhenToRetry) {  // R24
  World world;
  WithVoice(world);
  for (const char* const id : {"c1", "c2", "c3"}) Ring(world, id);
  const auto refusal = world.Refused<VoiceConcurrencyExhausted>(StartOf("c4"));
  EXPECT_EQ(refusal.limit, 3);
  EXPECT_EQ(refusal.active, 3);
  EXPECT_GT(refusal.retry_delay, absl::ZeroDuration());
  HangUp(world, "c2");
  Ring(world, "c4");
}

TEST(StartCall, MinutesAreRefusedWithTheirFigures) {
  World world;
  WithVoice(world);
  DrainTo(world, 2);
  Ring(world, "c1");
  Ring(world, "c2");
  const auto refusal = world.Refused<VoiceMinutesExhausted>(StartOf("c3"));
  EXPECT_EQ(refusal.remaining, 0);
  EXPECT_EQ(refusal.reserved, 2);
  // R26: ringing was free, so its minute comes back.
  HangUp(world, "c1");
  Ring(world, "c3");
}

TEST(StartCall, IsIdempotentWhileTheCallIsLive) {
  World world;
  WithVoice(world);
  Ring(world, "c1");
  world.Advance(absl::Seconds(20));
  world.NewChanges();
  const CallView again = Ring(world, "c1");
  EXPECT_EQ(again.start_time, world.now() - absl::Seconds(20));
  EXPECT_EQ(again.expire_time, world.now() + absl::Seconds(90));
  EXPECT_EQ(Remaining(world), 7999);
  EXPECT_EQ(testing::KindsOf(world.NewChanges()), testing::KindsOf<CallsExtended>());
  // The lease of a restart must not end before one that was answered (R30).
  EXPECT_EQ(Ring(world, "c1", absl::Minutes(5)).expire_time, world.now() + absl::Minutes(5));
  EXPECT_EQ(testing::KindsOf(world.NewChanges()),
            (testing::KindsOf<CallTtlChanged, CallsExtended>()));
}

TEST(StartCall, OfALiveCallIsAnsweredThoughAllIsExhausted) {
  World world;
  WithVoice(world);
  DrainTo(world, 1);
  Ring(world, "c1");
  EXPECT_EQ(Ring(world, "c1").state, CallState::kRinging);
}

TEST(StartCall, AnIdIsTakenForADay) {
  World world;
  WithVoice(world, 3);
  Ring(world, "c1");
  HangUp(world, "c1");
  world.Advance(absl::Hours(24) - absl::Microseconds(1));
  const WrongState refused = world.Refused<WrongState>(StartOf("c1"));
  EXPECT_EQ(refused.state, "ENDED");
  EXPECT_EQ(refused.resource, "accounts/acme/applications/support/calls/c1");
  world.Advance(absl::Minutes(1));
  EXPECT_EQ(Ring(world, "c1").no, CallNo(2));
  world.ExpectReplayGivesTheSameState();
}

TEST(StartCall, AnIdOfOneApplicationIsFreeInAnother) {
  World world;
  WithVoice(world);
  testing::AddSales(world);
  BuyFor(world, Sales(), {Item(kVoicePackage, 1)});
  Ring(world, "c1");
  EXPECT_EQ(Ring(world, "c1", absl::ZeroDuration(), Sales()).no, CallNo(2));
}

TEST(StartCall, NeedsNoStateOfTheApplication) {
  EXPECT_FALSE(NeedsApplication({World::Support(), StartOf("c1")}));
  EXPECT_FALSE(NeedsApplication({World::Support(), ExtendCalls{}}));
  EXPECT_FALSE(NeedsApplication({testing::Acme(), GetVoiceBalance{}}));
  EXPECT_TRUE(NeedsApplication({World::Support(), StartSession{}}));
}

TEST(StartCall, AndEndAreOneChangeEach) {
  World world;
  WithVoice(world);
  world.NewChanges();
  Ring(world, "c1");
  EXPECT_EQ(testing::KindsOf(world.NewChanges()), testing::KindsOf<CallStarted>());
  Connect(world, "c1");
  EXPECT_EQ(testing::KindsOf(world.NewChanges()), testing::KindsOf<CallConnected>());
  HangUp(world, "c1");
  EXPECT_EQ(testing::KindsOf(world.NewChanges()), testing::KindsOf<CallEnded>());
}

// ---- Connecting

TEST(ConnectCall, BillingStartsAndMinutesAreReservedThroughTheLease) {  // R26
  World world;
  WithVoice(world);
  Ring(world, "c1");
  world.Advance(absl::Seconds(20));
  const CallView call = Connect(world, "c1");
  EXPECT_EQ(call.state, CallState::kConnected);
  EXPECT_EQ(call.connect_time, world.now());
  // The lease ends in 70 s, in its second minute.
  EXPECT_EQ(call.reserved_minutes, 2);
  EXPECT_EQ(Remaining(world), 7998);
}

TEST(ConnectCall, AgainChangesNothing) {
  World world;
  WithVoice(world);
  const CallView call = Talk(world, "c1");
  world.Advance(absl::Seconds(5));
  world.NewChanges();
  EXPECT_EQ(Connect(world, "c1", world.now() - absl::Hours(7)).connect_time, call.connect_time);
  EXPECT_TRUE(world.NewChanges().empty());
}

TEST(ConnectCall, TimeIsNeitherBeforeTheStartNorInTheFuture) {
  World world;
  WithVoice(world);
  Ring(world, "c1");
  const absl::Time start = world.now();
  world.Advance(absl::Seconds(20));
  for (const absl::Time time :
       {start - absl::Microseconds(1), world.now() + absl::Microseconds(1)}) {
    const ConnectCall command{.id = CallId("c1"), .connect_time = time};
    EXPECT_EQ(world.Refused<InvalidField>(command).field, "connect_time");
  }
  EXPECT_EQ(Connect(world, "c1", start).connect_time, start);
}

TEST(ConnectCall, OfAnotherCallIsRefused) {
  World world;
  WithVoice(world);
  EXPECT_EQ(world.Refused<ResourceNotFound>(ConnectCall{.id = CallId("c1")}).resource,
            "accounts/acme/applications/support/calls/c1");
  Ring(world, "c1");
  HangUp(world, "c1");
  const WrongState refused = world.Refused<WrongState>(ConnectCall{.id = CallId("c1")});
  EXPECT_EQ(refused.state, "ENDED");
  EXPECT_EQ(refused.resource, "accounts/acme/applications/support/calls/c1");
}

// ---- Extending

TEST(ExtendCalls, RenewsTheLeaseAndReservesThroughIt) {  // R26
  World world;
  WithVoice(world);
  Talk(world, "c1");
  world.Advance(absl::Seconds(80));
  const CallExtensionView extension = ExtendOne(world, "c1");
  EXPECT_EQ(extension.state, CallState::kConnected);
  EXPECT_EQ(extension.expire_time, world.now() + absl::Seconds(90));
  EXPECT_FALSE(extension.final_minute);
  EXPECT_FALSE(extension.must_end_time.has_value());
  // 170 s are in the third minute.
  EXPECT_EQ(CallNow(world, "c1").reserved_minutes, 3);
}

TEST(ExtendCalls, AMinuteThatBeginsWithTheEndOfTheLeaseIsNotNeeded) {
  World world;
  WithVoice(world);
  EXPECT_EQ(Talk(world, "c1", absl::Minutes(2)).reserved_minutes, 2);
}

TEST(ExtendCalls, AnswersInOrderWhateverTheCallsAre) {
  World world;
  WithVoice(world);
  Ring(world, "rings");
  Talk(world, "talks");
  Ring(world, "ended");
  HangUp(world, "ended");
  const auto extensions = Extend(world, {"talks", "ended", "rings", "unknown", "talks"});
  ASSERT_EQ(extensions.size(), 5u);
  EXPECT_EQ(extensions[0].state, CallState::kConnected);
  EXPECT_EQ(extensions[1].state, CallState::kEnded);
  EXPECT_EQ(extensions[1].end_reason, CallEndReason::kCompleted);
  EXPECT_EQ(extensions[1].expire_time, world.now());
  EXPECT_EQ(extensions[2].state, CallState::kRinging);
  EXPECT_EQ(extensions[3].state, CallState::kEnded);
  EXPECT_EQ(extensions[3].end_reason, CallEndReason::kNone);
  EXPECT_EQ(extensions[4].expire_time, extensions[0].expire_time);
  EXPECT_EQ(CallNow(world, "rings").reserved_minutes, 1);
}

TEST(ExtendCalls, OfADeletedApplicationAnswersEnded) {  // R4
  World world;
  WithVoice(world);
  Talk(world, "c1");
  world.Ask<ApplicationReply>(DeleteApplication{});
  const CallExtensionView extension = ExtendOne(world, "c1");
  EXPECT_EQ(extension.state, CallState::kEnded);
  EXPECT_EQ(extension.end_reason, CallEndReason::kApplicationDeleted);
}

TEST(ExtendCalls, NeedACommitOnceInTheHoldsStepOnly) {  // R26
  World world;
  WithVoice(world);
  Talk(world, "c1");
  world.NewChanges();
  for (int i = 0; i < 120; ++i) TalkFor(world, {"c1"}, absl::Seconds(30));
  const std::vector<Change> changes = world.NewChanges();
  const auto holds = World::Only<CallHeld>(changes).size();
  EXPECT_EQ(World::Only<CallsExtended>(changes).size(), 120u);
  EXPECT_GE(holds, 60u / (kHoldStepMinutes + 1));
  EXPECT_LE(holds, 60u / kHoldStepMinutes);
  EXPECT_EQ(changes.size(), 120u + holds);
}

TEST(ExtendCalls, TheBalanceCountsReservationsAndNoHolds) {  // R24, R26
  World world;
  WithVoice(world);
  Talk(world, "c1");
  EXPECT_EQ(Grant(world, 1).held, 2 + kHoldStepMinutes);
  const VoiceBalanceReply balance = Balance(world);
  EXPECT_EQ(balance.reserved_minutes, 2);
  EXPECT_EQ(balance.remaining_minutes, 7998);
}

TEST(ExtendCalls, AHoldStandsInNobodysWay) {  // R26
  World world;
  WithVoice(world);
  // The hold goes ahead while there is plenty, then nearly all is used up.
  Talk(world, "c1");
  HangUp(world, "c1", absl::Minutes(7900));
  Talk(world, "c2");
  ASSERT_EQ(Grant(world, 1).held, 2 + kHoldStepMinutes);
  Ring(world, "c3");
  HangUp(world, "c3", absl::Minutes(100 - 2 - 1));
  ASSERT_EQ(Remaining(world), 1);
  world.NewChanges();
  EXPECT_EQ(Ring(world, "c4").reserved_minutes, 1);
  const auto held = World::Only<CallHeld>(world.changes());
  ASSERT_FALSE(held.empty());
  EXPECT_EQ(held.back().no, CallNow(world, "c2").no);
  EXPECT_EQ(MinutesOf(held.back().hold), 2);
  EXPECT_FALSE(held.back().sign_time.has_value());
  world.Refused<VoiceMinutesExhausted>(StartOf("c5"));
  world.ExpectReplayGivesTheSameState();
}

// The same within one batch: what one call has just taken ahead, the next one needs.
TEST(ExtendCalls, AHoldOfTheSameBatchStandsInNobodysWay) {  // R26
  World world;
  WithVoice(world);
  DrainTo(world, 64);
  Talk(world, "c1");
  Talk(world, "c2");
  world.SleepServerDown(absl::Minutes(30));
  for (const CallExtensionView& extension : Extend(world, {"c1", "c2"})) {
    EXPECT_FALSE(extension.final_minute);
  }
  EXPECT_EQ(CallNow(world, "c1").reserved_minutes, 32);
  EXPECT_EQ(CallNow(world, "c2").reserved_minutes, 32);
  EXPECT_EQ(Remaining(world), 0);
}

TEST(ExtendCalls, AHoldIsNotCutBelowWhatTheSameBatchReserves) {  // R26
  World world;
  WithVoice(world);
  DrainTo(world, 60);
  const CallNo first = Talk(world, "c1").no;
  Ring(world, "c3");
  HangUp(world, "c3", absl::Minutes(43));
  Talk(world, "c2", absl::Minutes(10));
  ASSERT_EQ(Grant(world, 1).unheld(), 0);
  ASSERT_EQ(MinutesOf(world.account().voice.calls.at(first).hold), 2 + kHoldStepMinutes);
  world.Advance(absl::Seconds(60));
  Extend(world, {"c1", "c2"});
  EXPECT_EQ(MinutesOf(world.account().voice.calls.at(first).hold), 3);
  EXPECT_EQ(CallNow(world, "c1").reserved_minutes, 3);
  EXPECT_EQ(CallNow(world, "c2").reserved_minutes, 11);
}

TEST(ExtendCalls, ACallWhoseHoldWasCutInTheBatchHasItsTurn) {  // R26
  World world;
  WithVoice(world);
  Talk(world, "c1");
  Ring(world, "c2");
  world.SleepServerDown(absl::Hours(24 * 14));
  Connect(world, "c2");
  world.Advance(absl::Seconds(89));
  // The first one takes all that there is for the minutes in between, so nothing is left of what
  // the second one held ahead.
  const auto extensions = Extend(world, {"c1", "c2"});
  EXPECT_TRUE(extensions[0].final_minute);
  EXPECT_TRUE(extensions[1].final_minute);
  EXPECT_EQ(Remaining(world), 0);
}

}  // namespace
}  // namespace usher::entitlement
