#include "auth/gatekeeper.h"

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "grpcpp/server_context.h"

namespace usher::auth {
namespace {

constexpr char kHeader[] = "authorization";
constexpr std::string_view kScheme = "Bearer ";

}  // namespace

std::string_view SecretIn(std::string_view authorization) {
  // The scheme's case doesn't count (RFC 9110, section 11.1).
  if (!absl::StartsWithIgnoreCase(absl::string_view(authorization.data(), authorization.size()),
                                  absl::string_view(kScheme.data(), kScheme.size()))) {
    return {};
  }
  return authorization.substr(kScheme.size());
}

std::optional<Caller> Gatekeeper::Find(const grpc::ServerContextBase& context,
                                       absl::Time now) const {
  const auto& metadata = context.client_metadata();
  const auto header = metadata.find(kHeader);
  // Two credentials are none: which one would count?
  if (header == metadata.end() || metadata.count(kHeader) != 1) return std::nullopt;
  return tokens_->Find(SecretIn({header->second.data(), header->second.size()}), now);
}

std::variant<Caller, entitlement::Refusal> Gatekeeper::Admit(const grpc::ServerContextBase& context,
                                                             const MethodRule& method,
                                                             absl::Time now) const {
  std::optional<Caller> caller = Find(context, now);
  if (!caller.has_value()) return entitlement::Refusal(entitlement::InvalidCredential());
  if (!method.roles.Has(caller->role())) {
    return entitlement::Refusal(
        entitlement::RoleForbids{.role = caller->role(), .method = method.name});
  }
  return *std::move(caller);
}

}  // namespace usher::auth
