#include "tools/bench/load.h"

#include <atomic>
#include <memory>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/bench/timed_operation.h"

namespace usher::bench {
namespace {

using Operations = std::vector<std::unique_ptr<Operation>>;

constexpr absl::Duration kCallTime = absl::Milliseconds(5);
constexpr ClosedLoopOptions kMoment = {.warm_up = absl::Milliseconds(20),
                                       .recorded = absl::Milliseconds(200)};

Operations Made(int count, const TimedOperation::Times& times) {
  Operations operations;
  for (int i = 0; i < count; ++i) operations.push_back(std::make_unique<TimedOperation>(times));
  return operations;
}

TEST(RunClosedLoop, EachOperationCallsAgainWhenItIsAnswered) {
  const auto result = RunClosedLoop(Made(8, [] { return kCallTime; }), kMoment);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_NEAR(result->seconds, 0.2, 0.001);
  EXPECT_EQ(result->calls, result->latency.count());
  EXPECT_GT(result->calls, 8);
  // A call takes at least its time, so there can't be more than these.
  EXPECT_LE(result->calls, 8 * 200 / 5 + 8);
  EXPECT_GT(result->calls_in_all, result->calls);
  EXPECT_GE(result->latency.Percentile(0), absl::ToInt64Nanoseconds(kCallTime) * 9 / 10);
}

TEST(RunClosedLoop, RecordsNoLongerThanThereIsSomethingToDo) {
  std::atomic<int> left = 40;
  const absl::Time begin = absl::Now();
  const auto result =
      RunClosedLoop(Made(4, [&left] { return left-- > 0 ? kCallTime : -absl::InfiniteDuration(); }),
                    {.recorded = absl::Seconds(30)});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(20));
  EXPECT_LT(result->seconds, 20);
  EXPECT_EQ(result->calls_in_all, 40);
  // Those that were in flight when the first operation had nothing left to do don't count: the
  // house was no longer full.
  EXPECT_GE(result->calls, 37);
  EXPECT_LE(result->calls, 40);
}

TEST(RunClosedLoop, FailsWhereNothingIsLeftBeforeAnythingIsRecorded) {
  std::atomic<int> left = 4;
  const auto result =
      RunClosedLoop(Made(2, [&left] { return left-- > 0 ? kCallTime : -absl::InfiniteDuration(); }),
                    {.warm_up = absl::Seconds(30), .recorded = absl::Seconds(30)});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kResourceExhausted) << result.status();
}

TEST(RunClosedLoop, RecordsEverythingWhereItHasNoEnd) {
  std::atomic<int> left = 10;
  const auto result =
      RunClosedLoop(Made(2, [&left] { return left-- > 0 ? kCallTime : -absl::InfiniteDuration(); }),
                    {.recorded = absl::InfiniteDuration()});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->calls, 10);
}

TEST(RunClosedLoop, AWrongAnswerEndsItWithWhatWasWrong) {
  Operations operations = Made(3, [] { return kCallTime; });
  operations.push_back(std::make_unique<TimedOperation>(
      [] { return kCallTime; }, [] { return absl::InternalError("not what was asked"); }));
  const auto result = RunClosedLoop(operations, {.recorded = absl::Seconds(30)});
  EXPECT_EQ(result.status(), absl::InternalError("not what was asked"));
}

TEST(RunClosedLoop, ASilentServerEndsIt) {
  const auto result =
      RunClosedLoop(Made(2, [] { return absl::Hours(1); }),
                    {.recorded = absl::Seconds(30), .silence_max = absl::Milliseconds(50)});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kDeadlineExceeded) << result.status();
}

}  // namespace
}  // namespace usher::bench
