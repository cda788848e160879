// usher account create|show|list|update
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/names.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

ExitCode PrintAccount(Context& context, const v1::Account& account) {
  const Times times = context.TimesOf(account);
  Facts facts;
  facts.Add("Account", ShortName(account.name()));
  facts.Add("Display name", account.display_name());
  facts.Add("Time zone", account.time_zone());
  if (!account.pending_time_zone().empty()) {
    facts.Add("From next month",
              absl::StrCat(account.pending_time_zone(), ", counted from ",
                           times.AtWithZone(FromProto(account.time_zone_change_time()))));
  }
  facts.Add("Created", times.AtWithZone(FromProto(account.create_time())));
  context.Print(facts);
  return ExitCode::kOk;
}

struct CreateOptions {
  std::string account;
  std::string display_name;
  std::string time_zone;
  std::string request_id;
};

ExitCode Create(Context& context, const CreateOptions& options) {
  v1::CreateAccountRequest request;
  request.set_account_id(LastId(options.account));
  request.set_display_name(options.display_name);
  request.set_time_zone(options.time_zone);
  request.set_request_id(options.request_id);
  const Result<v1::CreateAccountResponse> response = context.client().CreateAccount(request);
  if (!response.ok()) return context.Fail(response.error());
  if (context.json()) return context.PrintJson(*response);
  return PrintAccount(context, response->account());
}

struct ShowOptions {
  std::string account;
};

ExitCode Show(Context& context, const ShowOptions& options) {
  v1::GetAccountRequest request;
  request.set_name(options.account);
  const Result<v1::GetAccountResponse> response = context.client().GetAccount(request);
  if (!response.ok()) return context.Fail(response.error());
  if (context.json()) return context.PrintJson(*response);
  return PrintAccount(context, response->account());
}

struct ListOptions {
  std::optional<int64_t> limit;
};

ExitCode List(Context& context, const ListOptions& options) {
  const Result<v1::ListAccountsResponse> response = client::FetchAll(
      context.client(), &Client::ListAccounts, v1::ListAccountsRequest(), options.limit);
  if (!response.ok()) return context.Fail(response.error());
  if (context.json()) return context.PrintJson(*response);
  Table table({{"ACCOUNT"}, {"DISPLAY NAME"}, {"TIME ZONE"}, {"CREATED"}});
  for (const v1::Account& account : response->accounts()) {
    table.AddRow({ShortName(account.name()), account.display_name(), account.time_zone(),
                  context.TimesOf(account).AtWithZone(FromProto(account.create_time()))});
  }
  return context.PrintList(table, "accounts", response->next_page_token());
}

struct UpdateOptions {
  std::string account;
  std::optional<std::string> display_name;
  std::optional<std::string> time_zone;
  std::string request_id;
};

ExitCode Update(Context& context, const UpdateOptions& options) {
  if (!options.display_name.has_value() && !options.time_zone.has_value()) {
    return context.FailUsage("Say what to change: --display-name, --time-zone or both.");
  }
  v1::UpdateAccountRequest request;
  request.set_name(options.account);
  if (options.display_name.has_value()) request.set_display_name(*options.display_name);
  if (options.time_zone.has_value()) request.set_time_zone(*options.time_zone);
  request.set_request_id(options.request_id);
  const Result<v1::UpdateAccountResponse> response = context.client().UpdateAccount(request);
  if (!response.ok()) return context.Fail(response.error());
  if (context.json()) return context.PrintJson(*response);
  return PrintAccount(context, response->account());
}

void AddCreate(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<CreateOptions>();
  CLI::App* command = AddCommand(noun, "create", "Creates an account",
                                 {"usher account create acme --time-zone Europe/Berlin",
                                  "usher account create acme --display-name 'Acme Ltd'"});
  AddAccount(command, options->account);
  command->add_option("--display-name", options->display_name, "What people call it")
      ->type_name("TEXT");
  command
      ->add_option("--time-zone", options->time_zone,
                   "Where its calendar months begin and end; UTC by default")
      ->type_name("ZONE");
  AddRequestId(command, options->request_id);
  OnSelected(commands, command, options, Create);
}

void AddUpdate(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<UpdateOptions>();
  CLI::App* command = AddCommand(noun, "update", "Changes an account's display name or time zone",
                                 {"usher account update acme --display-name 'Acme Ltd'",
                                  "usher account update acme --time-zone America/New_York"});
  AddAccount(command, options->account);
  command->add_option("--display-name", options->display_name, "What people call it")
      ->type_name("TEXT");
  command
      ->add_option("--time-zone", options->time_zone,
                   "The current month keeps its end; from there the new zone counts")
      ->type_name("ZONE");
  AddRequestId(command, options->request_id);
  OnSelected(commands, command, options, Update);
}

}  // namespace

void AddAccountCommands(Commands& commands) {
  CLI::App* noun = AddNoun(commands, "account", "Accounts: customers, each in a time zone");
  AddCreate(commands, *noun);

  auto show = std::make_shared<ShowOptions>();
  CLI::App* show_command =
      AddCommand(*noun, "show", "Shows an account", {"usher account show acme"});
  AddAccount(show_command, show->account);
  OnSelected(commands, show_command, show, Show);

  auto list = std::make_shared<ListOptions>();
  CLI::App* list_command = AddCommand(*noun, "list", "Lists the accounts",
                                      {"usher account list", "usher account list -o json"});
  AddLimit(list_command, list->limit);
  OnSelected(commands, list_command, list, List);

  AddUpdate(commands, *noun);
}

}  // namespace usher::cli
