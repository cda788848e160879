#include "rpc/reflection_guard.h"

#include <string_view>
#include <variant>

#include "absl/time/clock.h"
#include "entitlement/token.h"
#include "grpcpp/server_context.h"

namespace usher::rpc {
namespace {

using entitlement::Role;

constexpr std::string_view kReflection = "/grpc.reflection.";

class Guard final : public grpc::experimental::Interceptor {
 public:
  Guard(const auth::Gatekeeper* gate, grpc::ServerContextBase* context)
      : gate_(gate), context_(context) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            grpc::experimental::InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      static const auth::MethodRule kAnyRole = {
          .name = "reflection",
          .roles = auth::RoleSet(Role::kViewer, Role::kAgent, Role::kAdmin, Role::kOperator)};
      const auto admitted = gate_->Admit(*context_, kAnyRole, absl::Now());
      if (!std::holds_alternative<auth::Caller>(admitted)) context_->TryCancel();
    }
    methods->Proceed();
  }

 private:
  const auth::Gatekeeper* const gate_;
  grpc::ServerContextBase* const context_;
};

}  // namespace

grpc::experimental::Interceptor* ReflectionGuard::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* info) {
  const std::string_view method = info->method() != nullptr ? info->method() : "";
  if (method.substr(0, kReflection.size()) != kReflection) return nullptr;
  return new Guard(gate_, info->server_context());
}

}  // namespace usher::rpc
