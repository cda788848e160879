// When whoever waits polls, by a clock that the test reads out.
#include "rpc/busy_poll.h"

#include "gtest/gtest.h"

namespace usher::rpc {
namespace {

using std::chrono::microseconds;

constexpr BusyPoll::Clock::time_point kStart =
    BusyPoll::Clock::time_point() + std::chrono::hours(1);
constexpr microseconds kStep = microseconds(10);

TEST(BusyPoll, EndsAfterAMomentAndMayBeginAgain) {
  BusyPoll poll(/*cores=*/2);
  auto now = kStart;
  for (int wait = 0; wait < 3; ++wait) {
    const auto begun = now;
    ASSERT_TRUE(poll.Begin(now));
    do now += kStep;
    while (poll.Again(now));
    EXPECT_EQ(now - begun, BusyPoll::kLongest);
  }
}

TEST(BusyPoll, OnASingleCoreNobodyPolls) {
  EXPECT_FALSE(BusyPoll(/*cores=*/1).Begin(kStart));
  // As the standard library says where it doesn't know.
  EXPECT_FALSE(BusyPoll(/*cores=*/0).Begin(kStart));
}

TEST(BusyPoll, ALongInterruptionIsTakenForOthersNeed) {
  BusyPoll poll(/*cores=*/2);
  ASSERT_TRUE(poll.Begin(kStart));
  // The committing thread may have been there in between.
  ASSERT_TRUE(poll.Again(kStart + kStep));
  const auto back = kStart + kStep + BusyPoll::kInterruption + kStep;
  EXPECT_FALSE(poll.Again(back));
  EXPECT_FALSE(poll.Begin(back + kStep));
  EXPECT_FALSE(poll.Begin(back + BusyPoll::kPause - kStep));
  EXPECT_TRUE(poll.Begin(back + BusyPoll::kPause));
}

// What happens between two waits is work, however long it takes.
TEST(BusyPoll, WorkBetweenTwoWaitsIsNoInterruption) {
  BusyPoll poll(/*cores=*/2);
  ASSERT_TRUE(poll.Begin(kStart));
  const auto later = kStart + 10 * BusyPoll::kInterruption;
  ASSERT_TRUE(poll.Begin(later));
  EXPECT_TRUE(poll.Again(later + kStep));
}

}  // namespace
}  // namespace usher::rpc
