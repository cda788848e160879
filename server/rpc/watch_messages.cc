#include "rpc/watch_messages.h"

#include <memory>
#include <utility>

#include "rpc/limits.h"
#include "usher/v1/event_service.pb.h"

namespace usher::rpc {
namespace {

using SharedEntry = std::shared_ptr<const engine::SharedEntry>;

// The payload itself, kept for as long as the slice lives.
grpc::Slice PayloadOf(const SharedEntry& shared) {
  const std::string& payload = shared->entry.payload;
  // gRPC takes bytes that it does not alter by a pointer that would allow it.
  return {const_cast<char*>(payload.data()), payload.size(),
          [](void* kept) { delete static_cast<SharedEntry*>(kept); }, new SharedEntry(shared)};
}

// What is read once for all watchers that filter.
struct Decoded {
  v1::WatchEventsResponse told;
  // Of its events, by BitOf.
  uint64_t types = 0;
};

const Decoded& EventsOf(const SharedEntry& shared) {
  if (shared->decoded == nullptr) {
    auto decoded = std::make_shared<Decoded>();
    // What can't be read has no events.
    if (!decoded->told.ParseFromString(shared->entry.payload)) decoded->told.Clear();
    for (const v1::Event& event : decoded->told.events()) {
      decoded->types |= BitOf(event.payload_case());
    }
    shared->decoded = std::move(decoded);
  }
  return *static_cast<const Decoded*>(shared->decoded.get());
}

}  // namespace

std::vector<grpc::ByteBuffer> WatchMessages::Build(absl::Span<const engine::WatchedEntry> entries,
                                                   int64_t up_to) {
  for (const engine::WatchedEntry& watched : entries) {
    if (filter_.PassesAll() && watched.payload().size() <= kWatchMessageBytesMax) {
      AddBytes(PayloadOf(watched.shared), watched.position);
    } else {
      AddFiltered(watched);
    }
  }
  Flush(/*with_token=*/true, up_to);
  return std::exchange(messages_, {});
}

grpc::ByteBuffer WatchMessages::Checkpoint(int64_t up_to) const {
  v1::WatchEventsResponse message;
  message.set_checkpoint(true);
  message.set_resume_token(tokens_.Make(up_to));
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

void WatchMessages::AddBytes(grpc::Slice slice, int64_t position) {
  if (bytes_ + slice.size() > kWatchMessageBytesMax) Flush(/*with_token=*/true, last_position_);
  bytes_ += slice.size();
  slices_.push_back(std::move(slice));
  last_position_ = position;
}

void WatchMessages::AddFiltered(const engine::WatchedEntry& entry) {
  const Decoded& decoded = EventsOf(entry.shared);
  if (filter_.types != 0 && (filter_.types & decoded.types) == 0) return;
  v1::WatchEventsResponse part;
  size_t part_bytes = 0;
  bool split = false;
  for (const v1::Event& event : decoded.told.events()) {
    if (!filter_.Passes(event)) continue;
    const size_t size = event.ByteSizeLong();
    if (part_bytes + size > kWatchMessageBytesMax && part.events_size() > 0) {
      // What came before keeps its token; the parts of this command have none but the last.
      if (!split) Flush(/*with_token=*/true, last_position_);
      split = true;
      slices_.emplace_back(part.SerializeAsString());
      Flush(/*with_token=*/false, 0);
      part.Clear();
      part_bytes = 0;
    }
    part_bytes += size;
    *part.add_events() = event;
  }
  if (part.events_size() == 0) return;
  AddBytes(grpc::Slice(part.SerializeAsString()), entry.position);
}

void WatchMessages::Flush(bool with_token, int64_t position) {
  if (slices_.empty()) return;
  if (with_token) {
    v1::WatchEventsResponse token;
    token.set_resume_token(tokens_.Make(position));
    slices_.emplace_back(token.SerializeAsString());
  }
  messages_.emplace_back(slices_.data(), slices_.size());
  slices_.clear();
  bytes_ = 0;
}

}  // namespace usher::rpc
