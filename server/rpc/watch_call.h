// WatchCall: one open WatchEvents, between the hub that offers events and the stream that sends
// them.
//
// It lives for as long as either of them holds it. Threading: each of its two sides has a thread of
// its own, and a mutex stands between.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/types/span.h"
#include "auth/caller.h"
#include "engine/watch_hub.h"
#include "grpcpp/support/byte_buffer.h"
#include "rpc/services.h"
#include "rpc/stream_call.h"
#include "rpc/watch_messages.h"

namespace usher::rpc {

class WatchCall final : public StreamOwner,
                        public engine::WatchSink,
                        public std::enable_shared_from_this<WatchCall> {
 public:
  WatchCall(const Backend& backend, auth::Caller caller, WatchMessages messages,
            std::shared_ptr<ServerStream> stream);

  // Asks the hub for events; refuses the call where it does not want another watcher.
  void Subscribe(const engine::WatchStart& start);
  void Refuse(const entitlement::Refusal& refusal);

  void OnWritten() override;
  void OnGone() override;

  bool Ready() const override { return ready_.load(std::memory_order_acquire); }
  bool Offer(absl::Span<const engine::WatchedEntry> entries, int64_t up_to) override;
  void Checkpoint(int64_t up_to) override;
  void End(const entitlement::Refusal& why) override { Refuse(why); }

 private:
  void Send(std::vector<grpc::ByteBuffer> messages);
  // A token that was revoked opens nothing any more, and closes what it has opened.
  bool RefusedMeanwhile();

  engine::WatchHub* const hub_;
  const auth::Gatekeeper* const gate_;
  const auth::Caller caller_;
  WatchMessages messages_;
  const std::shared_ptr<ServerStream> stream_;
  std::atomic<bool> ready_ = true;

  std::mutex mutex_;
  // Behind the one that is on its way.
  std::deque<grpc::ByteBuffer> waiting_;
  std::optional<engine::WatchHub::WatchId> id_;
  bool gone_ = false;
};

}  // namespace usher::rpc
