#include "tools/bench/scale/idle.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "tools/bench/interruption.h"
#include "tools/bench/scale/process_figures.h"

namespace usher::bench {
namespace {

// What is stored with a delay of some seconds has been stored then (EngineOptions).
constexpr absl::Duration kRest = absl::Seconds(6);

absl::Status Wait(absl::Duration duration) {
  constexpr absl::Duration kLook = absl::Seconds(1);
  const absl::Time end = absl::Now() + duration;
  while (absl::Now() < end) {
    if (Interrupted()) return absl::CancelledError("interrupted");
    absl::SleepFor(std::min(kLook, end - absl::Now()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::IdleFigures> MeasureIdle(const ServerProcess& server, int64_t live_sessions,
                                            absl::Duration duration) {
  absl::Status status = Wait(kRest);
  if (!status.ok()) return status;
  const absl::Time begun = absl::Now();
  const absl::Duration cpu_before = server.CpuTime();
  const int64_t sleeps_before = Sleeps(server.pid());
  status = Wait(duration);
  if (!status.ok()) return status;
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begun);
  constexpr double kPercent = 100;
  v1::IdleFigures figures;
  figures.set_live_sessions(live_sessions);
  figures.set_seconds(seconds);
  figures.set_cpu_share_percent(kPercent * absl::ToDoubleSeconds(server.CpuTime() - cpu_before) /
                                seconds);
  figures.set_wake_ups_per_second(static_cast<double>(Sleeps(server.pid()) - sleeps_before) /
                                  seconds);
  return figures;
}

}  // namespace usher::bench
