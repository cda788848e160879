#include "tools/bench/connections.h"

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace usher::bench {

Connections::Connections(const std::string& target, int count) {
  grpc::ChannelArguments arguments;
  // Otherwise gRPC would serve all channels of the same target by one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // As in the client library: gRPC's own retries would keep each request, for an echo as well.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  for (int i = 0; i < count; ++i) {
    channels_.push_back(
        grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments));
  }
}

}  // namespace usher::bench
