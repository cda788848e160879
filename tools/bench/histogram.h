// Histogram: how long calls took, in little memory and without losing the tail.
//
// Log-linear: each power of two is divided into 64 buckets of the same width, so a percentile is
// at most 1/64 (1.6 %) above the true one, however many values there are. The maximum is exact.
// Values are nanoseconds from 0 to kMaxNanos; what is outside counts as the nearest of these.
// Threading: none; give each thread its own and merge them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace usher::bench {

class Histogram {
 public:
  // A bit more than 18 minutes.
  static constexpr int64_t kMaxNanos = (int64_t{1} << 40) - 1;

  Histogram();

  void Record(int64_t nanos);
  void Merge(const Histogram& other);

  int64_t count() const { return count_; }
  int64_t max() const { return max_; }
  double Mean() const;

  // The smallest value that at least `fraction` (0 to 1) of all are not above, rounded up to the
  // end of its bucket; 0 where nothing was recorded.
  int64_t Percentile(double fraction) const;

 private:
  std::vector<int64_t> buckets_;
  int64_t count_ = 0;
  int64_t max_ = 0;
  // A double has room for any number of values; its rounding matters to nobody here.
  double sum_ = 0;
};

}  // namespace usher::bench
