#include "rpc/reply_parts.h"
#include "rpc/reply_to_proto.h"

namespace usher::rpc {

void WriteToken(const entitlement::Token& token, v1::Token& out) {
  out.set_token_id(absl::StrCat(token.id.value()));
  out.set_display_name(token.display_name);
  out.set_role(Wire<v1::Role>(token.role));
  if (!token.account.empty()) out.set_account(AccountName(token.account));
  SetTime(token.create_time, out.mutable_create_time());
  if (token.expire_time != absl::InfiniteFuture()) {
    SetTime(token.expire_time, out.mutable_expire_time());
  }
  if (token.revoke_time.has_value()) SetTime(*token.revoke_time, out.mutable_revoke_time());
}

void WriteReply(const Reply& reply, const v1::CreateTokenRequest&, v1::CreateTokenResponse& out) {
  WriteToken(As<entitlement::TokenReply>(reply).token, *out.mutable_token());
}

void WriteReply(const Reply& reply, const v1::ListTokensRequest& request,
                v1::ListTokensResponse& out) {
  const auto& page = As<entitlement::TokensReply>(reply);
  for (const entitlement::Token& token : page.tokens) WriteToken(token, *out.add_tokens());
  WriteNext(page.more, request, page.tokens.empty() ? 0 : page.tokens.back().id.value(), out);
}

void WriteReply(const Reply& reply, const v1::RevokeTokenRequest&, v1::RevokeTokenResponse& out) {
  WriteToken(As<entitlement::TokenReply>(reply).token, *out.mutable_token());
}

}  // namespace usher::rpc
