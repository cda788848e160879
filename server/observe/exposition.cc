#include "observe/exposition.h"

#include <limits>

#include "prometheus/metric_family.h"
#include "prometheus/text_serializer.h"

namespace usher::observe {
namespace {

prometheus::MetricType TypeOf(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter:
      return prometheus::MetricType::Counter;
    case MetricKind::kGauge:
      return prometheus::MetricType::Gauge;
    case MetricKind::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

std::vector<prometheus::ClientMetric::Label> LabelsOf(const Labels& labels) {
  std::vector<prometheus::ClientMetric::Label> pairs;
  pairs.reserve(labels.size());
  for (const auto& [name, value] : labels) {
    prometheus::ClientMetric::Label& pair = pairs.emplace_back();
    pair.name = name;
    pair.value = value;
  }
  return pairs;
}

}  // namespace

struct Exposition::Families {
  std::vector<prometheus::MetricFamily> all;
};

Exposition::Exposition() : families_(std::make_unique<Families>()) {}
Exposition::~Exposition() = default;

Exposition& Exposition::Family(std::string_view name, std::string_view help, MetricKind kind) {
  prometheus::MetricFamily& family = families_->all.emplace_back();
  family.name = name;
  family.help = help;
  family.type = TypeOf(kind);
  return *this;
}

Exposition& Exposition::Add(double value, const Labels& labels) {
  prometheus::MetricFamily& family = families_->all.back();
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  metric.label = LabelsOf(labels);
  if (family.type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return *this;
}

Exposition& Exposition::Add(const HistogramCounts& counts, double per_unit, const Labels& labels) {
  prometheus::ClientMetric& metric = families_->all.back().metric.emplace_back();
  metric.label = LabelsOf(labels);
  uint64_t cumulative = 0;
  for (size_t i = 0; i <= counts.bounds.size(); ++i) {
    cumulative += static_cast<uint64_t>(counts.buckets[i]);
    prometheus::ClientMetric::Bucket& bucket = metric.histogram.bucket.emplace_back();
    bucket.cumulative_count = cumulative;
    bucket.upper_bound = i == counts.bounds.size()
                             ? std::numeric_limits<double>::infinity()
                             : static_cast<double>(counts.bounds[i]) / per_unit;
  }
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = static_cast<double>(counts.sum) / per_unit;
  return *this;
}

std::string Exposition::Text() const {
  return prometheus::TextSerializer().Serialize(families_->all);
}

}  // namespace usher::observe
