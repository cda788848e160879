// ScalePlan: what is to be measured, and how. Values, read from the command line by main.cc.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tools/bench/scale/shape.h"

namespace usher::bench {

inline constexpr int kStormAgentsMax = 500'000;
inline constexpr int kStartsMax = 20;
inline constexpr double kIdleSecondsMax = 3600;

struct ScalePlan {
  // The first is what the others are compared with.
  std::vector<Shape> shapes;
  // The licenses and agents of the application whose agents all log in at once; no agents: none.
  int64_t storm_licenses = 100'000;
  int64_t storm_agents = 50'000;
  int starts = 3;
  int rounds = 5;
  absl::Duration recorded = absl::Seconds(1);
  absl::Duration warm_up = absl::Milliseconds(300);
  int in_flight = 64;
  int connections = 4;
  int storm_connections = 32;
  int client_threads = 1;
  // Zero: not measured.
  absl::Duration idle = absl::Seconds(20);
  // Whether what was filled is asked every law of the rules before it is measured.
  bool verify = false;
  // Where a temporary directory is made.
  std::string directory;
  // Where databases are kept instead, and found again; empty where they are not.
  std::string keep;
  // Fills them and measures nothing.
  bool fill_only = false;
};

}  // namespace usher::bench
