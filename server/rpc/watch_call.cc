#include "rpc/watch_call.h"

#include <iterator>
#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "auth/gatekeeper.h"
#include "rpc/refusal_to_status.h"

namespace usher::rpc {

WatchCall::WatchCall(const Backend& backend, auth::Caller caller, WatchMessages messages,
                     std::shared_ptr<ServerStream> stream)
    : hub_(backend.watch),
      gate_(backend.gate),
      caller_(std::move(caller)),
      messages_(std::move(messages)),
      stream_(std::move(stream)) {}

void WatchCall::Subscribe(const engine::WatchStart& start) {
  const std::lock_guard lock(mutex_);
  if (gone_) return;
  auto added = hub_->Add(start, shared_from_this());
  if (const auto* refusal = std::get_if<entitlement::Refusal>(&added)) return Refuse(*refusal);
  id_ = std::get<engine::WatchHub::WatchId>(added);
}

void WatchCall::Refuse(const entitlement::Refusal& refusal) {
  stream_->metrics().Refused(refusal.index());
  stream_->Finish(ToStatus(refusal, absl::Now()));
}

void WatchCall::OnWritten() {
  {
    const std::lock_guard lock(mutex_);
    if (!waiting_.empty()) {
      const grpc::ByteBuffer next = std::move(waiting_.front());
      waiting_.pop_front();
      stream_->Write(next);
      return;
    }
  }
  ready_.store(true, std::memory_order_release);
  hub_->Wake();
}

void WatchCall::OnGone() {
  const std::lock_guard lock(mutex_);
  gone_ = true;
  if (id_.has_value()) hub_->Remove(*id_);
}

bool WatchCall::Offer(absl::Span<const engine::WatchedEntry> entries, int64_t up_to) {
  std::vector<grpc::ByteBuffer> messages = messages_.Build(entries, up_to);
  if (messages.empty()) return false;
  if (!RefusedMeanwhile()) Send(std::move(messages));
  return true;
}

void WatchCall::Checkpoint(int64_t up_to) {
  if (!RefusedMeanwhile()) Send({messages_.Checkpoint(up_to)});
}

void WatchCall::Send(std::vector<grpc::ByteBuffer> messages) {
  ready_.store(false, std::memory_order_release);
  const std::lock_guard lock(mutex_);
  std::move(messages.begin() + 1, messages.end(), std::back_inserter(waiting_));
  stream_->Write(messages.front());
}

bool WatchCall::RefusedMeanwhile() {
  if (gate_->StillKnows(caller_, absl::Now())) return false;
  ready_.store(false, std::memory_order_release);
  Refuse(entitlement::InvalidCredential());
  return true;
}

}  // namespace usher::rpc
