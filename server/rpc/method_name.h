// The method that takes a kind of request, as the proto file declares it. Pure functions, any
// thread.
#pragma once

#include "google/protobuf/descriptor.h"
#include "observe/rpc_metrics.h"

namespace usher::rpc {

// In the request's own file; where several methods take it, the one that answers so. Without a
// service or method where there is none.
observe::MethodName MethodNameOf(const google::protobuf::Descriptor& request, bool streams);

}  // namespace usher::rpc
