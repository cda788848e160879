// TokenRegistry: the tokens in force, as the threads that serve calls look them up.
//
// The engine replaces the whole of it before it answers whoever made or revoked a token, so that
// the next call finds the truth. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "auth/caller.h"
#include "entitlement/token.h"

namespace usher::auth {

class TokenRegistry {
 public:
  using Tokens = absl::btree_map<entitlement::TokenId, entitlement::Token>;

  // Revoked ones are left out.
  void Replace(const Tokens& tokens);

  // Whose secret it is; none where nobody's, or that of a token that has expired.
  std::optional<Caller> Find(std::string_view secret, absl::Time now) const;

  // Whether a token that was found before is in force still.
  bool InForce(const entitlement::Token& token, absl::Time now) const;

  // Whether there is an operator's token that is valid at that instant.
  bool HasOperator(absl::Time now) const;

 private:
  mutable absl::Mutex mutex_;
  // By the first bytes of the digest. The rest is compared in constant time.
  absl::flat_hash_map<uint64_t, std::vector<std::shared_ptr<const entitlement::Token>>> by_prefix_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace usher::auth
