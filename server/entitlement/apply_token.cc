#include <algorithm>

#include "entitlement/apply_parts.h"
#include "entitlement/check.h"

namespace usher::entitlement {

void Move(Directory& directory, const Change& /*change*/, const TokenCreated& created) {
  const bool is_new = directory.tokens.emplace(created.token.id, created.token).second;
  Require(is_new, "a token is created over another");
  directory.last_token_id = std::max(directory.last_token_id, created.token.id);
}

void Move(Directory& directory, const Change& change, const TokenRevoked& revoked) {
  const auto found = directory.tokens.find(revoked.id);
  Require(found != directory.tokens.end() && !found->second.revoke_time.has_value(),
          "a token is revoked once");
  found->second.revoke_time = change.event_time;
}

}  // namespace usher::entitlement
