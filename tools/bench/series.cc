#include "tools/bench/series.h"

#include "tools/bench/statistics.h"

namespace usher::bench {
namespace {

constexpr double kNanosPerMicro = 1000;

double Micros(int64_t nanos) { return static_cast<double>(nanos) / kNanosPerMicro; }

double MicrosPerCall(absl::Duration time, int64_t calls) {
  if (calls == 0) return 0;
  return absl::ToDoubleMicroseconds(time) / static_cast<double>(calls);
}

}  // namespace

void SeriesRecorder::AddRound(const LoadResult& result, const Costs& costs) {
  rates_.push_back(result.Rate());
  p50s_us_.push_back(Micros(result.latency.Percentile(0.5)));
  p999s_us_.push_back(Micros(result.latency.Percentile(0.999)));
  client_cpus_us_.push_back(MicrosPerCall(costs.client_cpu, result.calls_in_all));
  server_cpus_us_.push_back(MicrosPerCall(costs.server_cpu, result.calls_in_all));
  latency_.Merge(result.latency);
  calls_in_all_ += result.calls_in_all;
  store_.syncs += costs.store.syncs;
  store_.checkpoints += costs.store.checkpoints;
}

v1::Series SeriesRecorder::ToProto() const {
  v1::Series series;
  series.set_name(name_);
  *series.mutable_rate_per_second() = ToSpread(rates_);
  *series.mutable_latency() = LatencyOf(latency_);
  series.set_client_cpu_us(Median(client_cpus_us_));
  series.set_server_cpu_us(Median(server_cpus_us_));
  series.set_calls(latency_.count());
  series.mutable_rates_per_second()->Add(rates_.begin(), rates_.end());
  series.mutable_p50s_us()->Add(p50s_us_.begin(), p50s_us_.end());
  series.mutable_p999s_us()->Add(p999s_us_.begin(), p999s_us_.end());
  series.set_syncs(store_.syncs);
  series.set_checkpoints(store_.checkpoints);
  series.set_calls_in_all(calls_in_all_);
  series.set_items_per_call(items_.per_call);
  series.set_items(std::string(items_.name));
  return series;
}

v1::Latency LatencyOf(const Histogram& histogram) {
  v1::Latency latency;
  latency.set_mean(histogram.Mean() / kNanosPerMicro);
  latency.set_p50(Micros(histogram.Percentile(0.5)));
  latency.set_p99(Micros(histogram.Percentile(0.99)));
  latency.set_p999(Micros(histogram.Percentile(0.999)));
  latency.set_max(Micros(histogram.max()));
  return latency;
}

v1::Spread ToSpread(absl::Span<const double> values) {
  const Interval interval = MedianWithInterval(values);
  v1::Spread spread;
  spread.set_median(interval.median);
  spread.set_low(interval.low);
  spread.set_high(interval.high);
  spread.set_confidence(interval.confidence);
  return spread;
}

}  // namespace usher::bench
