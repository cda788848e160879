#include "auth/secret.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "openssl/rand.h"

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

}  // namespace usher::auth
