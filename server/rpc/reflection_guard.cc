#include "rpc/reflection_guard.h"

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "grpcpp/server_context.h"

namespace usher::rpc {
namespace {

constexpr std::string_view kReflection = "grpc.reflection.";

class Guard final : public grpc::experimental::Interceptor {
 public:
  Guard(const auth::Gatekeeper* gate, auth::MethodRule rule, grpc::ServerContextBase* context)
      : gate_(gate), rule_(std::move(rule)), context_(context) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            grpc::experimental::InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      const auto admitted = gate_->Admit(*context_, rule_, absl::Now());
      if (!std::holds_alternative<auth::Caller>(admitted)) context_->TryCancel();
    }
    methods->Proceed();
  }

 private:
  const auth::Gatekeeper* const gate_;
  const auth::MethodRule rule_;
  grpc::ServerContextBase* const context_;
};

}  // namespace

grpc::experimental::Interceptor* ReflectionGuard::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* info) {
  // "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
  const std::string_view path = info->method() != nullptr ? info->method() : "";
  const std::string_view method = path.substr(path.empty() ? 0 : 1);
  if (method.substr(0, kReflection.size()) != kReflection) return nullptr;
  auth::MethodRule rule = {.name = std::string(method), .roles = auth::RolesOf(method)};
  return new Guard(gate_, std::move(rule), info->server_context());
}

}  // namespace usher::rpc
