#include "auth/token_registry.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "auth/secret.h"
#include "auth/sha256.h"
#include "openssl/crypto.h"

namespace usher::auth {
namespace {

uint64_t PrefixOf(const std::string& digest) {
  uint64_t prefix = 0;
  std::memcpy(&prefix, digest.data(), std::min(sizeof prefix, digest.size()));
  return prefix;
}

bool SameDigest(const std::string& a, const std::string& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

void TokenRegistry::Replace(const Tokens& tokens) {
  decltype(by_prefix_) by_prefix;
  for (const auto& [id, token] : tokens) {
    if (token.revoke_time.has_value()) continue;
    by_prefix[PrefixOf(token.digest)].push_back(std::make_shared<const entitlement::Token>(token));
  }
  const absl::MutexLock lock(&mutex_);
  by_prefix_.swap(by_prefix);
}

std::optional<Caller> TokenRegistry::Find(std::string_view secret, absl::Time now) const {
  if (secret.empty() || secret.size() > kSecretLengthMax) return std::nullopt;
  const std::string digest = Sha256(secret);
  const absl::ReaderMutexLock lock(&mutex_);
  const auto found = by_prefix_.find(PrefixOf(digest));
  if (found == by_prefix_.end()) return std::nullopt;
  for (const auto& token : found->second) {
    if (SameDigest(token->digest, digest) && token->ValidAt(now)) return Caller(token);
  }
  return std::nullopt;
}

bool TokenRegistry::InForce(const entitlement::Token& token, absl::Time now) const {
  const absl::ReaderMutexLock lock(&mutex_);
  const auto found = by_prefix_.find(PrefixOf(token.digest));
  if (found == by_prefix_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const auto& known) {
    return known->id == token.id && known->ValidAt(now);
  });
}

bool TokenRegistry::HasOperator(absl::Time now) const {
  const absl::ReaderMutexLock lock(&mutex_);
  return std::any_of(by_prefix_.begin(), by_prefix_.end(), [now](const auto& entry) {
    return std::any_of(entry.second.begin(), entry.second.end(), [now](const auto& token) {
      return token->role == entitlement::Role::kOperator && token->ValidAt(now);
    });
  });
}

}  // namespace usher::auth
