#include "tools/bench/histogram.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace usher::bench {
namespace {

TEST(Histogram, SaysNothingOfNoValues) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.Mean(), 0);
  EXPECT_EQ(histogram.Percentile(0.5), 0);
}

TEST(Histogram, IsExactForSmallValues) {
  Histogram histogram;
  for (int64_t value = 1; value <= 100; ++value) histogram.Record(value);
  EXPECT_EQ(histogram.Percentile(0), 1);
  EXPECT_EQ(histogram.Percentile(0.01), 1);
  EXPECT_EQ(histogram.Percentile(0.5), 50);
  EXPECT_EQ(histogram.Percentile(0.99), 99);
  EXPECT_EQ(histogram.Percentile(1), 100);
  EXPECT_DOUBLE_EQ(histogram.Mean(), 50.5);
}

TEST(Histogram, PutsEachValueAtMostOneSixtyFourthTooHigh) {
  // Around every power of two, where an error in the buckets' borders would show.
  for (int bits = 0; bits < 40; ++bits) {
    for (const int64_t offset : {-1, 0, 1}) {
      const int64_t value = (int64_t{1} << bits) + offset;
      Histogram histogram;
      histogram.Record(value);
      histogram.Record(Histogram::kMaxNanos);
      const int64_t said = histogram.Percentile(0.5);
      EXPECT_GE(said, value);
      EXPECT_LE(said - value, value / 64) << value;
    }
  }
}

TEST(Histogram, AgreesWithSortedValuesOnAnyPercentile) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> latencies(12, 2);
  Histogram histogram;
  std::vector<int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<int64_t>(latencies(random)));
    histogram.Record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double fraction : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999}) {
    const auto rank = static_cast<size_t>(std::ceil(fraction * 20'000));
    const int64_t exact = values[rank - 1];
    const int64_t said = histogram.Percentile(fraction);
    EXPECT_GE(said, exact) << fraction;
    EXPECT_LE(said - exact, exact / 64) << fraction;
  }
  EXPECT_EQ(histogram.Percentile(1), values.back());
  EXPECT_EQ(histogram.max(), values.back());
}

TEST(Histogram, CountsWhatIsOutOfRangeAsTheNearest) {
  Histogram histogram;
  histogram.Record(-5);
  histogram.Record(INT64_MAX);
  EXPECT_EQ(histogram.count(), 2);
  EXPECT_EQ(histogram.Percentile(0.5), 0);
  EXPECT_EQ(histogram.Percentile(1), Histogram::kMaxNanos);
}

TEST(Histogram, MergedIsAsIfRecordedInOne) {
  Histogram one;
  Histogram other;
  Histogram both;
  for (int64_t value = 1; value < 1'000'000; value = value * 3 / 2 + 1) {
    (value % 2 == 0 ? one : other).Record(value);
    both.Record(value);
  }
  one.Merge(other);
  EXPECT_EQ(one.count(), both.count());
  EXPECT_EQ(one.max(), both.max());
  EXPECT_DOUBLE_EQ(one.Mean(), both.Mean());
  for (const double fraction : {0.1, 0.5, 0.9}) {
    EXPECT_EQ(one.Percentile(fraction), both.Percentile(fraction));
  }
}

}  // namespace
}  // namespace usher::bench
