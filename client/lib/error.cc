#include "client/lib/error.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace usher {
namespace {

constexpr char kDomain[] = "usher";
constexpr char kReasonPrefix[] = "ERROR_REASON_";

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

void AddDetail(const google::protobuf::Any& detail, Error& error) {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::RetryInfo retry_info;
  if (detail.UnpackTo(&info) && info.domain() == kDomain) {
    error.reason_name = info.reason();
    error.reason = ReasonFromName(info.reason());
    error.metadata = {info.metadata().begin(), info.metadata().end()};
  } else if (detail.UnpackTo(&bad_request)) {
    for (const auto& violation : bad_request.field_violations()) {
      error.field_violations.push_back({violation.field(), violation.description()});
    }
  } else if (detail.UnpackTo(&retry_info)) {
    error.retry_delay = FromProto(retry_info.retry_delay());
  }
}

}  // namespace

v1::ErrorReason ReasonFromName(std::string_view name) {
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  if (!v1::ErrorReason_Parse(kReasonPrefix + std::string(name), &reason)) {
    return v1::ERROR_REASON_UNSPECIFIED;
  }
  return reason;
}

std::string Error::Metadata(std::string_view key) const {
  const auto found = metadata.find(std::string(key));
  return found == metadata.end() ? "" : found->second;
}

std::optional<absl::Time> Error::TimeOf(std::string_view key) const {
  absl::Time time;
  std::string ignored;
  if (!absl::ParseTime(absl::RFC3339_full, Metadata(key), &time, &ignored)) return std::nullopt;
  return time;
}

std::string Error::ToString() const {
  return absl::StrCat(absl::StatusCodeToString(code), reason_name.empty() ? "" : " ", reason_name,
                      ": ", message);
}

namespace client {

Error ErrorFromStatus(int code, std::string_view message, std::string_view details) {
  Error error;
  error.code = static_cast<absl::StatusCode>(code);
  error.message = std::string(message);
  google::rpc::Status status;
  if (details.empty() || !status.ParseFromString(std::string(details))) return error;
  for (const google::protobuf::Any& detail : status.details()) AddDetail(detail, error);
  return error;
}

}  // namespace client
}  // namespace usher
