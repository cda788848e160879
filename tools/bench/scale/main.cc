// usher-bench-scale: what the size of a database does to Usher.
//
//   usher-bench-scale                 fills and measures databases up to 10 million licenses: about
//                                     five minutes, and a few GB of disk and memory
//   usher-bench-scale --quick         up to 100,000 licenses, in less than a minute
//   usher-bench-scale --sizes 1x1000,1000x1000 --json out.json
//
// Exit codes: 0 measured, however slow; 1 the server answered wrongly, or something failed; 2
// usage.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "tools/bench/interruption.h"
#include "tools/bench/json_file.h"
#include "tools/bench/scale/plan.h"
#include "tools/bench/scale/scale_run.h"
#include "tools/bench/scale/scale_text.h"
#include "tools/bench/serve.h"

namespace usher::bench {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

struct Arguments {
  ScalePlan plan;
  bool quick = false;
  std::vector<std::string> sizes = {"1x1000", "1000x1000", "10000x1000"};
  int64_t agents_max = 1'000'000;
  int64_t asleep = 100;
  double seconds = 1;
  std::optional<double> idle_seconds;
  int minutes = 30;
  std::string json;
  std::string serve;
};

std::string DefaultDirectory() {
  const char* directory = std::getenv("TMPDIR");
  return directory != nullptr && *directory != '\0' ? directory : "/tmp";
}

// "1000x500" as 1000 applications of 500 licenses; empty where it is no such thing.
std::optional<Shape> ReadShape(const std::string& text, const Arguments& arguments) {
  Shape shape{.name = text};
  const std::vector<std::string> words = absl::StrSplit(text, 'x');
  if (words.size() != 2 || !absl::SimpleAtoi(words[0], &shape.applications) ||
      !absl::SimpleAtoi(words[1], &shape.licenses_per_application)) {
    return std::nullopt;
  }
  const bool possible = shape.applications >= 1 && shape.applications <= kApplicationsMax &&
                        shape.licenses_per_application >= kLicensesPerApplicationMin &&
                        shape.licenses_per_application <= kLicensesPerApplicationMax &&
                        shape.applications * shape.licenses_per_application <= kLicensesMax;
  if (!possible) return std::nullopt;
  shape.agents_per_application = std::clamp<int64_t>(arguments.agents_max / shape.applications, 1,
                                                     shape.licenses_per_application);
  shape.asleep = arguments.asleep;
  return shape;
}

std::string CheckSize(const std::string& text) {
  if (ReadShape(text, Arguments()).has_value()) return "";
  return absl::StrCat("'", text, "' is not APPLICATIONSxLICENSES, such as 1000x1000: at most ",
                      kApplicationsMax, " applications of ", kLicensesPerApplicationMin, " to ",
                      kLicensesPerApplicationMax, " licenses, and ", kLicensesMax, " in all");
}

void Describe(CLI::App& app, Arguments& arguments) {
  ScalePlan& plan = arguments.plan;
  app.add_flag("--quick", arguments.quick, "Small sizes, less than a minute in all");
  app.add_option("--sizes", arguments.sizes,
                 "APPLICATIONSxLICENSES, one database each; the others are compared with the first")
      ->delimiter(',')
      ->check(CLI::Validator(CheckSize, "APPLICATIONSxLICENSES"))
      ->capture_default_str();
  app.add_option("--agents-max", arguments.agents_max,
                 "Agents that are logged in to one database, evenly in all its applications")
      ->check(CLI::Range(int64_t{1}, kLicensesMax))
      ->capture_default_str();
  app.add_option("--asleep", arguments.asleep,
                 "More applications in each, where nobody is logged in: their first login is timed")
      ->check(CLI::Range(int64_t{1}, int64_t{10'000}))
      ->capture_default_str();
  app.add_option("--storm-licenses", plan.storm_licenses,
                 "Licenses of the application whose agents log in at once")
      ->check(CLI::Range(kLicensesPerApplicationMin, kLicensesPerApplicationMax))
      ->capture_default_str();
  app.add_option("--storm-agents", plan.storm_agents, "Its agents; 0 leaves that out")
      ->check(CLI::Range(0, kStormAgentsMax))
      ->capture_default_str();
  app.add_option("--starts", plan.starts, "Times that each server is started")
      ->check(CLI::Range(1, kStartsMax))
      ->capture_default_str();
  app.add_option("--rounds", plan.rounds, "Rounds of logins on each database")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--seconds", arguments.seconds, "Of each round")
      ->check(CLI::Range(0.01, 60.0))
      ->capture_default_str();
  app.add_option("--in-flight", plan.in_flight, "Logins in flight")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--idle-seconds", arguments.idle_seconds,
                 "How long an idle server is looked at; 0 leaves that out [20; quick: 0]")
      ->check(CLI::Range(0.0, kIdleSecondsMax));
  app.add_flag("--verify", plan.verify,
               "Ask every law of the rules of what was filled, as usher doctor does");
  app.add_option("--dir", plan.directory, "Where the databases go for that time")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  app.add_option("--keep", plan.keep, "Directory where databases are kept, and found again")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--fill-only", plan.fill_only, "Fill the databases of --keep, and measure nothing");
  app.add_option("--minutes", arguments.minutes, "Gives up after so long")
      ->check(CLI::Range(1, 24 * 60))
      ->capture_default_str();
  app.add_option("--json", arguments.json, "Also write the figures to this file");
  // How it starts its servers; hidden, as it has no group.
  app.add_option("--serve", arguments.serve)->group("");
}

void MakeQuick(Arguments& arguments) {
  arguments.sizes = {"1x1000", "100x1000"};
  arguments.asleep = 20;
  arguments.seconds = 0.4;
  arguments.plan.rounds = 3;
  arguments.plan.starts = 2;
  arguments.plan.idle = absl::ZeroDuration();
  arguments.plan.storm_licenses = 10'000;
  arguments.plan.storm_agents = 5'000;
}

int Serve(const std::string& data_dir) {
  const absl::Status status = ServeUntilInputEnds(data_dir);
  if (status.ok()) return 0;
  std::cerr << "usher-bench-scale --serve: " << status.message() << "\n";
  return kExitFailed;
}

int MeasureAndReport(const Arguments& arguments) {
  WatchForInterruption();
  // The end of the time is an interruption that comes by itself.
  signal(SIGALRM, [](int) { raise(SIGTERM); });
  alarm(static_cast<unsigned>(arguments.minutes) * 60);
  const auto report = RunScale(arguments.plan);
  if (!report.ok()) {
    std::cerr << "usher-bench-scale: " << report.status().message() << "\n";
    return kExitFailed;
  }
  if (arguments.plan.fill_only) return 0;
  std::cout << ToText(*report);
  if (arguments.json.empty()) return 0;
  const absl::Status written = WriteJson(*report, arguments.json);
  if (written.ok()) return 0;
  std::cerr << "usher-bench-scale: " << written.message() << "\n";
  return kExitFailed;
}

int Main(int argc, char** argv) {
  // As usherd does, and for the client as well.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  Arguments arguments;
  ScalePlan& plan = arguments.plan;
  plan.directory = DefaultDirectory();
  CLI::App app(
      "Measures what the size of a database does to Usher: its start, its memory, the "
      "first login of an application, and the rate of logins.",
      "usher-bench-scale");
  Describe(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  if (!arguments.serve.empty()) return Serve(arguments.serve);
  if (plan.fill_only && plan.keep.empty()) {
    std::cerr << "usher-bench-scale: --fill-only needs --keep\n";
    return kExitUsage;
  }
  if (arguments.quick) MakeQuick(arguments);
  plan.recorded = absl::Seconds(arguments.seconds);
  if (arguments.idle_seconds.has_value()) plan.idle = absl::Seconds(*arguments.idle_seconds);
  for (const std::string& size : arguments.sizes) {
    plan.shapes.push_back(*ReadShape(size, arguments));
  }
  return MeasureAndReport(arguments);
}

}  // namespace
}  // namespace usher::bench

int main(int argc, char** argv) { return usher::bench::Main(argc, argv); }
