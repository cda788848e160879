// LineBudget: how many lines of a kind may be written in a minute, where strangers cause them.
//
// Any thread; nothing but a short lock, and no clock of its own.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/time/time.h"

namespace usher::observe {

class LineBudget {
 public:
  explicit LineBudget(int64_t lines_per_minute) : lines_per_minute_(lines_per_minute) {}

  // Whether a line may be written at `now`; then how many before it were left out, which it should
  // tell. `now` comes from any clock; one that steps back begins a minute.
  std::optional<int64_t> Take(absl::Time now) {
    const std::lock_guard lock(mutex_);
    if (now < minute_start_ || now >= minute_start_ + absl::Minutes(1)) {
      minute_start_ = now;
      lines_ = 0;
    }
    if (lines_ == lines_per_minute_) {
      ++left_out_;
      return std::nullopt;
    }
    ++lines_;
    return std::exchange(left_out_, 0);
  }

 private:
  const int64_t lines_per_minute_;
  std::mutex mutex_;
  absl::Time minute_start_ = absl::InfinitePast();
  int64_t lines_ = 0;
  int64_t left_out_ = 0;
};

}  // namespace usher::observe
