#include "rpc/grpc_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/resource_quota.h"
#include "rpc/reflection_guard.h"

namespace usher::rpc {
namespace {

int Millis(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

// A message is inflated whole before anybody looks at its length: a few kilobytes may become
// gigabytes, before the caller's token is known. Calls that come compressed are refused by name;
// what is no call yet is not inflated either.
void RefuseCompression(grpc::ServerBuilder& builder) {
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
}

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kReceiveBytesMax);
  builder.SetMaxSendMessageSize(kSendBytesMax);
  RefuseCompression(builder);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kConcurrentStreamsMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Millis(kKeepaliveTime));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Millis(kKeepaliveTimeout));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Millis(kClientPingPeriodMin));
  // Otherwise a second server could take the same port unnoticed.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetResourceQuota(grpc::ResourceQuota("usher-connections")
                               .Resize(kConnectionMemoryBytesMax)
                               .SetMaxThreads(kReflectionThreadsMax));
  // Reflection is gRPC's own and served synchronously: one thread at rest is enough for it.
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 1);
}

}  // namespace

GrpcServer::GrpcServer(GrpcServerOptions options) : options_(std::move(options)) {}

GrpcServer::~GrpcServer() {
  StopServing(absl::ZeroDuration());
  Finish();
}

absl::Status GrpcServer::Start() {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(builder);
  if (options_.reflection_gate != nullptr) {
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> guards;
    guards.push_back(std::make_unique<ReflectionGuard>(options_.reflection_gate));
    builder.experimental().SetInterceptorCreators(std::move(guards));
  }
  auto credentials =
      options_.credentials ? options_.credentials : grpc::InsecureServerCredentials();
  builder.AddListeningPort(options_.listen, std::move(credentials), &port_);
  for (const auto& service : calls_.services()) builder.RegisterService(service.get());
  queue_ = std::make_unique<CallQueue>(builder.AddCompletionQueue());
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) {
    StopServing(absl::ZeroDuration());
    Finish();
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options_.listen,
                     ": the port is in use, or the address is not one of this machine"));
  }
  for (const auto& method : calls_.methods()) method->Post(queue_.get());
  for (const auto& stream : calls_.streams()) stream->Post(queue_.get());
  return absl::OkStatus();
}

void GrpcServer::ServeAlone() {
  if (queue_ != nullptr) queue_->Start();
}

void GrpcServer::StopServing(absl::Duration grace) {
  // Calls are still posted meanwhile: who comes just before the end is answered, not left waiting.
  if (server_ != nullptr) server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
}

void GrpcServer::Finish() {
  if (queue_ != nullptr) {
    ServeAlone();
    queue_->Drain();
  }
  // Calls of the pools outlive no server; the server outlives no queue.
  server_.reset();
  queue_.reset();
}

}  // namespace usher::rpc
