// Plan: what is to be measured, and for how long. Values, read from the command line by main.cc.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace usher::bench {

inline constexpr int kInFlightMax = 4096;
inline constexpr int kRoundsMax = 100;
inline constexpr double kRoundSecondsMin = 0.01;
inline constexpr double kRoundSecondsMax = 60;
inline constexpr double kOpenSecondsMax = 600;
inline constexpr double kRateMin = 1;
inline constexpr double kRateMax = 1e6;
inline constexpr double kRateShareMin = 0.01;
// More than the peak can't be served; how a queue grows may be of interest yet.
inline constexpr double kRateShareMax = 1.5;
inline constexpr int kConnectionsMax = 256;
inline constexpr int kClientThreadsMax = 64;

// What there is to measure, in the order of tables; ratios are to the echo.
inline constexpr std::string_view kEcho = "echo";
inline constexpr std::string_view kLogin = "login";
inline constexpr std::string_view kLoginWatched = "login-watched";
inline constexpr std::string_view kFirstLogin = "first-login";
inline constexpr std::string_view kLogout = "logout";
inline constexpr std::string_view kRenew = "renew";
inline constexpr std::string_view kRenew1000 = "renew-1000";
inline constexpr std::string_view kShift = "shift";
inline constexpr std::string_view kCheck = "check";
inline constexpr std::string_view kEntitlements = "entitlements";
inline constexpr std::string_view kCall = "call";
inline constexpr std::string_view kExtend = "extend-1000";
inline constexpr std::array kWorkloads = {kEcho,   kLogin,        kLoginWatched, kFirstLogin,
                                          kLogout, kRenew,        kRenew1000,    kShift,
                                          kCheck,  kEntitlements, kCall,         kExtend};

// In their place.
inline constexpr std::string_view kAll = "all";

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
  // Of `workloads`, those that are also called at a given rate: so many calls a second, or, where
  // that is 0, this share of the highest median of the levels; where both are 0 none is.
  std::vector<std::string> open_workloads = {std::string(kLogin)};
  double open_rate = 0;
  double open_rate_share = 0;
  absl::Duration open_recorded = absl::Seconds(5);
  int connections = 4;
  int client_threads = 1;
  int agents = 3000;
  // Where the temporary directory is made: the file system that is measured.
  std::string directory;
  // Words of a command that the server is run by, such as a profiler; mostly empty.
  std::vector<std::string> server_wrapper;

  bool Measures(std::string_view workload) const {
    return std::any_of(workloads.begin(), workloads.end(), [workload](const std::string& name) {
      return name == workload || name == kAll;
    });
  }
  bool Opens(std::string_view workload) const {
    return (open_rate > 0 || open_rate_share > 0) && Measures(workload) &&
           std::count(open_workloads.begin(), open_workloads.end(), workload) > 0;
  }
};

// For a continuous check: everything for a moment, less than a minute in all.
inline void MakeQuick(Plan& plan) {
  plan.workloads = {std::string(kAll)};
  plan.in_flight = {64};
  plan.rounds = 5;
  plan.recorded = absl::Milliseconds(300);
  plan.warm_up = absl::Milliseconds(100);
  plan.open_rate_share = 0.5;
  plan.open_recorded = absl::Seconds(1);
}

}  // namespace usher::bench
