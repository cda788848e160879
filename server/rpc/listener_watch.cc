#include "rpc/listener_watch.h"

#include <atomic>

namespace usher::rpc {
namespace {

// Of tcp_server_posix.cc, before it lets go of the port.
constexpr std::string_view kAcceptFailed = "Failed accept4";

std::atomic<bool> listener_is_lost = false;

}  // namespace

bool NoteGrpcError(std::string_view message) {
  return message.starts_with(kAcceptFailed) && !listener_is_lost.exchange(true);
}

bool ListenerIsLost() { return listener_is_lost.load(std::memory_order_relaxed); }

}  // namespace usher::rpc
