#include "client/cli/when.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace usher::cli {
namespace {

absl::Time Utc(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

struct Row {
  const char* text;
  const char* instant;
};

TEST(When, IsReadAsPeopleWriteIt) {
  const Times berlin("Europe/Berlin", Utc("2026-11-25T12:00:00Z"));
  const Row rows[] = {
      {"2026-11-25T12:42:00Z", "2026-11-25T12:42:00Z"},
      {"2026-11-25T12:42:00.5+02:00", "2026-11-25T10:42:00.5Z"},
      {"2026-11-25 13:42", "2026-11-25T12:42:00Z"},
      {"2026-11-25T13:42:07", "2026-11-25T12:42:07Z"},
      {"2026-07-01 13:42", "2026-07-01T11:42:00Z"},
      {"2026-11-25", "2026-11-24T23:00:00Z"},
      {"2026-11", "2026-10-31T23:00:00Z"},
      {"90s", "2026-11-25T11:58:30Z"},
      {"2h", "2026-11-25T10:00:00Z"},
      {"3d", "2026-11-22T12:00:00Z"},
  };
  for (const Row& row : rows) {
    const std::optional<When> when = When::Parse(row.text);
    ASSERT_TRUE(when.has_value()) << row.text;
    EXPECT_EQ(when->InstantOf(berlin), Utc(row.instant)) << row.text;
  }
}

TEST(When, ATimeThatTheClocksSkipOrRepeatIsTheFirstInstantNotBeforeIt) {  // R2
  const Times berlin("Europe/Berlin", Utc("2026-11-25T12:00:00Z"));
  EXPECT_EQ(When::Parse("2026-03-29 02:30")->InstantOf(berlin), Utc("2026-03-29T01:00:00Z"));
  EXPECT_EQ(When::Parse("2026-10-25 02:30")->InstantOf(berlin), Utc("2026-10-25T00:30:00Z"));
}

TEST(When, OnlyATimeOfDayNeedsAZone) {
  EXPECT_TRUE(When::Parse("2026-11-25 13:42")->needs_zone());
  EXPECT_FALSE(When::Parse("2026-11-25T12:42:00Z")->needs_zone());
  EXPECT_FALSE(When::Parse("2h")->needs_zone());
}

TEST(ParseDuration, KnowsDaysToo) {
  EXPECT_EQ(ParseDuration("90s"), absl::Seconds(90));
  EXPECT_EQ(ParseDuration("4m10s"), absl::Seconds(250));
  EXPECT_EQ(ParseDuration("90d"), absl::Hours(90 * 24));
  EXPECT_EQ(ParseDuration("1d12h30m"), absl::Minutes(36 * 60 + 30));
  EXPECT_EQ(ParseDuration("0d"), absl::ZeroDuration());
  for (const char* text : {"", "d", "x", "-1d", "1.5d", "1d-2h", "1d ", "1d2", "2h1d", "100001d"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(When, WhatIsNoTimeIsRefused) {
  for (const char* text : {"", "soon", "-2h", "0s", "0d", "2026", "90", "2026-13-01", "2026-02-30",
                           "25:00", "infinite-future", "2x", "100001d", "2026-11-25 25:00"}) {
    EXPECT_FALSE(When::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace usher::cli
