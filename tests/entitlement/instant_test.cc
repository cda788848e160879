// What is kept in 8 bytes is the same instant, the same span.
#include "entitlement/instant.h"

#include "gtest/gtest.h"

namespace usher::entitlement {
namespace {

TEST(Instant, TakesHalfOfATime) {
  EXPECT_EQ(sizeof(Instant), 8u);
  EXPECT_EQ(sizeof(TimeSpan), 8u);
}

TEST(Instant, IsTheTimeThatItWasMadeFromToTheMicrosecond) {
  for (const absl::Time time :
       {absl::FromUnixMicros(1'795'948'983'123'456), absl::FromUnixMicros(-1), absl::Time(),
        absl::InfinitePast(), absl::InfiniteFuture()}) {
    EXPECT_EQ(absl::Time(Instant(time)), time);
    EXPECT_TRUE(Instant(time) == time);
  }
  EXPECT_EQ(absl::Time(Instant()), absl::Time());
}

TEST(Instant, WhatIsBetweenTwoMicrosecondsIsTheEarlier) {
  EXPECT_EQ(absl::Time(Instant(absl::FromUnixNanos(1'999))), absl::FromUnixMicros(1));
  EXPECT_EQ(absl::Time(Instant(absl::FromUnixNanos(-1))), absl::FromUnixMicros(-1));
  EXPECT_TRUE(Instant(absl::FromUnixNanos(1'999)) < absl::FromUnixNanos(1'999));
}

TEST(Instant, WhatIsTooFarAwayIsInfinitelyFar) {
  const absl::Duration million_years = absl::Hours(24) * 366 * 1'000'000;
  EXPECT_EQ(absl::Time(Instant(absl::UnixEpoch() + million_years)), absl::InfiniteFuture());
  EXPECT_EQ(absl::Time(Instant(absl::UnixEpoch() - million_years)), absl::InfinitePast());
  EXPECT_EQ(absl::Duration(TimeSpan(million_years)), absl::InfiniteDuration());
  EXPECT_EQ(absl::Duration(TimeSpan(-million_years)), -absl::InfiniteDuration());
}

TEST(Instant, IsComparedWithTimesAndInstants) {
  const absl::Time now = absl::FromUnixMicros(1000);
  const absl::Time later = now + absl::Microseconds(1);
  EXPECT_TRUE(Instant(now) < later);
  EXPECT_TRUE(now < Instant(later));
  EXPECT_TRUE(Instant(now) < Instant(later));
  EXPECT_TRUE(Instant(later) < absl::InfiniteFuture());
  EXPECT_TRUE(Instant(absl::InfinitePast()) < now);
  EXPECT_FALSE(Instant(now) == later);
}

TEST(TimeSpan, IsTheDurationThatItWasMadeFrom) {
  for (const absl::Duration duration :
       {absl::Hours(24), absl::Microseconds(1), absl::ZeroDuration(), -absl::Seconds(1),
        absl::InfiniteDuration(), -absl::InfiniteDuration()}) {
    EXPECT_EQ(absl::Duration(TimeSpan(duration)), duration);
    EXPECT_TRUE(TimeSpan(duration) == duration);
  }
  EXPECT_FALSE(TimeSpan(absl::Hours(1)) == absl::Hours(2));
}

}  // namespace
}  // namespace usher::entitlement
