#include "server/service_manager.h"

#include <pthread.h>
#include <systemd/sd-daemon.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"

namespace usher {
namespace {

// Those that the process starts shall inherit what they need to know, too.
constexpr int kKeepEnvironment = 0;

// Failures are nobody's business: who did not hear of the start or of a sign of life, ends the
// process by its own rule.
void Tell(const std::string& state) { sd_notify(kKeepEnvironment, state.c_str()); }

}  // namespace

ServiceManager::~ServiceManager() { EndSignsOfLife(); }

void ServiceManager::Starting(const std::string& what) { Tell(absl::StrCat("STATUS=", what)); }

void ServiceManager::Ready(const std::string& what, Pulse pulse) {
  Tell(absl::StrCat("READY=1\nSTATUS=", what));
  uint64_t allowed_micros = 0;
  if (sd_watchdog_enabled(kKeepEnvironment, &allowed_micros) <= 0) return;
  const absl::Duration period = absl::Microseconds(allowed_micros) / 2;
  thread_ = std::thread([this, period, pulse = std::move(pulse)] { Run(period, pulse); });
  pthread_setname_np(thread_.native_handle(), "usher-watchdog");
}

void ServiceManager::Stopping(const std::string& why) {
  EndSignsOfLife();
  Tell(absl::StrCat("STOPPING=1\nSTATUS=", why));
}

void ServiceManager::Run(absl::Duration period, const Pulse& pulse) {
  int64_t told = pulse();
  Tell("WATCHDOG=1");
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, absl::ToChronoMicroseconds(period), [this] { return ends_; })) {
    const int64_t now = pulse();
    if (now == told) continue;
    told = now;
    Tell("WATCHDOG=1");
  }
}

void ServiceManager::EndSignsOfLife() {
  {
    std::lock_guard lock(mutex_);
    ends_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

}  // namespace usher
