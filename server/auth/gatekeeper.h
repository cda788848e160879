// Gatekeeper: lets a call in, or says why not: the credential first, then the role.
//
// Nothing is written for a call that is turned away. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/time/time.h"
#include "auth/caller.h"
#include "auth/method_table.h"
#include "auth/token_registry.h"
#include "entitlement/refusal.h"

namespace grpc {
class ServerContextBase;
}

namespace usher::auth {

// A method as the gatekeeper knows it.
struct MethodRule {
  // "usher.v1.AgentService/StartSession"
  std::string name;
  RoleSet roles;
};

class Gatekeeper {
 public:
  // `tokens` outlives the gatekeeper.
  explicit Gatekeeper(const TokenRegistry* tokens) : tokens_(tokens) {}

  // InvalidCredential, or RoleForbids where no account would change that.
  std::variant<Caller, entitlement::Refusal> Admit(const grpc::ServerContextBase& context,
                                                   const MethodRule& method, absl::Time now) const;

  // Who calls, whatever the method; none where the credential is nobody's.
  std::optional<Caller> Find(const grpc::ServerContextBase& context, absl::Time now) const;

  // Whether who was let in would be let in again: for calls that last.
  bool StillKnows(const Caller& caller, absl::Time now) const {
    return tokens_->InForce(caller.token(), now);
  }

 private:
  const TokenRegistry* const tokens_;
};

// The secret in an `authorization` header, "Bearer <secret>"; empty where it is another thing.
std::string_view SecretIn(std::string_view authorization);

}  // namespace usher::auth
