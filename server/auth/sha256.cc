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

using ContextPointer = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// Nothing here fails but for want of memory or of the library's own providers.
void Must(int result) {
  if (result != 1) std::abort();
}

void Begin(EVP_MD_CTX* context) { Must(EVP_DigestInit_ex(context, Algorithm(), nullptr)); }

void Update(EVP_MD_CTX* context, std::string_view bytes) {
  Must(EVP_DigestUpdate(context, bytes.data(), bytes.size()));
}

std::string End(EVP_MD_CTX* context) {
  std::string digest(kSha256Bytes, '\0');
  Must(EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.data()), nullptr));
  return digest;
}

}  // namespace

std::string Sha256(std::string_view bytes) {
  thread_local const ContextPointer context(EVP_MD_CTX_new());
  Begin(context.get());
  Update(context.get(), bytes);
  return End(context.get());
}

struct Sha256Stream::Context {
  ContextPointer pointer{EVP_MD_CTX_new()};
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {
  Begin(context_->pointer.get());
}
Sha256Stream::~Sha256Stream() = default;
void Sha256Stream::Add(std::string_view bytes) { Update(context_->pointer.get(), bytes); }
std::string Sha256Stream::Finish() { return End(context_->pointer.get()); }

}  // namespace usher::auth
