// SeriesRecorder: collects the rounds of one workload or anchor. One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tools/bench/histogram.h"
#include "tools/bench/load.h"
#include "tools/bench/report.pb.h"

namespace usher::bench {

class SeriesRecorder {
 public:
  explicit SeriesRecorder(std::string_view name) : name_(name) {}

  // The processor times are of the whole load, warm-up included.
  void AddRound(const LoadResult& result, absl::Duration client_cpu, absl::Duration server_cpu);

  const std::string& name() const { return name_; }
  const std::vector<double>& rates() const { return rates_; }
  const std::vector<double>& p50s_us() const { return p50s_us_; }

  v1::Series ToProto() const;

 private:
  const std::string name_;
  std::vector<double> rates_;
  std::vector<double> p50s_us_;
  std::vector<double> client_cpus_us_;
  std::vector<double> server_cpus_us_;
  Histogram latency_;
};

v1::Ratio MakeRatio(std::string_view name, absl::Span<const double> dividends,
                    absl::Span<const double> divisors);

// How much longer the median call of `slow` takes than that of `fast`, in median calls of `unit`.
v1::Ratio MakeExcess(const SeriesRecorder& slow, const SeriesRecorder& fast,
                     const SeriesRecorder& unit);

}  // namespace usher::bench
