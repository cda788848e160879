#include "tools/bench/poisson.h"

namespace usher::bench {

PoissonArrivals::PoissonArrivals(double rate_per_second, uint64_t seed)
    : random_(seed), gap_seconds_(rate_per_second) {}

int64_t PoissonArrivals::Next() {
  constexpr double kNanosPerSecond = 1e9;
  seconds_ += gap_seconds_(random_);
  return static_cast<int64_t>(seconds_ * kNanosPerSecond);
}

}  // namespace usher::bench
