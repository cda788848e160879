// Plan: what is to be measured, and for how long. Values, read from the command line by main.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace usher::bench {

inline constexpr int kInFlightMax = 4096;
inline constexpr int kRoundsMax = 100;
inline constexpr double kRoundSecondsMin = 0.01;
inline constexpr double kRoundSecondsMax = 60;
inline constexpr int kConnectionsMax = 256;
inline constexpr int kClientThreadsMax = 64;

// What there is to measure; ratios are to the echo.
inline constexpr std::string_view kEcho = "echo";
inline constexpr std::string_view kLogin = "login";
inline constexpr std::string_view kLoginWatched = "login-watched";
inline constexpr std::string_view kCall = "call";
inline constexpr std::string_view kExtend = "extend-1000";

struct Plan {
  // Of those above. One alone is for a profiler to look at.
  std::vector<std::string> workloads = {std::string(kEcho), std::string(kLogin),
                                        std::string(kCall)};
  // One level after the other, in this order.
  std::vector<int> in_flight = {64, 1, 256};
  int rounds = 7;
  // Of each workload in each round.
  absl::Duration recorded = absl::Seconds(2);
  // Before that, each time.
  absl::Duration warm_up = absl::Milliseconds(200);
  int connections = 4;
  int client_threads = 1;
  int agents = 3000;
  // Where the temporary directory is made: the file system that is measured.
  std::string directory;
  // Words of a command that the server is run by, such as a profiler; mostly empty.
  std::vector<std::string> server_wrapper;
};

// For a continuous check: less than 30 seconds in all.
inline void MakeQuick(Plan& plan) {
  plan.rounds = 5;
  plan.recorded = absl::Milliseconds(400);
  plan.warm_up = absl::Milliseconds(150);
}

}  // namespace usher::bench
