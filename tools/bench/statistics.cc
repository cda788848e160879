#include "tools/bench/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace usher::bench {
namespace {

constexpr double kConfidenceWanted = 0.95;

double MedianOfSorted(const std::vector<double>& sorted) {
  if (sorted.empty()) return 0;
  const size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2;
}

// The probability that `flips` coins show heads exactly `heads` times.
double CoinProbability(size_t flips, size_t heads) {
  const auto log_factorial = [](size_t n) { return std::lgamma(static_cast<double>(n) + 1); };
  return std::exp(log_factorial(flips) - log_factorial(heads) - log_factorial(flips - heads) -
                  static_cast<double>(flips) * std::log(2.0));
}

}  // namespace

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return MedianOfSorted(values);
}

Interval MedianWithInterval(absl::Span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  if (sorted.empty()) return {};
  std::sort(sorted.begin(), sorted.end());
  const size_t n = sorted.size();
  // `left_out` smallest and largest values lie outside the interval; the median is outside too
  // where at most that many coins show heads, or tails.
  double outside = 2 * CoinProbability(n, 0);
  size_t left_out = 0;
  while (2 * (left_out + 1) < n) {
    const double wider = outside + 2 * CoinProbability(n, left_out + 1);
    if (1 - wider < kConfidenceWanted) break;
    outside = wider;
    ++left_out;
  }
  return {.median = MedianOfSorted(sorted),
          .low = sorted[left_out],
          .high = sorted[n - 1 - left_out],
          .confidence = std::max(0.0, 1 - outside)};
}

std::vector<double> RatiosByRound(absl::Span<const double> dividends,
                                  absl::Span<const double> divisors) {
  std::vector<double> ratios;
  for (size_t i = 0; i < std::min(dividends.size(), divisors.size()); ++i) {
    ratios.push_back(divisors[i] == 0 ? 0 : dividends[i] / divisors[i]);
  }
  return ratios;
}

}  // namespace usher::bench
