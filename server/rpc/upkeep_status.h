// What of the store's upkeep failed → the error that an operator is told. Any thread.
#pragma once

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace usher::rpc {

// `status` is not OK. A sentence of its own, but for a server that stops: SERVER_DRAINING.
grpc::Status StatusOfUpkeep(const absl::Status& status);

}  // namespace usher::rpc
