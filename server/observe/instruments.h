// Counter and Histogram: what the paths of a call count with. Any thread, also at the same time:
// every operation is a relaxed atomic, so that counting costs a call some nanoseconds, and never a
// lock, a look-up or an allocation. Who reads meanwhile sees each number for itself.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace usher::observe {

class Counter {
 public:
  void Increment() { value_.fetch_add(1, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_ = 0;
};

// Bounds of a histogram's buckets at most.
inline constexpr size_t kHistogramBoundsMax = 16;

struct HistogramCounts {
  // Rising; the values of a bucket are at most its bound. One more bucket has those beyond the
  // last.
  std::span<const int64_t> bounds;
  std::array<int64_t, kHistogramBoundsMax + 1> buckets = {};
  int64_t sum = 0;
};

class Histogram {
 public:
  // `bounds`: rising, at most kHistogramBoundsMax, and outlive the histogram.
  explicit constexpr Histogram(std::span<const int64_t> bounds) : bounds_(bounds) {}

  void Observe(int64_t value) {
    size_t bucket = 0;
    while (bucket < bounds_.size() && value > bounds_[bucket]) ++bucket;
    buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }

  HistogramCounts Read() const {
    HistogramCounts counts = {.bounds = bounds_};
    for (size_t i = 0; i <= bounds_.size(); ++i) {
      counts.buckets[i] = buckets_[i].load(std::memory_order_relaxed);
    }
    counts.sum = sum_.load(std::memory_order_relaxed);
    return counts;
  }

 private:
  const std::span<const int64_t> bounds_;
  std::array<std::atomic<int64_t>, kHistogramBoundsMax + 1> buckets_ = {};
  std::atomic<int64_t> sum_ = 0;
};

}  // namespace usher::observe
