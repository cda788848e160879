// PoissonArrivals: instants at which calls arrive from many callers who know nothing of each other:
// the gaps are exponentially distributed. One thread.
#pragma once

#include <cstdint>
#include <random>

namespace usher::bench {

class PoissonArrivals {
 public:
  // So many a second on average; the same seed gives the same instants.
  PoissonArrivals(double rate_per_second, uint64_t seed);

  // Nanoseconds from the beginning to the next arrival; never less than those of the last.
  int64_t Next();

 private:
  std::mt19937_64 random_;
  std::exponential_distribution<double> gap_seconds_;
  double seconds_ = 0;
};

}  // namespace usher::bench
