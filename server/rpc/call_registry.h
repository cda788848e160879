// CallRegistry: the services and methods that a server will serve, each with its metrics. Filled
// before it starts; one thread.
//
//   auto* service = calls.Serve<AgentService::AsyncService>();
//   calls.Add(service, &AgentService::AsyncService::RequestStartSession, handler);
//
// Every method of a served service must be added: gRPC lets the calls of one that is not wait for
// ever. Services that are not served are answered with UNIMPLEMENTED.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "grpcpp/impl/codegen/service_type.h"
#include "observe/rpc_metrics.h"
#include "rpc/method_name.h"
#include "rpc/stream_call.h"
#include "rpc/unary_call.h"

namespace usher::rpc {

class CallRegistry {
 public:
  // `metrics` outlives it.
  explicit CallRegistry(observe::RpcMetrics* metrics) : metrics_(metrics) {}

  template <typename AsyncService>
  AsyncService* Serve() {
    auto service = std::make_unique<AsyncService>();
    AsyncService* raw = service.get();
    services_.push_back(std::move(service));
    return raw;
  }

  // `receive` is a member of one of the classes that gRPC composes AsyncService of.
  template <typename AsyncService, typename Base, typename Request, typename Response>
  void Add(AsyncService* service,
           void (Base::*receive)(grpc::ServerContext*, Request*,
                                 grpc::ServerAsyncResponseWriter<Response>*, grpc::CompletionQueue*,
                                 grpc::ServerCompletionQueue*, void*),
           typename UnaryMethod<Request, Response>::Handler handler) {
    auto bound = [service, receive](grpc::ServerContext* context, Request* request,
                                    grpc::ServerAsyncResponseWriter<Response>* writer,
                                    grpc::ServerCompletionQueue* queue, void* tag) {
      (service->*receive)(context, request, writer, queue, queue, tag);
    };
    methods_.push_back(std::make_unique<UnaryMethod<Request, Response>>(
        std::move(bound), std::move(handler),
        metrics_->Add(MethodNameOf(*Request::descriptor(), /*streams=*/false))));
  }

  // The same for a method that answers with a stream, of a service whose methods are raw.
  template <typename Request, typename AsyncService, typename Base>
  void AddStream(AsyncService* service,
                 void (Base::*receive)(grpc::ServerContext*, grpc::ByteBuffer*,
                                       grpc::ServerAsyncWriter<grpc::ByteBuffer>*,
                                       grpc::CompletionQueue*, grpc::ServerCompletionQueue*, void*),
                 typename StreamMethod<Request>::Handler handler) {
    auto bound = [service, receive](grpc::ServerContext* context, grpc::ByteBuffer* request,
                                    grpc::ServerAsyncWriter<grpc::ByteBuffer>* writer,
                                    grpc::ServerCompletionQueue* queue, void* tag) {
      (service->*receive)(context, request, writer, queue, queue, tag);
    };
    streams_.push_back(std::make_unique<StreamMethod<Request>>(
        std::move(bound), std::move(handler),
        metrics_->Add(MethodNameOf(*Request::descriptor(), /*streams=*/true))));
  }

  const std::vector<std::unique_ptr<grpc::Service>>& services() const { return services_; }
  const std::vector<std::unique_ptr<Method>>& methods() const { return methods_; }
  const std::vector<std::unique_ptr<Method>>& streams() const { return streams_; }

 private:
  observe::RpcMetrics* const metrics_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::vector<std::unique_ptr<Method>> methods_;
  std::vector<std::unique_ptr<Method>> streams_;
};

}  // namespace usher::rpc
