// The text that Prometheus reads, and the numbers behind it.
#include "observe/exposition.h"

#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "observe/process_metrics.h"
#include "observe/rpc_metrics.h"

namespace usher::observe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kBounds = std::to_array<int64_t>({10, 100});

TEST(Exposition, WritesTheTextFormat) {
  Histogram histogram(kBounds);
  for (const int64_t value : {9, 10, 11, 100, 101, 5000}) histogram.Observe(value);
  Exposition page;
  page.Family("a_total", "How many.", MetricKind::kCounter)
      .Add(3, {{"reason", "A \"B\""}})
      .Family("b", "How much.", MetricKind::kGauge)
      .Add(0.25)
      .Family("c_seconds", "How long.", MetricKind::kHistogram)
      .Add(histogram.Read(), 1000, {{"of", "x"}});
  EXPECT_EQ(page.Text(), R"(# HELP a_total How many.
# TYPE a_total counter
a_total{reason="A \"B\""} 3
# HELP b How much.
# TYPE b gauge
b 0.25
# HELP c_seconds How long.
# TYPE c_seconds histogram
c_seconds_count{of="x"} 6
c_seconds_sum{of="x"} 5.231
c_seconds_bucket{of="x",le="0.01"} 2
c_seconds_bucket{of="x",le="0.1"} 4
c_seconds_bucket{of="x",le="+Inf"} 6
)");
}

TEST(Instruments, LoseNothingWhereManyThreadsCount) {
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  Counter counter;
  Histogram histogram(kBounds);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        counter.Increment();
        histogram.Observe(50);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), kThreads * kEach);
  EXPECT_EQ(histogram.Read().buckets[1], kThreads * kEach);
  EXPECT_EQ(histogram.Read().sum, 50 * kThreads * kEach);
}

std::string TextOf(const RpcMetrics& metrics) {
  Exposition page;
  metrics.Write(page);
  return page.Text();
}

TEST(RpcMetrics, AreThereBeforeTheFirstCall) {
  RpcMetrics metrics;
  metrics.NameRefusals({"INVALID_FIELD", "NO_IDLE_LICENSE"});
  metrics.Add({"usher.v1.EventService", "WatchEvents", /*streams=*/true});
  const std::string text = TextOf(metrics);
  const std::string labels =
      R"(grpc_type="server_stream",grpc_service="usher.v1.EventService",grpc_method="WatchEvents")";
  EXPECT_THAT(text, HasSubstr("grpc_server_started_total{" + labels + "} 0\n"));
  for (const char* code : {"OK", "InvalidArgument", "Unauthenticated", "Unavailable"}) {
    EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{" + labels + ",grpc_code=\"" + code +
                                "\"} 0\n"));
  }
  EXPECT_THAT(text, HasSubstr("grpc_server_handling_seconds_count{" + labels + "} 0\n"));
  EXPECT_THAT(text, HasSubstr("usher_refusals_total{reason=\"NO_IDLE_LICENSE\"} 0\n"));
  // What the server itself never answers takes no series.
  EXPECT_THAT(text, Not(HasSubstr("grpc_code=\"Canceled\"")));
}

TEST(RpcMetrics, CountEachCallByItsCode) {
  RpcMetrics metrics;
  metrics.NameRefusals({"INVALID_FIELD", "NO_IDLE_LICENSE"});
  MethodMetrics* const method = metrics.Add({"s", "m"});
  method->Handled(0, method->Started());
  method->Handled(1, method->Started());
  method->Handled(99, method->Started());
  method->Refused(1);
  method->Started();
  const std::string text = TextOf(metrics);
  const std::string labels = R"(grpc_type="unary",grpc_service="s",grpc_method="m")";
  EXPECT_THAT(text, HasSubstr("grpc_server_started_total{" + labels + "} 4\n"));
  for (const char* code : {"OK", "Canceled", "Unknown"}) {
    EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{" + labels + ",grpc_code=\"" + code +
                                "\"} 1\n"));
  }
  EXPECT_THAT(text,
              HasSubstr("grpc_server_handling_seconds_bucket{" + labels + ",le=\"0.00025\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("usher_refusals_total{reason=\"INVALID_FIELD\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("usher_refusals_total{reason=\"NO_IDLE_LICENSE\"} 1\n"));
}

TEST(ProcessMetrics, TellOfThisProcess) {
  Exposition page;
  WriteProcessMetrics(page);
  const std::string text = page.Text();
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                           "process_open_fds", "process_max_fds"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + name + " "));
    EXPECT_THAT(text, Not(HasSubstr(std::string("\n") + name + " 0\n")));
    EXPECT_THAT(text, Not(HasSubstr(std::string("\n") + name + " -")));
  }
}

}  // namespace
}  // namespace usher::observe
