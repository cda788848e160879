// SeriesRecorder: collects the rounds of one workload or anchor. One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tools/bench/cost_meter.h"
#include "tools/bench/histogram.h"
#include "tools/bench/load.h"
#include "tools/bench/report.pb.h"
#include "tools/bench/workload.h"

namespace usher::bench {

class SeriesRecorder {
 public:
  explicit SeriesRecorder(std::string_view name, Items items = {}) : name_(name), items_(items) {}

  void AddRound(const LoadResult& result, const Costs& costs = {});

  const std::string& name() const { return name_; }
  const Items& items() const { return items_; }
  const std::vector<double>& rates() const { return rates_; }
  const std::vector<double>& p50s_us() const { return p50s_us_; }
  const std::vector<double>& p999s_us() const { return p999s_us_; }

  v1::Series ToProto() const;

 private:
  const std::string name_;
  const Items items_;
  std::vector<double> rates_;
  std::vector<double> p50s_us_;
  std::vector<double> p999s_us_;
  std::vector<double> client_cpus_us_;
  std::vector<double> server_cpus_us_;
  Histogram latency_;
  int64_t calls_in_all_ = 0;
  StoreFigures store_;
};

v1::Latency LatencyOf(const Histogram& histogram);

// The median over the rounds, and how sure it is.
v1::Spread ToSpread(absl::Span<const double> values);

}  // namespace usher::bench
