#include "auth/secret.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "openssl/rand.h"
#include "openssl/sha.h"

namespace usher::auth {

std::string NewSecret() {
  unsigned char random[kSecretBytes];
  if (RAND_bytes(random, sizeof random) != 1) {
    std::fputs("usherd: no randomness for a token's secret\n", stderr);
    std::abort();
  }
  return absl::StrCat("usher_", absl::WebSafeBase64Escape(absl::string_view(
                                    reinterpret_cast<const char*>(random), sizeof random)));
}

std::string DigestOf(std::string_view secret) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), digest);
  return std::string(std::begin(digest), std::end(digest));
}

}  // namespace usher::auth
