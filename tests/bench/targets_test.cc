#include "tools/bench/targets.h"

#include "gtest/gtest.h"

namespace usher::bench {
namespace {

TEST(TargetOf, ALoginIsToReachMoreOfTheEchoTheMoreAreInFlight) {
  EXPECT_EQ(TargetOf("login / echo", 1), std::nullopt);
  EXPECT_EQ(TargetOf("login / echo", 63), std::nullopt);
  ASSERT_TRUE(TargetOf("login / echo", 64).has_value());
  EXPECT_DOUBLE_EQ(TargetOf("login / echo", 64)->value, 0.75);
  EXPECT_DOUBLE_EQ(TargetOf("login / echo", 255)->value, 0.75);
  EXPECT_DOUBLE_EQ(TargetOf("login / echo", 256)->value, 0.85);
  EXPECT_FALSE(TargetOf("login / echo", 256)->at_most);
}

TEST(TargetOf, OneLoginAtATimeIsToTakeAtMostSoMuchLonger) {
  const auto target = TargetOf("(login - echo) / fdatasync", 1);
  ASSERT_TRUE(target.has_value());
  EXPECT_DOUBLE_EQ(target->value, 1.5);
  EXPECT_TRUE(target->at_most);
}

TEST(TargetOf, TheTailIsMeantAtHalfThePeakRateOnly) {
  EXPECT_TRUE(TargetOf("login: p99.9 in ms", kHalfOfPeak).has_value());
  EXPECT_EQ(TargetOf("login: p99.9 in ms", kNoLevel), std::nullopt);
  EXPECT_EQ(TargetOf("login: p99.9 in ms", 64), std::nullopt);
}

TEST(TargetOf, NothingIsAimedAtForOtherRatios) {
  EXPECT_EQ(TargetOf("login / fdatasync", 64), std::nullopt);
}

}  // namespace
}  // namespace usher::bench
