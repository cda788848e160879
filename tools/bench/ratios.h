// Ratios: figures of one series by those of another of the same rounds, with what is aimed at.
// Pure functions.
#pragma once

#include <string_view>

#include "absl/types/span.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "tools/bench/report.pb.h"
#include "tools/bench/series.h"

namespace usher::bench {

v1::Ratio MakeRatio(std::string_view name, absl::Span<const double> dividends,
                    absl::Span<const double> divisors);

// Of a series whose calls carry several items each: "renew-1000: renewals/s".
v1::Ratio MakeItemRate(const SeriesRecorder& series);

// How much longer the median call of `slow` takes than that of `fast`, in median calls of `unit`:
// "(login - echo) / fdatasync".
v1::Ratio MakeExcess(const SeriesRecorder& slow, const SeriesRecorder& fast,
                     const SeriesRecorder& unit);

// What all but one of a thousand calls take at most: "login: p99.9 in ms".
v1::Ratio MakeTail(const SeriesRecorder& series);

// Appends it with its target, where targets.h has one for it.
void AddWithTarget(v1::Ratio ratio, int in_flight,
                   google::protobuf::RepeatedPtrField<v1::Ratio>& ratios);

}  // namespace usher::bench
