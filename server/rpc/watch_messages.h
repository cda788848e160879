// WatchMessages: entries of the journal as the messages of one watch, ready to be sent.
//
// Where the watcher has no filter the bytes of the journal go out as they are, shared by all who
// watch; the payload of an entry is a WatchEventsResponse that lacks its resume_token, and messages
// of protobuf can be joined by putting one behind the other. One thread at a time.
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "engine/watch_hub.h"
#include "grpcpp/support/byte_buffer.h"
#include "rpc/event_filter.h"
#include "rpc/resume_token.h"

namespace usher::rpc {

class WatchMessages {
 public:
  WatchMessages(EventFilter filter, ResumeTokens tokens)
      : filter_(std::move(filter)), tokens_(std::move(tokens)) {}

  // Events of one command stay together, up to kWatchMessageBytesMax; what is larger is split, and
  // only its last message has a resume_token. Empty where no event passes the filter.
  std::vector<grpc::ByteBuffer> Build(absl::Span<const engine::WatchedEntry> entries,
                                      int64_t up_to);

  grpc::ByteBuffer Checkpoint(int64_t up_to) const;

 private:
  void AddBytes(grpc::Slice slice, int64_t position);
  void AddFiltered(const engine::WatchedEntry& entry);
  // Sends what has gathered; without a token where the command goes on.
  void Flush(bool with_token, int64_t position);

  const EventFilter filter_;
  const ResumeTokens tokens_;
  std::vector<grpc::ByteBuffer> messages_;
  // Of the message that is being put together.
  std::vector<grpc::Slice> slices_;
  size_t bytes_ = 0;
  int64_t last_position_ = 0;
};

}  // namespace usher::rpc
