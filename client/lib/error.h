// Error: why a call came to nothing, as the server or the way to it told.
//
// A refusal of the rules is an Error with a `reason` of the contract's ErrorReason and the
// metadata that the contract names for it; its `code` is the gRPC code, which Abseil shares.
// Where the server was not reached, or spoke no google.rpc.Status, only code and message are
// set. Plain value, any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "usher/v1/error_reason.pb.h"

namespace usher {

// A field of the request that is missing or malformed.
struct FieldViolation {
  std::string field;
  std::string description;

  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

struct Error {
  absl::StatusCode code = absl::StatusCode::kUnknown;
  // UNSPECIFIED where the error bears no reason or one that this client does not know; then
  // `reason_name` still has what the server said.
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  // Without its prefix: "NO_IDLE_LICENSE".
  std::string reason_name;
  std::string message;
  std::map<std::string, std::string> metadata;
  std::vector<FieldViolation> field_violations;
  // How long the server asks to wait before another attempt.
  std::optional<absl::Duration> retry_delay;

  // The metadata of `key`, or the empty string.
  std::string Metadata(std::string_view key) const;
  // The metadata of `key` as an instant; unset where it is absent, empty or no RFC 3339.
  std::optional<absl::Time> TimeOf(std::string_view key) const;
  // "RESOURCE_EXHAUSTED NO_IDLE_LICENSE: <message>", for logs and tests.
  std::string ToString() const;
};

// The reason of that name without its prefix; UNSPECIFIED where the contract has none.
v1::ErrorReason ReasonFromName(std::string_view name);

namespace client {

// The error of a gRPC status that is not OK. `details` are the bytes of
// `grpc-status-details-bin`; what can't be read in them is passed over.
Error ErrorFromStatus(int code, std::string_view message, std::string_view details);

}  // namespace client
}  // namespace usher
