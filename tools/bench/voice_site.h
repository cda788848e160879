// VoiceSite: Voice AI of a site's application, bought through the real API, and the book of the
// calls that the server has charged.
//
// Threading: one thread, but Note…: any; and what is const.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "tools/bench/site.h"

namespace usher::bench {

// What one heartbeat extends.
inline constexpr int kCallsInHeartbeat = 1000;

class VoiceSite {
 public:
  // Buys slots and minutes for more calls than any measurement takes, and starts and connects the
  // calls that are extended together. `site` outlives it.
  static absl::StatusOr<std::unique_ptr<VoiceSite>> Create(std::shared_ptr<grpc::Channel> channel,
                                                           const Site* site);

  const Site& site() const { return *site_; }
  // Live calls, as many as one heartbeat may have.
  const std::vector<std::string>& calls() const { return calls_; }

  // A call has been started, and one has been ended and charged its one minute.
  void NoteStarted() { started_.fetch_add(1, std::memory_order_relaxed); }
  void NoteEnded() { ended_.fetch_add(1, std::memory_order_relaxed); }

  // The server has charged one minute for each call that was ended, and for no call more: those
  // that a load left behind may have been ended by the server meanwhile.
  absl::Status Verify() const;

 private:
  VoiceSite(std::shared_ptr<grpc::Channel> channel, const Site* site)
      : channel_(std::move(channel)), site_(site) {}

  absl::Status Buy() const;
  absl::Status StartCalls();

  const std::shared_ptr<grpc::Channel> channel_;
  const Site* const site_;
  std::vector<std::string> calls_;
  std::atomic<int64_t> started_ = 0;
  std::atomic<int64_t> ended_ = 0;
};

}  // namespace usher::bench
