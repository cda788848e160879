#include "tools/bench/series.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "tools/bench/statistics.h"

namespace usher::bench {
namespace {

constexpr double kNanosPerMicro = 1000;

double Micros(int64_t nanos) { return static_cast<double>(nanos) / kNanosPerMicro; }

double MicrosPerCall(absl::Duration time, int64_t calls) {
  if (calls == 0) return 0;
  return absl::ToDoubleMicroseconds(time) / static_cast<double>(calls);
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

v1::Ratio RatioOf(std::string_view name, absl::Span<const double> per_round) {
  v1::Ratio ratio;
  ratio.set_name(std::string(name));
  *ratio.mutable_spread() = ToSpread(per_round);
  ratio.mutable_per_round()->Add(per_round.begin(), per_round.end());
  return ratio;
}

}  // namespace

void SeriesRecorder::AddRound(const LoadResult& result, absl::Duration client_cpu,
                              absl::Duration server_cpu) {
  rates_.push_back(result.Rate());
  p50s_us_.push_back(Micros(result.latency.Percentile(0.5)));
  client_cpus_us_.push_back(MicrosPerCall(client_cpu, result.calls_in_all));
  server_cpus_us_.push_back(MicrosPerCall(server_cpu, result.calls_in_all));
  latency_.Merge(result.latency);
}

v1::Series SeriesRecorder::ToProto() const {
  v1::Series series;
  series.set_name(name_);
  *series.mutable_rate_per_second() = ToSpread(rates_);
  v1::Latency& latency = *series.mutable_latency();
  latency.set_mean(latency_.Mean() / kNanosPerMicro);
  latency.set_p50(Micros(latency_.Percentile(0.5)));
  latency.set_p99(Micros(latency_.Percentile(0.99)));
  latency.set_p999(Micros(latency_.Percentile(0.999)));
  latency.set_max(Micros(latency_.max()));
  series.set_client_cpu_us(Median(client_cpus_us_));
  series.set_server_cpu_us(Median(server_cpus_us_));
  series.set_calls(latency_.count());
  series.mutable_rates_per_second()->Add(rates_.begin(), rates_.end());
  series.mutable_p50s_us()->Add(p50s_us_.begin(), p50s_us_.end());
  return series;
}

v1::Ratio MakeRatio(std::string_view name, absl::Span<const double> dividends,
                    absl::Span<const double> divisors) {
  return RatioOf(name, RatiosByRound(dividends, divisors));
}

v1::Ratio MakeExcess(const SeriesRecorder& slow, const SeriesRecorder& fast,
                     const SeriesRecorder& unit) {
  std::vector<double> excess = slow.p50s_us();
  for (size_t i = 0; i < std::min(excess.size(), fast.p50s_us().size()); ++i) {
    excess[i] -= fast.p50s_us()[i];
  }
  return MakeRatio(absl::StrCat("(", slow.name(), " - ", fast.name(), ") / ", unit.name()), excess,
                   unit.p50s_us());
}

}  // namespace usher::bench
