// usher app create|list|update|delete|undelete; `app show` has a file of its own.
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/app_show.h"
#include "client/cli/commands.h"
#include "client/cli/names.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

ExitCode PrintApplication(Context& context, const v1::Application& application) {
  const Times times = context.TimesOf(application.name());
  Facts facts;
  facts.Add("Application", ShortName(application.name()));
  facts.Add("Display name", application.display_name());
  facts.Add("Created", times.AtWithZone(FromProto(application.create_time())));
  if (application.has_trial_expire_time()) {
    facts.Add("Trial", TrialSentence(application, times));
  }
  if (application.has_delete_time()) {
    facts.Add("Deleted", times.AtWithZone(FromProto(application.delete_time())));
  }
  context.Print(facts);
  return ExitCode::kOk;
}

struct CreateOptions {
  std::string application;
  std::string display_name;
  std::string request_id;
};

ExitCode Create(Context& context, const CreateOptions& options) {
  v1::CreateApplicationRequest request;
  request.set_account(AccountOf(options.application));
  request.set_application_id(LastId(options.application));
  request.set_display_name(options.display_name);
  request.set_request_id(options.request_id);
  const Result<v1::CreateApplicationResponse> response =
      context.client().CreateApplication(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  return PrintApplication(context, response->application());
}

struct ListOptions {
  std::string account;
  bool show_deleted = false;
  std::optional<int64_t> limit;
};

ExitCode List(Context& context, const ListOptions& options) {
  v1::ListApplicationsRequest request;
  request.set_account(options.account);
  request.set_show_deleted(options.show_deleted);
  const Result<v1::ListApplicationsResponse> response =
      client::FetchAll(context.client(), &Client::ListApplications, request, options.limit);
  if (!response.ok()) return context.Fail(response.error(), options.account);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.account);
  std::vector<Table::Column> columns = {
      {"APPLICATION"}, {"DISPLAY NAME"}, {times.Heading("CREATED")}, {"TRIAL ENDS"}};
  if (options.show_deleted) columns.push_back({"DELETED"});
  Table table(columns);
  for (const v1::Application& application : response->applications()) {
    std::vector<std::string> row = {
        ShortName(application.name()), application.display_name(),
        times.At(application.create_time(), application.has_create_time()),
        times.At(application.trial_expire_time(), application.has_trial_expire_time())};
    if (options.show_deleted) {
      row.push_back(times.At(application.delete_time(), application.has_delete_time()));
    }
    table.AddRow(row);
  }
  return context.PrintList(table, "applications", response->next_page_token());
}

struct UpdateOptions {
  std::string application;
  std::optional<std::string> display_name;
  std::string request_id;
};

ExitCode Update(Context& context, const UpdateOptions& options) {
  if (!options.display_name.has_value()) {
    return context.FailUsage("Say what to change: --display-name.");
  }
  v1::UpdateApplicationRequest request;
  request.set_name(options.application);
  request.set_display_name(*options.display_name);
  request.set_request_id(options.request_id);
  const Result<v1::UpdateApplicationResponse> response =
      context.client().UpdateApplication(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  return PrintApplication(context, response->application());
}

struct ChangeOptions {
  std::string application;
  std::string request_id;
};

ExitCode Delete(Context& context, const ChangeOptions& options) {
  v1::DeleteApplicationRequest request;
  request.set_name(options.application);
  request.set_request_id(options.request_id);
  const Result<v1::DeleteApplicationResponse> response =
      context.client().DeleteApplication(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  context.Note(
      absl::StrCat("To bring it back: usher app undelete ", ShortName(options.application)));
  return PrintApplication(context, response->application());
}

ExitCode Undelete(Context& context, const ChangeOptions& options) {
  v1::UndeleteApplicationRequest request;
  request.set_name(options.application);
  request.set_request_id(options.request_id);
  const Result<v1::UndeleteApplicationResponse> response =
      context.client().UndeleteApplication(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  return PrintApplication(context, response->application());
}

void AddCreate(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<CreateOptions>();
  CLI::App* command =
      AddCommand(noun, "create",
                 "Creates an application and starts its trial. The trial brings 3 standard agent "
                 "licenses for 14 days, once in the application's life",
                 {"usher app create acme/support",
                  "usher app create acme/support --display-name 'Support desk'"});
  AddApplication(command, options->application);
  command->add_option("--display-name", options->display_name, "What people call it")
      ->type_name("TEXT");
  AddRequestId(command, options->request_id);
  OnSelected(commands, command, options, Create);
}

void AddList(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = AddCommand(noun, "list", "Lists the applications of an account",
                                 {"usher app list acme", "usher app list acme --deleted"});
  AddAccount(command, options->account);
  command->add_flag("--deleted", options->show_deleted, "Those that are deleted too");
  AddLimit(command, options->limit);
  OnSelected(commands, command, options, List);
}

void AddUpdate(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<UpdateOptions>();
  CLI::App* command = AddCommand(noun, "update", "Changes an application's display name",
                                 {"usher app update acme/support --display-name 'Support desk'"});
  AddApplication(command, options->application);
  command->add_option("--display-name", options->display_name, "What people call it")
      ->type_name("TEXT");
  AddRequestId(command, options->request_id);
  OnSelected(commands, command, options, Update);
}

void AddChange(Commands& commands, CLI::App& noun, const std::string& name,
               const std::string& description, ExitCode (*run)(Context&, const ChangeOptions&)) {
  auto options = std::make_shared<ChangeOptions>();
  CLI::App* command =
      AddCommand(noun, name, description, {absl::StrCat("usher app ", name, " acme/support")});
  AddApplication(command, options->application);
  AddRequestId(command, options->request_id);
  OnSelected(commands, command, options, run);
}

}  // namespace

void AddApplicationCommands(Commands& commands) {
  CLI::App* noun =
      AddNoun(commands, "app", "Applications of an account, each with its own pools of licenses");
  AddCreate(commands, *noun);
  AddAppShow(commands, *noun);
  AddList(commands, *noun);
  AddUpdate(commands, *noun);
  AddChange(
      commands, *noun, "delete",
      "Deletes an application. Its sessions and phones end; its licenses and their holders are "
      "kept for 'app undelete', and its id stays taken",
      Delete);
  AddChange(commands, *noun, "undelete",
            "Brings a deleted application back with its licenses and their holders", Undelete);
}

}  // namespace usher::cli
