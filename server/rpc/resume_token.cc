#include "rpc/resume_token.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "auth/sha256.h"
#include "rpc/limits.h"
#include "rpc/sealed.h"

namespace usher::rpc {
namespace {

constexpr char kVersion = '\1';
constexpr size_t kDigestBytes = 8;

std::string Digest(std::string_view text) { return auth::Sha256(text).substr(0, kDigestBytes); }

}  // namespace

ResumeTokens::ResumeTokens(std::string_view database_id, std::string_view parent)
    : list_(absl::StrCat(std::string(1, kVersion), Digest(parent))),
      database_(Digest(database_id)) {}

std::string ResumeTokens::Make(int64_t position) const {
  return Seal(absl::StrCat(list_, database_, position));
}

std::optional<int64_t> ResumeTokens::Read(std::string_view token) const {
  if (token.size() > kResumeTokenLengthMax) return std::nullopt;
  const std::optional<std::string> body = Unseal(token);
  const size_t head = list_.size() + database_.size();
  if (!body.has_value() || body->size() <= head || !body->starts_with(list_)) return std::nullopt;
  int64_t position = 0;
  if (!absl::SimpleAtoi(body->substr(head), &position) || position < 0) return std::nullopt;
  return body->compare(list_.size(), database_.size(), database_) == 0 ? position : kOtherDatabase;
}

}  // namespace usher::rpc
