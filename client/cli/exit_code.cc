#include "client/cli/exit_code.h"

namespace usher::cli {
namespace {

ExitCode ByCode(const Error& error) {
  switch (error.code) {
    case absl::StatusCode::kInvalidArgument:
      return ExitCode::kUsage;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return ExitCode::kForbidden;
    case absl::StatusCode::kResourceExhausted:
      // Without a reason it is not the rules that speak, but gRPC about a message's size.
      return error.reason_name.empty() ? ExitCode::kOther : ExitCode::kExhausted;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
      return ExitCode::kConflict;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kUnavailable;
    default:
      return ExitCode::kOther;
  }
}

}  // namespace

ExitCode ExitCodeOf(const Error& error) {
  switch (error.reason) {
    case v1::ERROR_REASON_PACKAGE_REQUIRED:
    case v1::ERROR_REASON_LICENSE_EXPIRED:
    case v1::ERROR_REASON_NOTHING_TO_RESET:
    case v1::ERROR_REASON_VOICE_PACKAGE_REQUIRED:
      return ExitCode::kExhausted;
    case v1::ERROR_REASON_OVERLOADED:
      return ExitCode::kUnavailable;
    case v1::ERROR_REASON_RESUME_TOKEN_EXPIRED:
      return ExitCode::kConflict;
    default:
      return ByCode(error);
  }
}

}  // namespace usher::cli
