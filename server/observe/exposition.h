// Exposition: metrics as Prometheus reads them, written one family after another.
//
//   Exposition page;
//   page.Family("usher_sessions", "Live sessions.", MetricKind::kGauge).Add(sessions);
//   answer.body = page.Text();
//
// A short-lived value; one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "observe/instruments.h"

namespace usher::observe {

enum class MetricKind { kCounter, kGauge, kHistogram };

using Labels = std::vector<std::pair<std::string, std::string>>;

class Exposition {
 public:
  Exposition();
  ~Exposition();
  Exposition(const Exposition&) = delete;
  Exposition& operator=(const Exposition&) = delete;

  // Begins a family; what is added then belongs to it.
  Exposition& Family(std::string_view name, std::string_view help, MetricKind kind);

  Exposition& Add(double value, const Labels& labels = {});
  // The numbers of the histogram divided by `per_unit`: 1e9 where it counts nanoseconds, as seconds
  // are the unit of Prometheus.
  Exposition& Add(const HistogramCounts& counts, double per_unit, const Labels& labels = {});

  // In the text format, version 0.0.4.
  std::string Text() const;
  static constexpr char kContentType[] = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace usher::observe
