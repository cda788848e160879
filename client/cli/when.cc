#include "client/cli/when.h"

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace usher::cli {
namespace {

constexpr size_t kYearDigits = 4;
constexpr int64_t kDaysMax = 100'000;

// "3d", which Abseil does not know, and what it knows.
std::optional<absl::Duration> ParseAgo(std::string_view text) {
  int64_t days = 0;
  if (text.back() == 'd' &&
      absl::SimpleAtoi(absl::string_view(text.data(), text.size() - 1), &days)) {
    if (days < 1 || days > kDaysMax) return std::nullopt;
    return absl::Hours(24) * days;
  }
  absl::Duration duration;
  if (!absl::ParseDuration(std::string(text), &duration)) return std::nullopt;
  if (duration <= absl::ZeroDuration() || duration > absl::Hours(24) * kDaysMax) {
    return std::nullopt;
  }
  return duration;
}

std::optional<absl::CivilSecond> ParseCivil(std::string text) {
  if (text.size() <= kYearDigits || text[kYearDigits] != '-') return std::nullopt;
  if (const size_t blank = text.find(' '); blank != std::string::npos) text[blank] = 'T';
  absl::CivilSecond civil;
  if (!absl::ParseLenientCivilTime(text, &civil)) return std::nullopt;
  return civil;
}

}  // namespace

std::optional<When> When::Parse(std::string_view text) {
  if (text.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(text.front()))) {
    return std::nullopt;
  }
  When when;
  absl::Time instant;
  std::string ignored;
  if (absl::ParseTime(absl::RFC3339_full, std::string(text), &instant, &ignored)) {
    when.instant_ = instant;
    return when;
  }
  when.civil_ = ParseCivil(std::string(text));
  if (!when.civil_.has_value()) when.ago_ = ParseAgo(text);
  if (!when.civil_.has_value() && !when.ago_.has_value()) return std::nullopt;
  return when;
}

absl::Time When::InstantOf(const Times& times) const {
  if (instant_.has_value()) return *instant_;
  if (ago_.has_value()) return times.now() - *ago_;
  return times.FirstInstantOf(*civil_);
}

}  // namespace usher::cli
