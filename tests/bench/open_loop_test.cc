#include "tools/bench/open_loop.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/bench/timed_operation.h"

namespace usher::bench {
namespace {

using Operations = std::vector<std::unique_ptr<Operation>>;

constexpr absl::Duration kCallTime = absl::Milliseconds(2);

Operations Made(int count, const TimedOperation::Times& times) {
  Operations operations;
  for (int i = 0; i < count; ++i) operations.push_back(std::make_unique<TimedOperation>(times));
  return operations;
}

TEST(RunOpenLoop, MakesAsManyCallsAsArriveWhateverTheyTake) {
  for (const absl::Duration call_time : {absl::Milliseconds(1), absl::Milliseconds(100)}) {
    const auto result = RunOpenLoop(Made(500, [call_time] { return call_time; }),
                                    {.rate_per_second = 2000,
                                     .warm_up = absl::Milliseconds(50),
                                     .recorded = absl::Milliseconds(500)});
    ASSERT_TRUE(result.ok()) << result.status();
    // A thousand on average; five times the standard deviation of that.
    EXPECT_NEAR(static_cast<double>(result->calls), 1000, 5 * std::sqrt(1000));
    EXPECT_EQ(result->calls, result->send_delay.count());
    EXPECT_GT(result->calls_in_all, result->calls);
    EXPECT_EQ(result->held_back, 0);
    EXPECT_GE(result->latency.Percentile(0.5), absl::ToInt64Nanoseconds(call_time) * 9 / 10);
  }
}

TEST(RunOpenLoop, TheSameSeedBringsTheSameArrivals) {
  const auto calls = [](uint64_t seed, int threads) {
    const auto result =
        RunOpenLoop(Made(100, [] { return kCallTime; }), {.rate_per_second = 1000,
                                                          .threads = threads,
                                                          .recorded = absl::Milliseconds(200),
                                                          .seed = seed});
    EXPECT_TRUE(result.ok()) << result.status();
    return result->calls;
  };
  EXPECT_EQ(calls(1, 1), calls(1, 1));
  EXPECT_EQ(calls(1, 2), calls(1, 2));
}

TEST(RunOpenLoop, WhoseTurnCameInAStallHasTheStallInTheLatency) {
  // The server answers nothing for a while, then everything at once. A caller that waits for each
  // answer before the next call would see one slow call; here everybody who came meanwhile is one.
  constexpr absl::Duration kStall = absl::Milliseconds(300);
  const absl::Time begin = absl::Now();
  const auto result = RunOpenLoop(
      Made(2000, [begin, kStall] { return std::max(kCallTime, begin + kStall - absl::Now()); }),
      {.rate_per_second = 2000, .recorded = absl::Milliseconds(600)});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->held_back, 0);
  EXPECT_GE(result->latency.max(), absl::ToInt64Nanoseconds(kStall) * 9 / 10);
  // Half of all arrived in the stall, and waited for half of it on average.
  EXPECT_GE(result->latency.Percentile(0.75), absl::ToInt64Nanoseconds(kStall) * 4 / 10);
}

TEST(RunOpenLoop, CountsWhoFindsNoFreeOperationAndHowLongHeWaited) {
  // Two operations serve 40 calls a second; 100 come.
  const auto result = RunOpenLoop(Made(2, [] { return absl::Milliseconds(50); }),
                                  {.rate_per_second = 100, .recorded = absl::Milliseconds(500)});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GT(result->held_back, result->calls / 2);
  EXPECT_LT(result->held_back, result->calls);
  EXPECT_GT(result->latency.max(), absl::ToInt64Nanoseconds(absl::Milliseconds(200)));
  EXPECT_GT(result->send_delay.max(), absl::ToInt64Nanoseconds(absl::Milliseconds(150)));
}

TEST(RunOpenLoop, EndsWhereCallsArriveFasterThanTheyAreAnswered) {
  const auto result = RunOpenLoop(Made(1, [] { return absl::Milliseconds(10); }),
                                  {.rate_per_second = 1000,
                                   .recorded = absl::Seconds(30),
                                   .silence_max = absl::Milliseconds(200)});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kResourceExhausted) << result.status();
}

TEST(RunOpenLoop, EndsWhereTheServerFallsSilent) {
  const auto result = RunOpenLoop(Made(10, [] { return absl::Hours(1); }),
                                  {.rate_per_second = 1000,
                                   .recorded = absl::Seconds(30),
                                   .silence_max = absl::Milliseconds(200)});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kDeadlineExceeded) << result.status();
}

TEST(RunOpenLoop, AWrongAnswerEndsItWithWhatWasWrong) {
  Operations operations = Made(3, [] { return kCallTime; });
  operations.push_back(std::make_unique<TimedOperation>(
      [] { return kCallTime; }, [] { return absl::InternalError("not what was asked"); }));
  const auto result =
      RunOpenLoop(operations, {.rate_per_second = 2000, .recorded = absl::Seconds(30)});
  EXPECT_EQ(result.status(), absl::InternalError("not what was asked"));
}

TEST(RunOpenLoop, AnOperationWithNothingLeftToDoLeavesItsCallToOthers) {
  std::atomic<int> left = 3;
  Operations operations = Made(50, [] { return kCallTime; });
  operations.push_back(std::make_unique<TimedOperation>(
      [&left] { return left-- > 0 ? kCallTime : -absl::InfiniteDuration(); }));
  const auto result =
      RunOpenLoop(operations, {.rate_per_second = 1000, .recorded = absl::Milliseconds(300)});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_LT(left, 0);
  EXPECT_NEAR(static_cast<double>(result->calls), 300, 5 * std::sqrt(300));
}

TEST(RunOpenLoop, EndsWhereNoOperationHasAnythingLeftToDo) {
  std::atomic<int> left = 20;
  const auto result =
      RunOpenLoop(Made(4, [&left] { return left-- > 0 ? kCallTime : -absl::InfiniteDuration(); }),
                  {.rate_per_second = 1000, .recorded = absl::Seconds(30)});
  EXPECT_EQ(result.status(), absl::ResourceExhaustedError("nothing is left to do"));
}

}  // namespace
}  // namespace usher::bench
