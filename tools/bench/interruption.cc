#include "tools/bench/interruption.h"

#include <signal.h>

#include <atomic>

namespace usher::bench {
namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void NoteInterruption(int /*signal*/) { interrupted.store(true); }

}  // namespace

void WatchForInterruption() {
  struct sigaction action = {};
  action.sa_handler = NoteInterruption;
  // A second signal kills, should the orderly way hang.
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool Interrupted() { return interrupted.load(std::memory_order_relaxed); }

}  // namespace usher::bench
