#include "rpc/page_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "auth/sha256.h"
#include "rpc/fingerprint.h"
#include "rpc/limits.h"

namespace usher::rpc {
namespace {

constexpr char kVersion = '\1';
constexpr size_t kListBytes = 8;
constexpr size_t kChecksumBytes = 4;

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

std::string ListDigest(const google::protobuf::Message& request) {
  return Fingerprint(request, {"page_size", "page_token"}).substr(0, kListBytes);
}

std::string Checksum(std::string_view body) { return auth::Sha256(body).substr(0, kChecksumBytes); }

}  // namespace

std::string MakePageToken(const google::protobuf::Message& request, std::string_view position) {
  const std::string body =
      absl::StrCat(std::string(1, kVersion), ListDigest(request), Absl(position));
  return absl::WebSafeBase64Escape(absl::StrCat(Checksum(body), body));
}

std::optional<std::string> PositionOf(const google::protobuf::Message& request,
                                      std::string_view token) {
  std::string bytes;
  if (token.size() > kPageTokenLengthMax) return std::nullopt;
  if (!absl::WebSafeBase64Unescape(Absl(token), &bytes)) return std::nullopt;
  if (bytes.size() < kChecksumBytes + 1 + kListBytes) return std::nullopt;
  const std::string_view body = std::string_view(bytes).substr(kChecksumBytes);
  if (!bytes.starts_with(Checksum(body))) return std::nullopt;
  if (body[0] != kVersion || body.substr(1, kListBytes) != ListDigest(request)) return std::nullopt;
  return std::string(body.substr(1 + kListBytes));
}

}  // namespace usher::rpc
