#include "client/cli/digest.h"

#include <array>
#include <cstdlib>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "openssl/evp.h"

namespace usher::cli {
namespace {

constexpr size_t kBlockBytes = size_t{256} * 1024;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Nothing here fails but for want of memory.
void Must(int result) {
  if (result != 1) std::abort();
}

}  // namespace

struct Digest::Context {
  std::unique_ptr<EVP_MD_CTX, FreeContext> pointer{EVP_MD_CTX_new()};
};

Digest::Digest() : context_(std::make_unique<Context>()) {
  Must(EVP_DigestInit_ex(context_->pointer.get(), EVP_sha256(), nullptr));
}

Digest::~Digest() = default;

void Digest::Add(std::string_view bytes) {
  Must(EVP_DigestUpdate(context_->pointer.get(), bytes.data(), bytes.size()));
}

std::string Digest::Finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  Must(EVP_DigestFinal_ex(context_->pointer.get(), bytes.data(), &size));
  return Hex({reinterpret_cast<const char*>(bytes.data()), size});
}

std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

absl::StatusOr<std::string> DigestOfFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Digest digest;
  std::string block(kBlockBytes, '\0');
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    digest.Add({block.data(), static_cast<size_t>(file.gcount())});
  }
  if (!file.eof()) return absl::UnavailableError(absl::StrCat(path, " can't be read."));
  return digest.Finish();
}

}  // namespace usher::cli
