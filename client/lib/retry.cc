#include "client/lib/retry.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/random/random.h"

namespace usher::client {
namespace {

absl::Duration Jittered(absl::Duration backoff) {
  thread_local absl::BitGen bits;
  return backoff * absl::Uniform(bits, 0.5, 1.0);
}

}  // namespace

bool MayTryAgain(const Error& error) {
  switch (error.reason) {
    case v1::ERROR_REASON_OVERLOADED:
    case v1::ERROR_REASON_STORE_UNAVAILABLE:
    case v1::ERROR_REASON_SERVER_DRAINING:
      return true;
    default:
      return error.code == absl::StatusCode::kUnavailable;
  }
}

bool Pause(absl::Duration duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never_notified;
  std::unique_lock lock(mutex);
  never_notified.wait_for(lock, stop, absl::ToChronoNanoseconds(duration), [] { return false; });
  return !stop.stop_requested();
}

absl::Duration Backoff::Next(const Error& error) {
  const absl::Duration wait =
      std::max(Jittered(next_), error.retry_delay.value_or(absl::ZeroDuration()));
  next_ = std::min(next_ * 2, policy_.backoff_max);
  return wait;
}

bool Backoff::Wait(absl::Duration duration, const std::stop_token& stop) const {
  return policy_.pause ? policy_.pause(duration, stop) : Pause(duration, stop);
}

std::optional<Error> CallWithRetries(Connection& connection, const Method& method,
                                     const google::protobuf::Message& request,
                                     google::protobuf::Message& response, const RetryPolicy& policy,
                                     absl::Duration timeout, const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  Backoff backoff(policy);
  for (int attempt = 1;; ++attempt) {
    const auto elapsed = absl::FromChrono(std::chrono::steady_clock::now() - start);
    std::optional<Error> error =
        connection.Call(method, request, response, {.timeout = timeout - elapsed, .stop = stop});
    if (!error.has_value() || !MayTryAgain(*error)) return error;
    if (method.idempotency == Idempotency::kNone || attempt >= policy.attempts_max) return error;

    const absl::Duration wait = backoff.Next(*error);
    const auto spent = absl::FromChrono(std::chrono::steady_clock::now() - start);
    if (spent + wait >= timeout || !backoff.Wait(wait, stop)) return error;
  }
}

}  // namespace usher::client
