#include "client/lib/event_watch.h"

#include <utility>

#include "client/lib/retry.h"

namespace usher {
namespace {

Error Stopped() {
  return {.code = absl::StatusCode::kCancelled, .message = "The watch was stopped."};
}

}  // namespace

EventWatch::EventWatch(Client client, v1::WatchEventsRequest request, WatchOptions options)
    : client_(std::move(client)), request_(std::move(request)), options_(std::move(options)) {}

Result<v1::WatchEventsResponse> EventWatch::Next() {
  client::Backoff backoff(client_.retry_policy());
  for (int attempt = 1; !final_.has_value(); ++attempt) {
    if (options_.stop.stop_requested()) break;
    if (stream_ == nullptr) {
      // An outage is waited for in the call: gRPC connects while a call waits for it, and else
      // looks after its connections every few seconds only.
      stream_ = client_.WatchEvents(request_, {.silence_max = options_.silence_max,
                                               .wait_for_server = established_,
                                               .stop = options_.stop});
    }
    std::optional<v1::WatchEventsResponse> whole = ReadWhole();
    if (whole.has_value()) return *std::move(whole);

    const Error error = TakeError();
    if (options_.stop.stop_requested()) break;
    const bool used_up = !established_ && attempt >= client_.retry_policy().attempts_max;
    if (used_up || !MayResume(error)) {
      final_ = error;
      break;
    }
    if (options_.on_interrupted) options_.on_interrupted(error);
    if (!backoff.Wait(backoff.Next(error), options_.stop)) break;
  }
  if (!final_.has_value()) {
    stream_ = nullptr;
    final_ = Stopped();
  }
  return *final_;
}

std::optional<v1::WatchEventsResponse> EventWatch::ReadWhole() {
  v1::WatchEventsResponse whole;
  v1::WatchEventsResponse part;
  while (stream_->Read(part)) {
    established_ = true;
    whole.MergeFrom(part);
    const bool inside_command = part.resume_token().empty() && whole.events_size() > 0;
    if (inside_command) continue;
    if (!part.resume_token().empty()) {
      request_.set_resume_token(part.resume_token());
      request_.set_from_oldest(false);
    }
    whole.set_resume_token(request_.resume_token());
    return whole;
  }
  return std::nullopt;
}

Error EventWatch::TakeError() {
  const std::optional<Error> error = stream_->error();
  stream_ = nullptr;
  return error.value_or(
      Error{.code = absl::StatusCode::kUnavailable, .message = "The server ended the stream."});
}

bool EventWatch::MayResume(const Error& error) const {
  if (client::MayTryAgain(error) || error.reason == v1::ERROR_REASON_WATCHER_TOO_SLOW) return true;
  if (!established_) return false;
  // The server may still count the stream that broke off.
  if (error.reason == v1::ERROR_REASON_TOO_MANY_WATCHERS) return true;
  // Without a reason it is the connection that failed: it was silent, or a server that ends
  // cancelled the stream.
  return error.reason_name.empty() && (error.code == absl::StatusCode::kDeadlineExceeded ||
                                       error.code == absl::StatusCode::kCancelled);
}

}  // namespace usher
