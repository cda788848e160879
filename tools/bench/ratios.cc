#include "tools/bench/ratios.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/bench/statistics.h"
#include "tools/bench/targets.h"

namespace usher::bench {
namespace {

v1::Ratio RatioOf(std::string name, absl::Span<const double> per_round) {
  v1::Ratio ratio;
  ratio.set_name(std::move(name));
  *ratio.mutable_spread() = ToSpread(per_round);
  ratio.mutable_per_round()->Add(per_round.begin(), per_round.end());
  return ratio;
}

}  // namespace

v1::Ratio MakeRatio(std::string_view name, absl::Span<const double> dividends,
                    absl::Span<const double> divisors) {
  return RatioOf(std::string(name), RatiosByRound(dividends, divisors));
}

v1::Ratio MakeItemRate(const SeriesRecorder& series) {
  std::vector<double> rates = series.rates();
  for (double& rate : rates) rate *= series.items().per_call;
  return RatioOf(absl::StrCat(series.name(), ": ", std::string(series.items().name), "/s"), rates);
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

v1::Ratio MakeTail(const SeriesRecorder& series) {
  constexpr double kMicrosPerMilli = 1000;
  std::vector<double> millis = series.p999s_us();
  for (double& value : millis) value /= kMicrosPerMilli;
  return RatioOf(absl::StrCat(series.name(), ": p99.9 in ms"), millis);
}

void AddWithTarget(v1::Ratio ratio, int in_flight,
                   google::protobuf::RepeatedPtrField<v1::Ratio>& ratios) {
  if (const auto target = TargetOf(ratio.name(), in_flight)) {
    ratio.mutable_target()->set_value(target->value);
    ratio.mutable_target()->set_at_most(target->at_most);
  }
  *ratios.Add() = std::move(ratio);
}

}  // namespace usher::bench
