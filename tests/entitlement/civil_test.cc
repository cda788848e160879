#include "entitlement/civil.h"

#include <string>

#include "entitlement/limits.h"
#include "gtest/gtest.h"
#include "tests/support/world.h"

namespace usher::entitlement {
namespace {

using testing::At;

absl::TimeZone Zone(const std::string& name) {
  const std::optional<absl::TimeZone> zone = LoadTimeZone(name);
  EXPECT_TRUE(zone.has_value()) << name;
  return zone.value_or(absl::UTCTimeZone());
}

TEST(LoadTimeZone, KnowsIanaNames) {  // R2
  for (const char* name : {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+12",
                           "America/Port-au-Prince", "EST5EDT"}) {
    EXPECT_TRUE(LoadTimeZone(name).has_value()) << name;
  }
}

TEST(LoadTimeZone, KnowsNothingElse) {  // R2
  for (const char* name :
       {"", "Europe/Atlantis", "Europe", "Europe/", "/usr/share/zoneinfo/Europe/Berlin",
        "../zoneinfo/Europe/Berlin", "Europe/../UTC", "file:Europe/Berlin", ":Europe/Berlin",
        "localtime", "posixrules", "Fixed/UTC+01:00:00", "posix/Europe/Berlin",
        "right/Europe/Berlin", "tzdata.zi", "+01:00", "Europe/Berlin ", "UTC\n"}) {
    EXPECT_FALSE(LoadTimeZone(name).has_value()) << name;
  }
  EXPECT_FALSE(LoadTimeZone(std::string(kTimeZoneLengthMax + 1, 'A')).has_value());
}

struct CivilCase {
  std::string zone;
  absl::CivilSecond civil;
  std::string instant;
};

TEST(FromCivil, MeansTheFirstInstantNotBeforeIt) {  // R2
  for (const CivilCase& c : {
           CivilCase{"Europe/Berlin", absl::CivilSecond(2026, 7, 1, 9), "2026-07-01T07:00:00Z"},
           // Skipped: 02:00 to 03:00.
           CivilCase{"Europe/Berlin", absl::CivilSecond(2026, 3, 29, 1, 59, 59),
                     "2026-03-29T00:59:59Z"},
           CivilCase{"Europe/Berlin", absl::CivilSecond(2026, 3, 29, 2, 0, 0),
                     "2026-03-29T01:00:00Z"},
           CivilCase{"Europe/Berlin", absl::CivilSecond(2026, 3, 29, 2, 30, 0),
                     "2026-03-29T01:00:00Z"},
           CivilCase{"Europe/Berlin", absl::CivilSecond(2026, 3, 29, 3, 0, 0),
                     "2026-03-29T01:00:00Z"},
           // Repeated: 02:00 to 03:00.
           CivilCase{"Europe/Berlin", absl::CivilSecond(2026, 10, 25, 2, 30, 0),
                     "2026-10-25T00:30:00Z"},
           CivilCase{"Europe/Berlin", absl::CivilSecond(2026, 10, 25, 3, 0, 0),
                     "2026-10-25T02:00:00Z"},
           CivilCase{"America/New_York", absl::CivilSecond(2026, 3, 8, 2, 30, 0),
                     "2026-03-08T07:00:00Z"},
           CivilCase{"America/New_York", absl::CivilSecond(2026, 11, 1, 1, 30, 0),
                     "2026-11-01T05:30:00Z"},
           // Half an hour.
           CivilCase{"Australia/Lord_Howe", absl::CivilSecond(2026, 10, 4, 2, 10, 0),
                     "2026-10-03T15:30:00Z"},
           CivilCase{"Australia/Lord_Howe", absl::CivilSecond(2026, 4, 5, 1, 45, 0),
                     "2026-04-04T14:45:00Z"},
           // A whole day.
           CivilCase{"Pacific/Apia", absl::CivilSecond(2011, 12, 30, 12, 0, 0),
                     "2011-12-30T10:00:00Z"},
           CivilCase{"Pacific/Apia", absl::CivilSecond(2011, 12, 31, 0, 0, 0),
                     "2011-12-30T10:00:00Z"},
       }) {
    EXPECT_EQ(entitlement::FromCivil(c.civil, Zone(c.zone)), At(c.instant))
        << c.zone << " " << absl::FormatCivilTime(c.civil);
  }
}

struct MonthsCase {
  std::string zone;
  std::string anchor;
  int months;
  std::string instant;
};

TEST(AddMonths, CountsFromTheAnchorInCivilTime) {  // R2
  for (const MonthsCase& c : {
           MonthsCase{"UTC", "2026-11-02T09:00:00Z", 0, "2026-11-02T09:00:00Z"},
           MonthsCase{"UTC", "2026-11-02T09:00:00Z", 1, "2026-12-02T09:00:00Z"},
           MonthsCase{"UTC", "2026-11-02T09:00:00Z", 36, "2029-11-02T09:00:00Z"},
           // Clipped to the month's last day, never drifting.
           MonthsCase{"UTC", "2027-01-31T10:00:00Z", 1, "2027-02-28T10:00:00Z"},
           MonthsCase{"UTC", "2027-01-31T10:00:00Z", 2, "2027-03-31T10:00:00Z"},
           MonthsCase{"UTC", "2027-01-31T10:00:00Z", 3, "2027-04-30T10:00:00Z"},
           MonthsCase{"UTC", "2028-01-31T10:00:00Z", 1, "2028-02-29T10:00:00Z"},
           MonthsCase{"UTC", "2028-02-29T10:00:00Z", 12, "2029-02-28T10:00:00Z"},
           MonthsCase{"UTC", "2028-02-29T10:00:00Z", 48, "2032-02-29T10:00:00Z"},
           MonthsCase{"UTC", "2026-12-31T23:59:59.999999Z", 2, "2027-02-28T23:59:59.999999Z"},
           // The day counts in the zone: 31 January there.
           MonthsCase{"America/New_York", "2027-02-01T03:00:00Z", 1, "2027-03-01T03:00:00Z"},
           // Same wall-clock time on both sides of a change.
           MonthsCase{"America/New_York", "2026-11-02T14:00:00Z", 5, "2027-04-02T13:00:00Z"},
           MonthsCase{"Europe/Berlin", "2026-09-30T12:00:00Z", 1, "2026-10-30T13:00:00Z"},
           // Into a gap: its end, the fraction gone with what was skipped.
           MonthsCase{"Europe/Berlin", "2026-02-28T01:30:00.5Z", 1, "2026-03-28T01:30:00.5Z"},
           MonthsCase{"Europe/Berlin", "2026-01-29T01:30:00.5Z", 2, "2026-03-29T01:00:00Z"},
           MonthsCase{"Pacific/Apia", "2011-11-30T22:00:00Z", 1, "2011-12-30T10:00:00Z"},
           // Into an hour that comes twice: the first.
           MonthsCase{"Europe/Berlin", "2026-09-25T00:30:00.25Z", 1, "2026-10-25T00:30:00.25Z"},
           // From its second pass: itself, not its twin.
           MonthsCase{"Europe/Berlin", "2026-10-25T01:30:00Z", 0, "2026-10-25T01:30:00Z"},
           MonthsCase{"Europe/Berlin", "2026-10-25T01:30:00Z", 1, "2026-11-25T01:30:00Z"},
       }) {
    EXPECT_EQ(AddMonths(At(c.anchor), c.months, Zone(c.zone)), At(c.instant))
        << c.zone << " " << c.anchor << " + " << c.months;
  }
}

TEST(AddMonths, NeverGoesBackWithMoreMonths) {  // R2
  for (const char* name : {"UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia",
                           "Australia/Lord_Howe", "America/St_Johns"}) {
    const absl::TimeZone zone = Zone(name);
    // Every hour and a half of a year, so that each change of the clock is met.
    for (int step = 0; step < 366 * 16; step += 5) {
      const absl::Time anchor = At("2011-01-01T00:10:00Z") + step * absl::Minutes(90);
      absl::Time last = anchor;
      for (int months = 1; months <= 14; ++months) {
        const absl::Time next = AddMonths(anchor, months, zone);
        ASSERT_GT(next, last) << name << " " << anchor << " + " << months;
        last = next;
      }
    }
  }
}

TEST(AddDays, KeepsTheWallClockTime) {  // R3
  const absl::TimeZone berlin = Zone("Europe/Berlin");
  // 14 days that are an hour shorter, and an hour longer, than 14 × 24 h.
  EXPECT_EQ(AddDays(At("2026-03-20T08:00:00Z"), 14, berlin), At("2026-04-03T07:00:00Z"));
  EXPECT_EQ(AddDays(At("2026-10-20T07:00:00Z"), 14, berlin), At("2026-11-03T08:00:00Z"));
  EXPECT_EQ(AddDays(At("2026-03-15T01:30:00Z"), 14, berlin), At("2026-03-29T01:00:00Z"));
  EXPECT_EQ(AddDays(At("2028-02-20T08:00:00.5Z"), 14, absl::UTCTimeZone()),
            At("2028-03-05T08:00:00.5Z"));
}

struct StartedCase {
  std::string zone;
  std::string anchor;
  int total;
  std::string now;
  int left;
};

TEST(StartedMonthsLeft, CountsTheRunningMonthAndThoseToCome) {  // R8
  for (const StartedCase& c : {
           StartedCase{"UTC", "2026-11-02T09:00:00Z", 1, "2026-11-02T09:00:00Z", 1},
           StartedCase{"UTC", "2026-11-02T09:00:00Z", 3, "2026-11-02T09:00:00Z", 3},
           StartedCase{"UTC", "2026-11-02T09:00:00Z", 3, "2026-12-02T08:59:59.999999Z", 3},
           StartedCase{"UTC", "2026-11-02T09:00:00Z", 3, "2026-12-02T09:00:00Z", 2},
           StartedCase{"UTC", "2026-11-02T09:00:00Z", 3, "2027-02-02T08:59:59.999999Z", 1},
           StartedCase{"UTC", "2026-11-02T09:00:00Z", 36, "2029-10-02T09:00:00Z", 1},
           // The grid of 31 January: 28 February, 31 March, 30 April.
           StartedCase{"UTC", "2027-01-31T10:00:00Z", 4, "2027-02-28T09:59:59Z", 4},
           StartedCase{"UTC", "2027-01-31T10:00:00Z", 4, "2027-02-28T10:00:00Z", 3},
           StartedCase{"UTC", "2027-01-31T10:00:00Z", 4, "2027-03-30T10:00:00Z", 3},
           StartedCase{"UTC", "2027-01-31T10:00:00Z", 4, "2027-03-31T10:00:00Z", 2},
           // The anniversary is at nine by New York's clock, summer or winter.
           StartedCase{"America/New_York", "2026-11-02T14:00:00Z", 6, "2027-04-02T12:59:59Z", 2},
           StartedCase{"America/New_York", "2026-11-02T14:00:00Z", 6, "2027-04-02T13:00:00Z", 1},
           // After a change of zone the grid may end before the expiry that was fixed.
           StartedCase{"Pacific/Kiritimati", "2026-10-31T09:00:00Z", 1, "2026-12-01T08:00:00Z", 1},
       }) {
    EXPECT_EQ(StartedMonthsLeft(At(c.anchor), c.total, At(c.now), Zone(c.zone)), c.left)
        << c.zone << " " << c.anchor << " of " << c.total << " at " << c.now;
  }
}

TEST(MonthAt, IsTheCalendarMonthOfTheZone) {  // R2
  const Month utc = MonthAt(At("2026-11-02T09:00:00Z"), absl::UTCTimeZone());
  EXPECT_EQ(utc.label, absl::CivilMonth(2026, 11));
  EXPECT_EQ(utc.start, At("2026-11-01T00:00:00Z"));
  EXPECT_EQ(utc.end, At("2026-12-01T00:00:00Z"));

  // Winter time begins within it.
  const Month new_york = MonthAt(At("2026-11-02T09:00:00Z"), Zone("America/New_York"));
  EXPECT_EQ(new_york.start, At("2026-11-01T04:00:00Z"));
  EXPECT_EQ(new_york.end, At("2026-12-01T05:00:00Z"));

  const Month kiritimati = MonthAt(At("2026-10-31T10:00:00Z"), Zone("Pacific/Kiritimati"));
  EXPECT_EQ(kiritimati.label, absl::CivilMonth(2026, 11));
}

TEST(MonthAt, IsHalfOpen) {  // R2
  const absl::Time end = At("2026-12-01T00:00:00Z");
  EXPECT_EQ(MonthAt(end - absl::Microseconds(1), absl::UTCTimeZone()).label,
            absl::CivilMonth(2026, 11));
  EXPECT_EQ(MonthAt(end, absl::UTCTimeZone()).label, absl::CivilMonth(2026, 12));
  EXPECT_EQ(MonthAt(end, absl::UTCTimeZone()).start, end);
}

TEST(MonthAt, DoesNotComeBackWhereTheClockIsSetBackOverMidnight) {  // R2
  // At 00:01 on 1 November 2009 the clocks of St John's went back to 23:01 on 31 October.
  const absl::TimeZone zone = Zone("America/St_Johns");
  const absl::Time midnight = At("2009-11-01T02:30:00Z");
  EXPECT_EQ(MonthAt(midnight - absl::Microseconds(1), zone).label, absl::CivilMonth(2009, 10));
  EXPECT_EQ(MonthAt(midnight - absl::Microseconds(1), zone).end, midnight);
  for (const absl::Duration since : {absl::ZeroDuration(), absl::Seconds(59), absl::Minutes(1),
                                     absl::Minutes(30), absl::Hours(2)}) {
    EXPECT_EQ(MonthAt(midnight + since, zone).label, absl::CivilMonth(2009, 11)) << since;
    EXPECT_EQ(MonthAt(midnight + since, zone).start, midnight) << since;
  }
}

TEST(FormatMonth, IsYearAndMonth) {
  EXPECT_EQ(FormatMonth(absl::CivilMonth(2026, 11)), "2026-11");
  EXPECT_EQ(FormatMonth(absl::CivilMonth(2027, 1)), "2027-01");
}

}  // namespace
}  // namespace usher::entitlement
