#include "rpc/upkeep_status.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "rpc/refusal_to_status.h"

namespace usher::rpc {
namespace {

grpc::StatusCode CodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kAborted:
      return grpc::StatusCode::ABORTED;
    case absl::StatusCode::kResourceExhausted:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case absl::StatusCode::kUnimplemented:
      return grpc::StatusCode::UNIMPLEMENTED;
    case absl::StatusCode::kUnavailable:
      return grpc::StatusCode::UNAVAILABLE;
    case absl::StatusCode::kDataLoss:
      return grpc::StatusCode::DATA_LOSS;
    default:
      return grpc::StatusCode::INTERNAL;
  }
}

}  // namespace

grpc::Status StatusOfUpkeep(const absl::Status& status) {
  if (absl::IsCancelled(status)) return ToStatus(entitlement::ServerDraining(), absl::Now());
  std::string sentence(status.message());
  if (!sentence.empty()) sentence.front() = absl::ascii_toupper(sentence.front());
  if (!absl::EndsWith(sentence, ".")) sentence += '.';
  return {CodeOf(status), sentence};
}

}  // namespace usher::rpc
