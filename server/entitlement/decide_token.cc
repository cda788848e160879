#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "entitlement/change_list.h"
#include "entitlement/decisions.h"

namespace usher::entitlement {
namespace {

bool IsOfOtherAccount(const Token& token, const AccountId& account) {
  return !account.empty() && token.account != account;
}

bool IsLastOperator(const Directory& directory, const Token& token, absl::Time now) {
  return token.role == Role::kOperator && token.ValidAt(now) &&
         std::none_of(directory.tokens.begin(), directory.tokens.end(), [&](const auto& entry) {
           const Token& other = entry.second;
           return other.id != token.id && other.role == Role::kOperator && other.ValidAt(now);
         });
}

}  // namespace

std::optional<Refusal> CheckItems(const CreateToken& command, const Context& context) {
  if (command.token.expire_time <= context.now) {
    return InvalidField{.field = "expire_time", .description = "must be in the future"};
  }
  return std::nullopt;
}

Outcome DecideOn(const Units& units, const CreateToken& command, const Context& context) {
  const Directory& directory = *units.directory;
  if (!command.token.account.empty() && !directory.accounts.contains(command.token.account)) {
    return {Refusal(ResourceNotFound{absl::StrCat("accounts/", command.token.account.value())}),
            {}};
  }
  Token token = command.token;
  token.id = directory.last_token_id.next();
  token.create_time = context.now;
  ChangeList changes(units, context.now, context);
  changes.AddForServer(directory, TokenCreated{token});
  return {Reply(TokenReply{std::move(token)}), changes.Take()};
}

Outcome DecideOn(const Units& units, const ListTokens& command, const Context& /*context*/) {
  const Directory& directory = *units.directory;
  TokensReply reply;
  for (auto it = directory.tokens.upper_bound(command.after); it != directory.tokens.end(); ++it) {
    if (IsOfOtherAccount(it->second, command.account)) continue;
    if (static_cast<int>(reply.tokens.size()) == command.limit) {
      reply.more = true;
      break;
    }
    reply.tokens.push_back(it->second);
  }
  return {Reply(std::move(reply)), {}};
}

Outcome DecideOn(const Units& units, const RevokeToken& command, const Context& context) {
  const Directory& directory = *units.directory;
  const auto found = directory.tokens.find(command.id);
  if (found == directory.tokens.end() || IsOfOtherAccount(found->second, command.account)) {
    return {Refusal(ResourceNotFound{TokenName(command.id)}), {}};
  }
  Token token = found->second;
  if (token.revoke_time.has_value()) return {Reply(TokenReply{std::move(token)}), {}};
  if (IsLastOperator(directory, token, context.now)) {
    return {Refusal(LastOperatorToken{command.id}), {}};
  }
  token.revoke_time = context.now;
  ChangeList changes(units, context.now, context);
  changes.AddForServer(directory,
                       TokenRevoked{.id = token.id, .role = token.role, .account = token.account});
  return {Reply(TokenReply{std::move(token)}), changes.Take()};
}

}  // namespace usher::entitlement
