#include "rpc/sealed.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "auth/sha256.h"

namespace usher::rpc {
namespace {

constexpr size_t kChecksumBytes = 4;

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

std::string Checksum(std::string_view body) { return auth::Sha256(body).substr(0, kChecksumBytes); }

}  // namespace

std::string Seal(std::string_view body) {
  return absl::WebSafeBase64Escape(absl::StrCat(Checksum(body), Absl(body)));
}

std::optional<std::string> Unseal(std::string_view token) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(Absl(token), &bytes)) return std::nullopt;
  if (bytes.size() < kChecksumBytes) return std::nullopt;
  std::string body = bytes.substr(kChecksumBytes);
  if (!bytes.starts_with(Checksum(body))) return std::nullopt;
  return body;
}

}  // namespace usher::rpc
