#include "rpc/page_token.h"

#include "absl/strings/str_cat.h"
#include "rpc/fingerprint.h"
#include "rpc/limits.h"
#include "rpc/sealed.h"

namespace usher::rpc {
namespace {

constexpr char kVersion = '\1';
constexpr size_t kListBytes = 8;

// What the token is bound to.
std::string ListOf(const google::protobuf::Message& request) {
  return absl::StrCat(std::string(1, kVersion),
                      Fingerprint(request, {"page_size", "page_token"}).substr(0, kListBytes));
}

}  // namespace

std::string MakePageToken(const google::protobuf::Message& request, std::string_view position) {
  return Seal(absl::StrCat(ListOf(request), absl::string_view(position.data(), position.size())));
}

std::optional<std::string> PositionOf(const google::protobuf::Message& request,
                                      std::string_view token) {
  if (token.size() > kPageTokenLengthMax) return std::nullopt;
  const std::optional<std::string> body = Unseal(token);
  const std::string list = ListOf(request);
  if (!body.has_value() || !body->starts_with(list)) return std::nullopt;
  return body->substr(list.size());
}

}  // namespace usher::rpc
