// SpentRecorder: how long single calls took. One thread.
#pragma once

#include "absl/time/time.h"
#include "tools/bench/histogram.h"
#include "tools/bench/scale/scale_report.pb.h"

namespace usher::bench {

class SpentRecorder {
 public:
  void Record(absl::Duration time) { histogram_.Record(absl::ToInt64Nanoseconds(time)); }

  v1::Spent ToProto() const {
    constexpr double kNanosPerMilli = 1'000'000;
    v1::Spent spent;
    spent.set_count(static_cast<int>(histogram_.count()));
    spent.set_p50_ms(static_cast<double>(histogram_.Percentile(0.5)) / kNanosPerMilli);
    spent.set_p99_ms(static_cast<double>(histogram_.Percentile(0.99)) / kNanosPerMilli);
    spent.set_max_ms(static_cast<double>(histogram_.max()) / kNanosPerMilli);
    return spent;
  }

 private:
  Histogram histogram_;
};

}  // namespace usher::bench
