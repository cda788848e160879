// usher session list
#include <memory>
#include <optional>
#include <string>

#include "client/cli/commands.h"
#include "client/cli/session_table.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

struct ListOptions {
  std::string application;
  std::string email;
  v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
  std::optional<int64_t> limit;
};

ExitCode List(Context& context, const ListOptions& options) {
  v1::ListSessionsRequest request;
  request.set_application(options.application);
  request.set_email(options.email);
  request.set_channel(options.channel);
  const Result<v1::ListSessionsResponse> response =
      client::FetchAll(context.client(), &Client::ListSessions, request, options.limit);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  return context.PrintList(LiveSessionsTable(*response, context.TimesOf(options.application)),
                           "live sessions", response->next_page_token());
}

}  // namespace

void AddSessionCommands(Commands& commands) {
  CLI::App* noun = AddNoun(commands, "session", "Sessions: who is logged in, and where");
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = AddCommand(
      *noun, "list", "Lists the live sessions of an application",
      {"usher session list acme/support", "usher session list acme/support --channel monitor"});
  AddApplication(command, options->application);
  command->add_option("--email", options->email, "Only this agent")->type_name("EMAIL");
  AddChoice(command, "--channel", options->channel, "Only on this channel");
  AddLimit(command, options->limit);
  OnSelected(commands, command, options, List);
}

}  // namespace usher::cli
