#include "tools/bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace usher::bench {
namespace {

constexpr int kSubBucketBits = 6;
constexpr uint64_t kSubBuckets = uint64_t{1} << kSubBucketBits;

// Values below 128 have a bucket each. From there on a value is shifted right until 64 to 127 is
// left of it: the number of shifts tells the power of two, the rest the bucket within it.
size_t IndexOf(uint64_t value) {
  const int width = static_cast<int>(std::bit_width(value));
  const int shift = std::max(0, width - kSubBucketBits - 1);
  return static_cast<size_t>(shift) * kSubBuckets + (value >> shift);
}

uint64_t LastValueOf(size_t index) {
  if (index < 2 * kSubBuckets) return index;
  const size_t shift = index / kSubBuckets - 1;
  const uint64_t rest = index - shift * kSubBuckets;
  return ((rest + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : buckets_(IndexOf(kMaxNanos) + 1) {}

void Histogram::Record(int64_t nanos) {
  nanos = std::clamp(nanos, int64_t{0}, kMaxNanos);
  ++buckets_[IndexOf(static_cast<uint64_t>(nanos))];
  ++count_;
  max_ = std::max(max_, nanos);
  sum_ += static_cast<double>(nanos);
}

void Histogram::Merge(const Histogram& other) {
  for (size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

double Histogram::Mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

int64_t Histogram::Percentile(double fraction) const {
  if (count_ == 0) return 0;
  const auto wanted =
      static_cast<int64_t>(std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count_)));
  int64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    // Also for a fraction of 0 an empty bucket is no answer.
    if (seen > 0 && seen >= wanted) {
      return std::min(max_, static_cast<int64_t>(LastValueOf(i)));
    }
  }
  return max_;
}

}  // namespace usher::bench
