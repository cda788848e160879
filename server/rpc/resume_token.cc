#include "rpc/resume_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "auth/sha256.h"
#include "rpc/limits.h"

namespace usher::rpc {
namespace {

constexpr char kVersion = '\1';
constexpr size_t kDigestBytes = 8;
constexpr size_t kChecksumBytes = 4;

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

std::string Digest(std::string_view text) { return auth::Sha256(text).substr(0, kDigestBytes); }

std::string Checksum(std::string_view body) { return auth::Sha256(body).substr(0, kChecksumBytes); }

}  // namespace

ResumeTokens::ResumeTokens(std::string_view database_id, std::string_view parent)
    : list_(absl::StrCat(std::string(1, kVersion), Digest(parent))),
      database_(Digest(database_id)) {}

std::string ResumeTokens::Make(int64_t position) const {
  const std::string body = absl::StrCat(list_, database_, position);
  return absl::WebSafeBase64Escape(absl::StrCat(Checksum(body), body));
}

std::optional<int64_t> ResumeTokens::Read(std::string_view token) const {
  std::string bytes;
  if (token.size() > kResumeTokenLengthMax) return std::nullopt;
  if (!absl::WebSafeBase64Unescape(Absl(token), &bytes)) return std::nullopt;
  const size_t head = list_.size() + database_.size();
  if (bytes.size() <= kChecksumBytes + head) return std::nullopt;
  const std::string_view body = std::string_view(bytes).substr(kChecksumBytes);
  if (!bytes.starts_with(Checksum(body)) || !body.starts_with(list_)) return std::nullopt;
  int64_t position = 0;
  if (!absl::SimpleAtoi(Absl(body.substr(head)), &position) || position < 0) return std::nullopt;
  return body.substr(list_.size()).starts_with(database_) ? position : kOtherDatabase;
}

}  // namespace usher::rpc
