#include "storage/sqlite/values.h"

#include <limits>

namespace usher::storage {
namespace {

constexpr int64_t kInfiniteFutureMicros = std::numeric_limits<int64_t>::max();
constexpr int64_t kInfinitePastMicros = std::numeric_limits<int64_t>::min();
constexpr int64_t kMonthsPerYear = 12;

}  // namespace

int64_t ToMicros(absl::Time time) {
  if (time == absl::InfiniteFuture()) return kInfiniteFutureMicros;
  if (time == absl::InfinitePast()) return kInfinitePastMicros;
  return absl::ToUnixMicros(time);
}

absl::Time FromMicros(int64_t micros) {
  if (micros == kInfiniteFutureMicros) return absl::InfiniteFuture();
  if (micros == kInfinitePastMicros) return absl::InfinitePast();
  return absl::FromUnixMicros(micros);
}

int64_t ToNumber(absl::CivilMonth month) {
  return month.year() * kMonthsPerYear + month.month() - 1;
}

absl::CivilMonth MonthFromNumber(int64_t number) { return absl::CivilMonth(0, 1) + number; }

}  // namespace usher::storage
