#include "entitlement/token.h"

#include "absl/strings/str_cat.h"

namespace usher::entitlement {

std::string_view ToString(Role role) {
  switch (role) {
    case Role::kViewer:
      return "VIEWER";
    case Role::kAgent:
      return "AGENT";
    case Role::kAdmin:
      return "ADMIN";
    case Role::kOperator:
      return "OPERATOR";
  }
  return "";
}

std::string TokenName(TokenId id) { return absl::StrCat("tokens/", id.value()); }

}  // namespace usher::entitlement
