// usher-bench as it is: every workload for a moment, on a server of its own.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/e2e/cli_process.h"
#include "tests/support/test_server.h"
#include "tools/bench/plan.h"
#include "tools/bench/report.pb.h"

namespace usher::bench {
namespace {

using e2e::CliProcess;
using e2e::Finished;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr size_t kTerminalWidth = 120;
// Seconds are enough where the machine has nothing else to do.
constexpr absl::Duration kPatience = absl::Minutes(3);

v1::Report ReadJson(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  v1::Report report;
  const auto status = google::protobuf::util::JsonStringToMessage(text.str(), &report);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return report;
}

const v1::Ratio* Find(const v1::Level& level, std::string_view ratio) {
  const auto found = std::find_if(level.ratios().begin(), level.ratios().end(),
                                  [ratio](const v1::Ratio& one) { return one.name() == ratio; });
  return found == level.ratios().end() ? nullptr : &*found;
}

TEST(UsherBench, MeasuresEveryWorkloadAndFindsEveryAnswerRight) {
  const testing::TempDir directory;
  const std::string json = directory.path() + "/report.json";
  CliProcess bench(
      {"--quick", "--rounds", "2", "--seconds", "0.04", "--agents", "60", "--in-flight", "8,1",
       "--open-seconds", "0.1", "--dir", directory.path(), "--json", json},
      "usher-bench");
  const Finished finished = bench.Wait(kPatience);
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(finished.out, '\n'))) {
    EXPECT_LE(line.size(), kTerminalWidth) << line;
  }

  const v1::Report report = ReadJson(json);
  EXPECT_EQ(report.agents(), 60);
  ASSERT_EQ(report.levels_size(), 2);
  for (const v1::Level& level : report.levels()) {
    // The disk is first.
    ASSERT_EQ(level.series_size(), static_cast<int>(kWorkloads.size()) + 1);
    EXPECT_EQ(level.series(0).name(), "fdatasync");
    for (size_t i = 0; i < kWorkloads.size(); ++i) {
      const v1::Series& series = level.series(static_cast<int>(i) + 1);
      EXPECT_EQ(series.name(), kWorkloads[i]);
      // Recorded or not: on a busy machine a round may be over before its first answer.
      EXPECT_GT(series.calls_in_all(), 0) << series.name();
      EXPECT_GT(series.server_cpu_us(), 0) << series.name();
      if (kWorkloads[i] == kLogin) {
        EXPECT_GT(series.syncs(), 0);
      }
      EXPECT_EQ(series.rates_per_second_size(), 2) << series.name();
      EXPECT_GE(series.latency().max(), series.latency().p50()) << series.name();
      EXPECT_THAT(finished.out, HasSubstr(absl::StrCat("\n  ", series.name(), " ")));
      if (kWorkloads[i] == kEcho) continue;
      for (const std::string_view anchor : {"echo", "fdatasync"}) {
        const v1::Ratio* ratio =
            Find(level, std::string(kWorkloads[i]).append(" / ").append(anchor));
        ASSERT_NE(ratio, nullptr) << series.name() << " / " << anchor;
        EXPECT_EQ(ratio->per_round_size(), 2) << ratio->name();
      }
    }
    const v1::Ratio* renewals = Find(level, "renew-1000: renewals/s");
    ASSERT_NE(renewals, nullptr);
    EXPECT_EQ(renewals->target().value(), 2e6);
  }
  EXPECT_EQ(Find(report.levels(0), "(login - echo) / fdatasync"), nullptr);
  ASSERT_NE(Find(report.levels(1), "(login - echo) / fdatasync"), nullptr);
  EXPECT_TRUE(Find(report.levels(1), "(login - echo) / fdatasync")->target().at_most());
  ASSERT_EQ(report.open_loops_size(), 1);
  const v1::OpenLoop& open = report.open_loops(0);
  EXPECT_EQ(open.workload(), "login");
  EXPECT_EQ(open.share_of_peak(), 0.5);
  ASSERT_EQ(open.series_size(), 3);
  EXPECT_EQ(open.series(1).name(), "echo");
  EXPECT_EQ(open.series(2).name(), "login");
  EXPECT_EQ(open.series(2).p999s_us_size(), 2);
  ASSERT_EQ(open.ratios_size(), 2);
  EXPECT_EQ(open.ratios(0).name(), "login: p99.9 in ms");
  EXPECT_EQ(open.ratios(0).target().value(), 10);
  EXPECT_GT(report.verification().acknowledged_logouts(), 0);
  EXPECT_EQ(report.verification().acknowledged_logins(), report.verification().session_ids_given());
}

TEST(UsherBench, LeavesNothingBehind) {
  const testing::TempDir directory;
  CliProcess bench({"--workloads", "echo", "--rounds", "1", "--seconds", "0.05", "--agents", "3",
                    "--in-flight", "1", "--dir", directory.path()},
                   "usher-bench");
  EXPECT_EQ(bench.Wait(kPatience).exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(UsherBench, OpensOnlyWhatItMeasures) {
  CliProcess bench({"--workloads", "echo", "--open", "login", "--rate", "100"}, "usher-bench");
  const Finished finished = bench.Wait(kPatience);
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_THAT(finished.err, HasSubstr("--open names login, but --workloads does not"));
}

TEST(UsherBench, HelpTellsWhatEachWorkloadIs) {
  CliProcess bench({"--help"}, "usher-bench");
  const Finished finished = bench.Wait(kPatience);
  EXPECT_EQ(finished.exit_code, 0);
  for (const std::string_view workload : kWorkloads) {
    EXPECT_THAT(finished.out, HasSubstr("\n  " + std::string(workload) + "  "));
  }
}

TEST(UsherBench, SaysWhatItDoesNotKnow) {
  CliProcess bench({"--workloads", "lunch"}, "usher-bench");
  const Finished finished = bench.Wait(kPatience);
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_THAT(finished.out, IsEmpty());
  EXPECT_THAT(finished.err, HasSubstr("lunch"));
}

}  // namespace
}  // namespace usher::bench
