// SizeMeasurement: what the size of a database does to start-up, memory, first touches and the rate
// of logins. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/bench/scale/plan.h"
#include "tools/bench/scale/scale_report.pb.h"
#include "tools/bench/scale/served.h"

namespace usher::bench {

// Of a server with an empty database, in a directory of its own in `directory`.
struct EmptyServer {
  int64_t bytes = 0;
  // Unset where the plan has no time for it.
  std::optional<v1::IdleFigures> idle;
};
absl::StatusOr<EmptyServer> MeasureEmptyServer(const ScalePlan& plan, const std::string& directory);

// Starts a server on the filled database as often as the plan says, and measures all but the rate.
// It leaves the last one running, everything in memory.
absl::StatusOr<std::unique_ptr<Served>> MeasureStart(const ScalePlan& plan,
                                                     const std::string& data_dir,
                                                     int64_t empty_bytes, Book* book,
                                                     v1::SizeFigures& figures);

// Rounds on both servers in turn. Without `base`, on the one alone.
absl::Status MeasureRate(const ScalePlan& plan, Served& served, Served* base,
                         v1::SizeFigures& figures);

// Compares some applications with the book.
absl::Status CheckSomeSessions(Served& served);

}  // namespace usher::bench
