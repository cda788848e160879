// Probe: one caller who waits for each answer and looks at the watch. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "tools/bench/scale/book.h"

namespace usher::bench {

class Probe {
 public:
  // `book` outlives it.
  Probe(std::shared_ptr<grpc::Channel> channel, std::string authorization, Book* book);

  // A login as in logins.h; how long the answer took. `first`: whether it is to bind the license.
  absl::StatusOr<absl::Duration> LogIn(size_t agent, bool first);

  // Ends the session of the last login that was acknowledged.
  absl::Status LogOut(size_t agent);

  // Sessions that the server has in memory.
  absl::StatusOr<int64_t> LiveSessions();

  // Compares an application at work with the book: each agent of it has exactly one live session,
  // the last that was acknowledged where one was.
  absl::Status CheckSessions(int64_t application);

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const std::string authorization_;
  Book* const book_;
  const uint64_t series_;
  uint64_t logins_ = 0;
};

}  // namespace usher::bench
