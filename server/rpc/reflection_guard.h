// ReflectionGuard: lets callers with a valid token, of any role, ask for reflection, which is
// gRPC's own service and knows no credentials. Others find their call cancelled: an interceptor can
// end a call, but not say why.
//
// Threading: as gRPC calls interceptors, from any thread.
#pragma once

#include <memory>

#include "auth/gatekeeper.h"
#include "grpcpp/support/server_interceptor.h"

namespace usher::rpc {

// Null where the method is not of reflection, so that others pay for the look at their name alone.
class ReflectionGuard final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // `gate` outlives the server.
  explicit ReflectionGuard(const auth::Gatekeeper* gate) : gate_(gate) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override;

 private:
  const auth::Gatekeeper* const gate_;
};

}  // namespace usher::rpc
