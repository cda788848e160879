#include "entitlement/civil.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "entitlement/limits.h"

namespace usher::entitlement {
namespace {

// Abseil also opens files by path and knows names of its own ("localtime", "Fixed/UTC+01:00:00");
// neither is an IANA name. Nor are the copies of the database that count leap seconds.
bool LooksLikeIanaName(std::string_view name) {
  if (name.empty() || name.size() > static_cast<size_t>(kTimeZoneLengthMax)) return false;
  if (!absl::ascii_isalpha(static_cast<unsigned char>(name.front()))) return false;
  for (const char c : name) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) continue;
    if (c != '/' && c != '_' && c != '-' && c != '+') return false;
  }
  for (const std::string_view prefix : {"Fixed/", "posix/", "right/"}) {
    if (name.substr(0, prefix.size()) == prefix) return false;
  }
  return name != "localtime" && name != "posixrules";
}

absl::CivilDay LastDay(absl::CivilMonth month) { return absl::CivilDay(month + 1) - 1; }

// `day` at the wall-clock time of `clock`.
absl::Time AtClockOf(absl::CivilDay day, const absl::TimeZone::CivilInfo& clock,
                     absl::TimeZone zone) {
  const absl::CivilSecond civil(day.year(), day.month(), day.day(), clock.cs.hour(),
                                clock.cs.minute(), clock.cs.second());
  const absl::TimeZone::TimeInfo info = zone.At(civil);
  // What a gap skips is over at its end, fractions of the second included.
  if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) return info.trans;
  return info.pre + clock.subsecond;
}

absl::Time StartOf(absl::CivilMonth month, absl::TimeZone zone) {
  return entitlement::FromCivil(absl::CivilSecond(month), zone);
}

}  // namespace

std::optional<absl::TimeZone> LoadTimeZone(std::string_view iana_name) {
  if (!LooksLikeIanaName(iana_name)) return std::nullopt;
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(absl::string_view(iana_name.data(), iana_name.size()), &zone)) {
    return std::nullopt;
  }
  return zone;
}

absl::Time FromCivil(absl::CivilSecond civil, absl::TimeZone zone) {
  // Which means what we promise: the first of two, or the end of the gap.
  return absl::FromCivil(civil, zone);
}

absl::Time AddMonths(absl::Time anchor, int months, absl::TimeZone zone) {
  // An anchor in the second pass of a repeated hour is itself, not its twin in the first.
  if (months == 0) return anchor;
  const absl::TimeZone::CivilInfo from = zone.At(anchor);
  const absl::CivilMonth month = absl::CivilMonth(from.cs) + months;
  const int day = std::min(from.cs.day(), LastDay(month).day());
  return AtClockOf(absl::CivilDay(month.year(), month.month(), day), from, zone);
}

absl::Time AddDays(absl::Time anchor, int days, absl::TimeZone zone) {
  if (days == 0) return anchor;
  const absl::TimeZone::CivilInfo from = zone.At(anchor);
  return AtClockOf(absl::CivilDay(from.cs) + days, from, zone);
}

int StartedMonthsLeft(absl::Time anchor, int total_months, absl::Time now, absl::TimeZone zone) {
  const absl::CivilMonth first(zone.At(anchor).cs);
  const absl::CivilMonth current(zone.At(now).cs);
  int begun = std::max(0, static_cast<int>(current - first) + 1);
  while (begun > 0 && AddMonths(anchor, begun, zone) > now) --begun;
  // After a change of zone the grid may lie hours before an expiry that is already fixed.
  return std::max(1, total_months - begun);
}

std::string FormatMonth(absl::CivilMonth month) { return absl::FormatCivilTime(month); }

Month MonthAt(absl::Time now, absl::TimeZone zone) {
  Month month;
  month.label = absl::CivilMonth(zone.At(now).cs);
  // A clock that is set back over a month's first midnight shows the old month once more; it is
  // over all the same.
  if (now >= StartOf(month.label + 1, zone)) ++month.label;
  month.start = StartOf(month.label, zone);
  month.end = StartOf(month.label + 1, zone);
  return month;
}

}  // namespace usher::entitlement
