// usher token create|list|revoke, usher whoami
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cli/commands.h"
#include "client/cli/names.h"
#include "client/cli/words.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

std::string StateOf(const v1::Token& token, const Times& times) {
  if (token.has_revoke_time()) return "revoked";
  if (token.has_expire_time() && FromProto(token.expire_time()) <= times.now()) return "expired";
  return "valid";
}

Facts FactsOf(const v1::Token& token, const Times& times) {
  Facts facts;
  facts.Add("Token", token.token_id());
  facts.Add("Name", token.display_name());
  facts.Add("Role", Word(token.role()));
  facts.Add("Account", token.account().empty() ? "all" : ShortName(token.account()));
  facts.Add("State", StateOf(token, times));
  facts.Add("Created", times.AtWithZone(FromProto(token.create_time())));
  facts.Add("Expires", token.has_expire_time() ? times.AtWithZone(FromProto(token.expire_time()))
                                               : std::string("never"));
  return facts;
}

struct CreateOptions {
  std::string account;
  std::string name;
  v1::Role role = v1::ROLE_UNSPECIFIED;
  std::optional<absl::Duration> expires_in;
};

ExitCode Create(Context& context, const CreateOptions& options) {
  if (options.role != v1::ROLE_OPERATOR && options.account.empty()) {
    return context.FailUsage(
        "--account must say which account the token opens; only an operator's opens all.");
  }
  v1::CreateTokenRequest request;
  request.set_display_name(options.name);
  request.set_role(options.role);
  request.set_account(options.account);
  if (options.expires_in.has_value()) {
    *request.mutable_expire_time() = ToProto(absl::Now() + *options.expires_in);
  }
  const Result<v1::CreateTokenResponse> response = context.client().CreateToken(request);
  if (!response.ok()) return context.Fail(response.error(), options.account);
  if (context.json()) return context.PrintJson(*response);
  context.Print(FactsOf(response->token(), context.TimesOf(options.account)));
  context.Note("Its secret is shown this once and never again:");
  context.streams().out << response->secret() << '\n';
  return ExitCode::kOk;
}

struct ListOptions {
  std::string account;
  std::optional<int64_t> limit;
};

ExitCode List(Context& context, const ListOptions& options) {
  v1::ListTokensRequest request;
  request.set_account(options.account);
  const Result<v1::ListTokensResponse> response =
      client::FetchAll(context.client(), &Client::ListTokens, request, options.limit);
  if (!response.ok()) return context.Fail(response.error(), options.account);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.account);
  Table table({{"TOKEN", true},
               {"NAME"},
               {"ROLE"},
               {"ACCOUNT"},
               {"STATE"},
               {times.Heading("CREATED")},
               {times.Heading("EXPIRES")}});
  for (const v1::Token& token : response->tokens()) {
    table.AddRow({token.token_id(), token.display_name(), Word(token.role()),
                  token.account().empty() ? "all" : ShortName(token.account()),
                  StateOf(token, times), times.At(token.create_time(), true),
                  token.has_expire_time() ? times.At(token.expire_time(), true) : "never"});
  }
  return context.PrintList(table, "tokens", response->next_page_token());
}

struct RevokeOptions {
  int64_t token = 0;
};

ExitCode Revoke(Context& context, const RevokeOptions& options) {
  v1::RevokeTokenRequest request;
  request.set_token_id(absl::StrCat(options.token));
  const Result<v1::RevokeTokenResponse> response = context.client().RevokeToken(request);
  if (!response.ok()) return context.Fail(response.error());
  if (context.json()) return context.PrintJson(*response);
  context.Print(FactsOf(response->token(), context.TimesOf(response->token().account())));
  return ExitCode::kOk;
}

struct WhoAmIOptions {};

ExitCode WhoAmI(Context& context, const WhoAmIOptions& /*options*/) {
  const Result<v1::WhoAmIResponse> response = context.client().WhoAmI(v1::WhoAmIRequest());
  if (!response.ok()) return context.Fail(response.error());
  if (context.json()) return context.PrintJson(*response);
  context.Print(FactsOf(response->token(), context.TimesOf(response->token().account())));
  return ExitCode::kOk;
}

void AddCreate(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<CreateOptions>();
  CLI::App* command = AddCommand(
      noun, "create",
      "Makes a token and shows its secret, once. Its role says what it opens: viewer reads one "
      "account, agent runs its login flows, admin does everything in it, operator everything",
      {"usher token create 'Berlin login flow' --role agent --account acme",
       "usher token create 'Console' --role admin --account acme --expires-in 90d",
       "usher token create 'Backup' --role operator"});
  command->add_option("NAME", options->name, "What the journal calls whoever uses it")
      ->type_name("")
      ->required();
  AddChoice(command, "--role", options->role, "What it opens")->required();
  AddAccountOption(command, options->account,
                   "The account that it opens; for every role but operator");
  AddDuration(command, "--expires-in", options->expires_in,
              "When it stops to open anything; never by default");
  OnSelected(commands, command, options, Create);
}

void AddList(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command =
      AddCommand(noun, "list", "Lists tokens, also revoked and expired ones, never their secrets",
                 {"usher token list", "usher token list --account acme"});
  AddAccountOption(command, options->account, "Only those of this account");
  AddLimit(command, options->limit);
  OnSelected(commands, command, options, List);
}

void AddRevoke(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<RevokeOptions>();
  CLI::App* command =
      AddCommand(noun, "revoke", "Revokes a token: from the next call on it opens nothing",
                 {"usher token revoke 7"});
  AddNumber(command, "TOKEN", options->token, "Its number, as `usher token list` shows it")
      ->required();
  OnSelected(commands, command, options, Revoke);
}

}  // namespace

void AddTokenCommands(Commands& commands) {
  CLI::App* noun = AddNoun(commands, "token", "Tokens: who may do what");
  AddCreate(commands, *noun);
  AddList(commands, *noun);
  AddRevoke(commands, *noun);
}

void AddWhoAmICommand(Commands& commands) {
  auto options = std::make_shared<WhoAmIOptions>();
  CLI::App* command = AddCommand(commands.root, "whoami",
                                 "Shows whose token is used, and what it opens", {"usher whoami"});
  OnSelected(commands, command, options, WhoAmI);
}

}  // namespace usher::cli
