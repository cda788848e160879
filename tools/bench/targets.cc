#include "tools/bench/targets.h"

#include <array>

namespace usher::bench {
namespace {

struct Row {
  std::string_view ratio;
  // The calls in flight that it is meant for, from and to.
  int from = 1;
  int to = 1;
  Target target;
};

constexpr int kHouseful = 64;
constexpr int kCrowd = 256;
constexpr int kAny = 1'000'000;

constexpr std::array kRows = {
    Row{"login / echo", kHouseful, kCrowd - 1, {0.75}},
    Row{"login / echo", kCrowd, kAny, {0.85}},
    Row{"renew / echo", kHouseful, kAny, {0.93}},
    Row{"check / echo", kHouseful, kAny, {0.93}},
    Row{"shift / echo", kHouseful, kAny, {0.85}},
    Row{"first-login / echo", kHouseful, kAny, {0.6}},
    Row{"(login - echo) / fdatasync", 1, 1, {1.5, true}},
    Row{"renew-1000: renewals/s", 1, kAny, {2e6}},
    Row{"login: p99.9 in ms", kHalfOfPeak, kHalfOfPeak, {10, true}},
};

}  // namespace

std::optional<Target> TargetOf(std::string_view ratio, int in_flight) {
  for (const Row& row : kRows) {
    if (row.ratio == ratio && row.from <= in_flight && in_flight <= row.to) return row.target;
  }
  return std::nullopt;
}

}  // namespace usher::bench
