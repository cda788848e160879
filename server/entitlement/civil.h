// R2: civil time in an account's zone. Pure functions of their arguments and the installed tz
// database; any thread.
//
// A civil time that a DST change skips or repeats means the first instant not before it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace usher::entitlement {

// Nullopt where the tz database has no such IANA name.
std::optional<absl::TimeZone> LoadTimeZone(std::string_view iana_name);

// The first instant whose civil time in `zone` is not before `civil`.
absl::Time FromCivil(absl::CivilSecond civil, absl::TimeZone zone);

// The instant `months` calendar months after `anchor`: same wall-clock time, the day clipped to the
// month's last (31 Jan + 1 = 28/29 Feb). Always counted from the anchor, so there is no drift.
// Sub-seconds are kept.
absl::Time AddMonths(absl::Time anchor, int months, absl::TimeZone zone);

// The same wall-clock time `days` days later.
absl::Time AddDays(absl::Time anchor, int days, absl::TimeZone zone);

// R8: the months of the anchor's grid that have started at `now` and lie before `total_months`:
// what an add-on bought now for the rest of the term is charged. At least 1, for now <
// AddMonths(anchor, total_months).
int StartedMonthsLeft(absl::Time anchor, int total_months, absl::Time now, absl::TimeZone zone);

// A calendar month of an account: [start, end).
struct Month {
  absl::CivilMonth label;
  absl::Time start;
  absl::Time end;

  friend bool operator==(const Month&, const Month&) = default;
};

// "2026-11".
std::string FormatMonth(absl::CivilMonth month);

// The calendar month of `zone` that contains `now`.
Month MonthAt(absl::Time now, absl::TimeZone zone);

}  // namespace usher::entitlement
