// The one table of who may call what: method × role. A method that is not in it is denied to all.
//
// What a role may do on which account, and the few rules that depend on a request's fields, are
// checked on top of it (rpc/admission.h). Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "entitlement/token.h"

namespace usher::auth {

class RoleSet {
 public:
  constexpr RoleSet() = default;
  template <typename... Roles>
  explicit constexpr RoleSet(Roles... roles) : bits_((Bit(roles) | ...)) {}

  constexpr bool Has(entitlement::Role role) const { return (bits_ & Bit(role)) != 0; }

 private:
  static constexpr uint8_t Bit(entitlement::Role role) {
    return static_cast<uint8_t>(1U << static_cast<unsigned>(role));
  }

  uint8_t bits_ = 0;
};

// Who may call the method, by its full name: "usher.v1.AgentService/StartSession".
RoleSet RolesOf(std::string_view method);

}  // namespace usher::auth
