#include "client/cli/when.h"

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace usher::cli {
namespace {

constexpr size_t kYearDigits = 4;
constexpr int64_t kDaysMax = 100'000;
constexpr absl::Duration kDay = absl::Hours(24);

// How long ago can be meant.
std::optional<absl::Duration> ParseAgo(std::string_view text) {
  const std::optional<absl::Duration> duration = ParseDuration(text);
  if (!duration.has_value() || *duration <= absl::ZeroDuration() || *duration > kDay * kDaysMax) {
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

std::optional<absl::Duration> ParseDuration(std::string_view text) {
  absl::Duration days;
  const size_t unit = text.find('d');
  if (unit != std::string_view::npos) {
    int64_t count = 0;
    if (!absl::SimpleAtoi(absl::string_view(text.data(), unit), &count) || count < 0 ||
        count > kDaysMax) {
      return std::nullopt;
    }
    days = kDay * count;
    text.remove_prefix(unit + 1);
    if (text.empty()) return days;
    // Else "1d-2h" would be less than a day.
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text.front()))) return std::nullopt;
  }
  absl::Duration rest;
  if (!absl::ParseDuration(std::string(text), &rest)) return std::nullopt;
  return days + rest;
}

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
