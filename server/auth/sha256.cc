#include "auth/sha256.h"

#include <cstdlib>
#include <memory>

#include "openssl/evp.h"

namespace usher::auth {
namespace {

// OpenSSL 3 looks an algorithm up by its name, which takes longer than a short digest: once is
// enough.
const EVP_MD* Algorithm() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kAlgorithm;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

std::string Sha256(std::string_view bytes) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  std::string digest(kSha256Bytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(digest.data());
  // None of them fails but for want of memory or of the library's own providers.
  if (EVP_DigestInit_ex(context.get(), Algorithm(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), out, nullptr) != 1) {
    std::abort();
  }
  return digest;
}

}  // namespace usher::auth
