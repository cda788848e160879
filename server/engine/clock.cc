#include "engine/clock.h"

#include <time.h>

#include <cstdint>

namespace usher::engine {
namespace {

int64_t ReadMicros(clockid_t id) {
  timespec ts;
  clock_gettime(id, &ts);
  return int64_t{ts.tv_sec} * 1'000'000 + ts.tv_nsec / 1'000;
}

class MachineClock final : public Clock {
 public:
  absl::Time Now() override { return absl::FromUnixMicros(ReadMicros(CLOCK_REALTIME)); }
  entitlement::LeaseTime LeaseNow() override { return {ReadMicros(CLOCK_BOOTTIME)}; }
};

}  // namespace

Clock& SystemClock() {
  static MachineClock* const clock = new MachineClock;
  return *clock;
}

}  // namespace usher::engine
