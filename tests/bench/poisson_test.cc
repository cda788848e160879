#include "tools/bench/poisson.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace usher::bench {
namespace {

constexpr double kRate = 10'000;
constexpr int kArrivals = 200'000;
constexpr double kMeanGapNanos = 1e9 / kRate;

std::vector<double> Gaps(uint64_t seed) {
  PoissonArrivals arrivals(kRate, seed);
  std::vector<double> gaps;
  int64_t last = 0;
  for (int i = 0; i < kArrivals; ++i) {
    const int64_t next = arrivals.Next();
    gaps.push_back(static_cast<double>(next - last));
    last = next;
  }
  return gaps;
}

TEST(PoissonArrivals, ComeAtTheRateOnAverage) {
  double sum = 0;
  for (const double gap : Gaps(3)) {
    EXPECT_GE(gap, 0);
    sum += gap;
  }
  EXPECT_NEAR(sum / kArrivals, kMeanGapNanos, kMeanGapNanos * 0.01);
}

TEST(PoissonArrivals, HaveGapsThatAreExponentiallyDistributed) {
  const std::vector<double> gaps = Gaps(4);
  // The part of the gaps that is longer than so many mean gaps.
  for (const double means : {0.1, 0.5, 1.0, 2.0, 4.0}) {
    int longer = 0;
    for (const double gap : gaps) longer += gap > means * kMeanGapNanos ? 1 : 0;
    EXPECT_NEAR(static_cast<double>(longer) / kArrivals, std::exp(-means), 0.005) << means;
  }
}

TEST(PoissonArrivals, AreCountedInAnySecondWithTheVarianceOfTheirNumber) {
  // What tells them from arrivals at fixed intervals, and from ones in bursts.
  PoissonArrivals arrivals(kRate, 5);
  constexpr int kSlots = 2000;
  constexpr int64_t kSlotNanos = 10'000'000;
  std::vector<double> counts(kSlots);
  for (int64_t at = arrivals.Next(); at < kSlots * kSlotNanos; at = arrivals.Next()) {
    ++counts[static_cast<size_t>(at / kSlotNanos)];
  }
  double mean = 0;
  for (const double count : counts) mean += count / kSlots;
  double variance = 0;
  for (const double count : counts) variance += (count - mean) * (count - mean) / kSlots;
  EXPECT_NEAR(mean, 100, 1);
  EXPECT_NEAR(variance / mean, 1, 0.1);
}

TEST(PoissonArrivals, AreTheSameForTheSameSeedOnly) {
  EXPECT_EQ(Gaps(6), Gaps(6));
  EXPECT_NE(Gaps(6), Gaps(7));
}

}  // namespace
}  // namespace usher::bench
