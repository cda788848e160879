#include "rpc/listener_watch.h"

#include <atomic>
#include <cstdlib>

#include "grpc/support/log.h"

namespace usher::rpc {
namespace {

// Of tcp_server_posix.cc, before it lets go of the port.
constexpr std::string_view kAcceptFailed = "Failed accept4";

void (*tell_lost)(std::string_view what) = nullptr;
std::atomic<bool> listener_is_lost = false;

// Callers cause nearly all of what gRPC has to say: nobody else is told.
void ReadLog(gpr_log_func_args* line) {
  const std::string_view said = line->message;
  if (said.starts_with(kAcceptFailed) && !listener_is_lost.exchange(true)) tell_lost(said);
}

}  // namespace

void WatchListener(void (*on_lost)(std::string_view what)) {
  if (std::getenv("GRPC_VERBOSITY") != nullptr) return;
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
  tell_lost = on_lost;
  gpr_set_log_function(ReadLog);
}

bool ListenerIsLost() { return listener_is_lost.load(std::memory_order_relaxed); }

}  // namespace usher::rpc
