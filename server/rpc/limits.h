// Bounds of the wire: what one connection may cost the server. The bounds of what a request may
// ask for are in entitlement/limits.h. Constants, any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace usher::rpc {

inline constexpr int kConcurrentStreamsMax = 256;
inline constexpr int kReceiveBytesMax = 4 * 1024 * 1024;
// A page of 1000 agents with three sessions each is about half a MiB.
inline constexpr int kSendBytesMax = 16 * 1024 * 1024;
inline constexpr int kMetadataBytesMax = 16 * 1024;

// What all connections' buffers may take together.
inline constexpr size_t kConnectionMemoryBytesMax = size_t{512} * 1024 * 1024;

// The server asks a silent connection whether it still lives, and drops it without an answer.
inline constexpr absl::Duration kKeepaliveTime = absl::Minutes(1);
inline constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(20);
// Clients that ping more often than this are sent away (after two warnings).
inline constexpr absl::Duration kClientPingPeriodMin = absl::Seconds(10);

// Calls of each method that wait for a request, and those kept for reuse. gRPC, as Debian builds
// it, looks through all that wait, of every method, whenever something has happened to a call; a
// request that finds none waiting is taken up as soon as the next one is posted.
inline constexpr int kCallsPosted = 2;
inline constexpr size_t kCallsPooledMax = 128;
// Calls of each streaming method that wait for a request.
inline constexpr int kStreamsPosted = 4;
// The part of a call's arena that needs no allocation.
inline constexpr size_t kArenaBlockBytes = 2048;

// How long a caller should wait before it tries again.
inline constexpr absl::Duration kRetryDelayOverloaded = absl::Milliseconds(500);
inline constexpr absl::Duration kRetryDelayUnavailable = absl::Seconds(1);
inline constexpr absl::Duration kRetryDelayDraining = absl::Seconds(1);

// Messages of a watch are of this size at most, but for one that a single event fills.
inline constexpr size_t kWatchMessageBytesMax = size_t{1024} * 1024;
// Of a backup.
inline constexpr size_t kBackupChunkBytes = size_t{256} * 1024;
// A page of events ends behind the event that passes it.
inline constexpr size_t kEventsPageBytesMax = size_t{1024} * 1024;
// Entries of the journal that one ListEvents looks through at most; the page may then be short of
// events that pass its filters, and says where the next goes on.
inline constexpr int64_t kEventsScannedMax = 50'000;
// Types of events that a filter may name.
inline constexpr int kEventTypesMax = 100;

inline constexpr int kProductIdLengthMax = 63;
// Longer page tokens and etags were made by nobody.
inline constexpr size_t kPageTokenLengthMax = 1024;
inline constexpr size_t kEtagLengthMax = 128;
inline constexpr size_t kResumeTokenLengthMax = 256;

}  // namespace usher::rpc
