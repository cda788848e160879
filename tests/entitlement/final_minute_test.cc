// Calls that fight for the last minutes: final_minute, must_end_time, top-ups.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/calls.h"

namespace usher::entitlement {
namespace {

using testing::BuyFor;
using testing::CallNow;
using testing::DrainTo;
using ::testing::ElementsAre;
using testing::ExtendOne;
using testing::HangUp;
using testing::Item;
using testing::kVoiceMinutes;
using testing::kVoicePackage;
using testing::Remaining;
using testing::Sales;
using testing::Talk;
using testing::TalkFor;
using testing::WithVoice;
using testing::World;

TEST(FinalMinute, IsSetWhenNothingIsLeftAndEndsTheCall) {  // R26, R27
  World world;
  WithVoice(world);
  DrainTo(world, 2);
  Talk(world, "c1");
  const absl::Time connect = world.now();
  world.Advance(absl::Seconds(60));
  const CallExtensionView extension = ExtendOne(world, "c1");
  EXPECT_TRUE(extension.final_minute);
  EXPECT_EQ(extension.must_end_time, connect + absl::Minutes(2));
  world.Advance(absl::Seconds(60) - absl::Microseconds(1));
  EXPECT_EQ(CallNow(world, "c1").state, CallState::kConnected);
  world.Advance(absl::Microseconds(1));
  const CallView ended = CallNow(world, "c1");
  EXPECT_EQ(ended.state, CallState::kEnded);
  EXPECT_EQ(ended.end_reason, CallEndReason::kMinutesExhausted);
  EXPECT_EQ(ended.end_time, connect + absl::Minutes(2));
  EXPECT_EQ(ended.charged_minutes, 2);
  EXPECT_EQ(ended.uncovered_minutes, 0);
  EXPECT_EQ(Remaining(world), 0);
  EXPECT_EQ(world.account().voice.Find(world.application().no)->active, 0);
}

TEST(FinalMinute, IsToldWhenTheCallConnects) {
  World world;
  WithVoice(world);
  DrainTo(world, 1);
  const CallView call = Talk(world, "c1");
  EXPECT_TRUE(call.final_minute);
  EXPECT_EQ(call.must_end_time, world.now() + absl::Minutes(1));
  EXPECT_EQ(CallNow(world, "c1").must_end_time, call.must_end_time);
}

TEST(FinalMinute, ATopUpCountsFromTheNextExtensionOn) {  // R23, R26
  World world;
  WithVoice(world);
  DrainTo(world, 1);
  const absl::Time must_end = *Talk(world, "c1").must_end_time;
  world.Advance(absl::Seconds(30));
  BuyFor(world, World::Support(), {Item(kVoiceMinutes, 5000)});
  EXPECT_EQ(CallNow(world, "c1").must_end_time, must_end);
  const CallExtensionView extension = ExtendOne(world, "c1");
  EXPECT_FALSE(extension.final_minute);
  EXPECT_FALSE(extension.must_end_time.has_value());
  TalkFor(world, {"c1"}, absl::Minutes(3));
  const CallView ended = HangUp(world, "c1");
  EXPECT_THAT(ended.charges, ElementsAre(MinuteCharge{GrantId(1), 1}, MinuteCharge{GrantId(2), 3}));
}

TEST(FinalMinute, TwoApplicationsDrainTheLastMinutesTogether) {  // R24, R26
  World world;
  WithVoice(world);
  testing::AddSales(world);
  BuyFor(world, Sales(), {Item(kVoicePackage, 1)});
  DrainTo(world, 10);
  Talk(world, "c1");
  Talk(world, "c2", absl::ZeroDuration(), Sales());
  EXPECT_EQ(Remaining(world), 6);
  int64_t must_ends = 0;
  for (int i = 0; i < 30; ++i) {
    world.Advance(absl::Seconds(30));
    must_ends += ExtendOne(world, "c1").final_minute ? 1 : 0;
    must_ends += ExtendOne(world, "c2", Sales()).final_minute ? 1 : 0;
  }
  EXPECT_GT(must_ends, 1);
  const CallView first = CallNow(world, "c1");
  const CallView second = CallNow(world, "c2", Sales());
  EXPECT_EQ(first.end_reason, CallEndReason::kMinutesExhausted);
  EXPECT_EQ(second.end_reason, CallEndReason::kMinutesExhausted);
  EXPECT_EQ(first.charged_minutes + second.charged_minutes, 10);
  EXPECT_EQ(Remaining(world), 0);
}

TEST(FinalMinute, TakesBackWhatOthersDidNotUse) {
  World world;
  WithVoice(world);
  DrainTo(world, 3);
  Talk(world, "c1");
  EXPECT_TRUE(Talk(world, "c2").final_minute);
  HangUp(world, "c1");
  EXPECT_FALSE(ExtendOne(world, "c2").final_minute);
}

TEST(FinalMinute, WithoutAChangeIsNotStoredAgain) {
  World world;
  WithVoice(world);
  DrainTo(world, 1);
  Talk(world, "c1");
  world.Advance(absl::Seconds(10));
  world.NewChanges();
  EXPECT_TRUE(ExtendOne(world, "c1").final_minute);
  EXPECT_EQ(testing::KindsOf(world.NewChanges()), testing::KindsOf<CallsExtended>());
}

}  // namespace
}  // namespace usher::entitlement
