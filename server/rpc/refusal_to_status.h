// Refusals of the core → errors of the wire: the one place that knows their reasons, gRPC codes,
// metadata keys and sentences. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/refusal.h"
#include "grpcpp/support/status.h"
#include "usher/v1/error_reason.pb.h"

namespace usher::rpc {

// All that a caller is told of a refusal.
struct RefusalText {
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  // One or two sentences that a person can act on. What they say is in the metadata, too.
  std::string message;
  // Exactly the keys that the contract names for the reason, in its order.
  std::vector<std::pair<std::string, std::string>> metadata;
  // Set where trying again helps.
  std::optional<absl::Duration> retry_delay;
};

// `now` decides how the message speaks of instants: what has come is "now".
RefusalText Describe(const entitlement::Refusal& refusal, absl::Time now);

// With a google.rpc.Status in the details: ErrorInfo, BadRequest where a field is at fault, and
// RetryInfo where trying again helps.
grpc::Status ToStatus(const entitlement::Refusal& refusal, absl::Time now);

// "NO_IDLE_LICENSE": what stands in ErrorInfo.
std::string ReasonName(v1::ErrorReason reason);

}  // namespace usher::rpc
