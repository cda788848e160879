// usher event list; `watch` has a file of its own.
#include "client/cli/event_command.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/commands.h"
#include "client/cli/event_sentence.h"
#include "client/cli/help.h"
#include "client/cli/names.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

constexpr char kType[] = "--type";

struct ListOptions {
  std::string parent;
  std::vector<std::string> types;
  std::string email;
  std::string actor;
  std::optional<When> since;
  std::optional<When> until;
  std::optional<int64_t> limit;
};

v1::ListEventsRequest RequestOf(Context& context, const ListOptions& options) {
  v1::ListEventsRequest request;
  request.set_parent(options.parent);
  for (const std::string& type : options.types) request.add_types(type);
  request.set_email(options.email);
  request.set_actor(options.actor);
  if (options.since.has_value()) {
    *request.mutable_start_time() = ToProto(context.InstantOf(*options.since, options.parent));
  }
  if (options.until.has_value()) {
    *request.mutable_end_time() = ToProto(context.InstantOf(*options.until, options.parent));
  }
  return request;
}

// What the column between type and actor names: the server's events are of accounts, an account's
// of its applications; all events of an application are its own.
Table TableFor(const std::string& parent, const Times& times) {
  std::vector<Table::Column> columns = {{times.Heading("TIME")}, {"TYPE"}};
  if (parent.empty()) columns.push_back({"ACCOUNT"});
  if (!parent.empty() && !IsInApplication(parent)) columns.push_back({"APPLICATION"});
  columns.push_back({"ACTOR"});
  columns.push_back({.heading = "WHAT", .folds = true});
  return Table(columns);
}

std::vector<std::string> RowOf(const v1::Event& event, const std::string& parent,
                               const Times& times) {
  std::vector<std::string> row = {times.AtSecond(FromProto(event.event_time())), EventType(event)};
  if (parent.empty()) row.push_back(ShortName(event.account()));
  if (!parent.empty() && !IsInApplication(parent)) row.push_back(LastId(event.application()));
  row.push_back(event.actor());
  row.push_back(EventSentence(event, times));
  return row;
}

// Prints each page as soon as it is there, in memory for one.
ExitCode ListAsLines(Context& context, const v1::ListEventsRequest& request,
                     const ListOptions& options) {
  v1::ListEventsResponse last;
  const auto print = [&context, &last](const v1::ListEventsResponse& page) {
    last.set_next_page_token(page.next_page_token());
    context.PrintLines(page);
  };
  const std::optional<Error> error =
      client::ForEachPage(context.client(), &Client::ListEvents, request, options.limit, print);
  if (error.has_value()) return context.Fail(*error, options.parent);
  // Where the limit cut the list short, it says so.
  return context.PrintJson(last);
}

ExitCode List(Context& context, const ListOptions& options) {
  const v1::ListEventsRequest request = RequestOf(context, options);
  if (context.format() == OutputFormat::kJsonLines) return ListAsLines(context, request, options);
  const Result<v1::ListEventsResponse> response =
      client::FetchAll(context.client(), &Client::ListEvents, request, options.limit);
  if (!response.ok()) return context.Fail(response.error(), options.parent);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.parent);
  Table table = TableFor(options.parent, times);
  for (const v1::Event& event : response->events()) {
    table.AddRow(RowOf(event, options.parent, times));
  }
  return context.PrintList(table, "events", response->next_page_token());
}

void AddList(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command =
      AddCommand(noun, "list", "Lists what has happened, newest first, with who did it",
                 {"usher event list acme/support", "usher event list acme --since 2h",
                  "usher event list acme/support --email ann@acme.test --limit 20",
                  "usher event list acme --type order_placed --type subscription_renewed -o jsonl",
                  "usher event list                    the server's own: accounts and tokens"});
  AddEventParent(command, options->parent);
  AddEventTypes(command, options->types);
  command->add_option("--email", options->email, "Only events of this agent")->type_name("EMAIL");
  command->add_option("--actor", options->actor, "Only what this one did; system is time itself")
      ->type_name("NAME");
  AddWhen(command, "--since", options->since, "Not before: a time, or so long ago");
  AddWhen(command, "--until", options->until, "Before: a time, or so long ago");
  AddLimit(command, options->limit);
  OnSelected(commands, command, options, List);
}

}  // namespace

CLI::Option* AddEventParent(CLI::App* command, std::string& parent) {
  return AddParent(command, parent, "An account or an application; without it the server's own");
}

CLI::Option* AddEventTypes(CLI::App* command, std::vector<std::string>& types) {
  const std::vector<std::string> known = EventTypes();
  CLI::Option* option =
      command
          ->add_option_function<std::vector<std::string>>(
              kType,
              [&types, known](const std::vector<std::string>& texts) {
                for (const std::string& text : texts) {
                  const std::string type = absl::StrReplaceAll(text, {{"-", "_"}});
                  if (std::find(known.begin(), known.end(), type) == known.end()) {
                    RefuseValue(kType, "must be a type of event, such as session_started", text);
                  }
                  types.push_back(type);
                }
              },
              "Only of this type; may be given several times")
          ->type_name(absl::StrJoin(known, "|"))
          ->expected(1)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->footer(
      absl::StrCat(command->get_footer(), "\n\nTypes:\n  ",
                   absl::StrReplaceAll(Wrapped(absl::StrJoin(known, " ")), {{"\n", "\n  "}})));
  return option;
}

void AddEventCommands(Commands& commands) {
  CLI::App* noun = AddNoun(commands, "event", "Events: what happened, and who did it");
  AddList(commands, *noun);
  AddEventWatch(commands, *noun);
}

}  // namespace usher::cli
