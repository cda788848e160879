// What several rounds say together: the median, how sure it is, and ratios of rounds that were
// measured side by side. Pure functions.
//
// Rounds on a shared machine are not normally distributed (one may be disturbed, none is ever too
// good), so the interval is that of order statistics, which assumes nothing but independence: the
// median lies between the k-th smallest and the k-th largest of n values with the probability
// that of n coins at least k, and at most n − k, show heads.
#pragma once

#include <vector>

#include "absl/types/span.h"

namespace usher::bench {

struct Interval {
  double median = 0;
  // The narrowest pair of rounds that gives 95 %, else the extremes.
  double low = 0;
  double high = 0;
  // What the interval really gives; five rounds have 0.9375 at best, seven 0.984.
  double confidence = 0;
};

double Median(std::vector<double> values);

// All zero where there is no value.
Interval MedianWithInterval(absl::Span<const double> values);

// Each value by the one of the same round. Both are of the same length; a round whose divisor is
// 0 gives 0.
std::vector<double> RatiosByRound(absl::Span<const double> dividends,
                                  absl::Span<const double> divisors);

}  // namespace usher::bench
