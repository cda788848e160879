#include "auth/sha256.h"

#include <iterator>

#include "openssl/sha.h"

namespace usher::auth {

std::string Sha256(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return std::string(std::begin(digest), std::end(digest));
}

}  // namespace usher::auth
