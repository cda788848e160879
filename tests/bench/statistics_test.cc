#include "tools/bench/statistics.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace usher::bench {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Median, IsTheMiddleOneOrTheMeanOfTheMiddleTwo) {
  EXPECT_DOUBLE_EQ(Median({3, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(Median({4, 1, 3, 2}), 2.5);
  EXPECT_DOUBLE_EQ(Median({}), 0);
}

TEST(MedianWithInterval, IsZeroForNoRounds) {
  const Interval interval = MedianWithInterval({});
  EXPECT_EQ(interval.median, 0);
  EXPECT_EQ(interval.confidence, 0);
}

TEST(MedianWithInterval, OneRoundIsSureOfNothing) {
  const Interval interval = MedianWithInterval({5});
  EXPECT_EQ(interval.median, 5);
  EXPECT_EQ(interval.low, 5);
  EXPECT_EQ(interval.high, 5);
  EXPECT_EQ(interval.confidence, 0);
}

TEST(MedianWithInterval, FewRoundsGiveTheExtremesWithTheConfidenceTheyHave) {
  const Interval five = MedianWithInterval({5, 3, 1, 4, 2});
  EXPECT_EQ(five.low, 1);
  EXPECT_EQ(five.high, 5);
  EXPECT_NEAR(five.confidence, 1 - 2.0 / 32, 1e-12);
  const Interval seven = MedianWithInterval({5, 3, 1, 4, 2, 7, 6});
  EXPECT_EQ(seven.low, 1);
  EXPECT_EQ(seven.high, 7);
  EXPECT_NEAR(seven.confidence, 1 - 2.0 / 128, 1e-12);
}

TEST(MedianWithInterval, ManyRoundsLeaveOutTheExtremes) {
  // The table of Conover for n = 9 and n = 20: second and sixth from each end.
  const Interval nine = MedianWithInterval({1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_EQ(nine.low, 2);
  EXPECT_EQ(nine.high, 8);
  EXPECT_NEAR(nine.confidence, 1 - 2.0 * (1 + 9) / 512, 1e-12);
  std::vector<double> values;
  for (int i = 1; i <= 20; ++i) values.push_back(i);
  const Interval twenty = MedianWithInterval(values);
  EXPECT_EQ(twenty.low, 6);
  EXPECT_EQ(twenty.high, 15);
  EXPECT_NEAR(twenty.confidence, 0.9586, 1e-4);
}

TEST(MedianWithInterval, HoldsTheTrueMedianAsOftenAsItSays) {
  std::mt19937_64 random(11);
  std::exponential_distribution<double> skewed(1);
  constexpr double kTrueMedian = 0.69314718;
  constexpr int kTrials = 4000;
  int held = 0;
  double confidence = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values(9);
    std::generate(values.begin(), values.end(), [&] { return skewed(random); });
    const Interval interval = MedianWithInterval(values);
    confidence = interval.confidence;
    if (interval.low <= kTrueMedian && kTrueMedian <= interval.high) ++held;
  }
  EXPECT_NEAR(static_cast<double>(held) / kTrials, confidence, 0.015);
}

TEST(RatiosByRound, DividesWhatWasMeasuredSideBySide) {
  EXPECT_THAT(RatiosByRound({1, 4, 9}, {2, 2, 3}),
              ElementsAre(DoubleEq(0.5), DoubleEq(2), DoubleEq(3)));
  EXPECT_THAT(RatiosByRound({}, {}), IsEmpty());
}

TEST(RatiosByRound, IsZeroWhereNothingWasMeasuredToDivideBy) {
  EXPECT_THAT(RatiosByRound({1}, {0}), ElementsAre(0));
}

}  // namespace
}  // namespace usher::bench
