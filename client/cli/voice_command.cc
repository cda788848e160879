// usher voice balance|start|connect|extend|end|calls
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/call_table.h"
#include "client/cli/commands.h"
#include "client/cli/names.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

struct BalanceOptions {
  std::string account;
};

ExitCode ShowBalance(Context& context, const BalanceOptions& options) {
  v1::GetVoiceBalanceRequest request;
  request.set_account(options.account);
  const Result<v1::GetVoiceBalanceResponse> response = context.client().GetVoiceBalance(request);
  if (!response.ok()) return context.Fail(response.error(), options.account);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.account);
  Facts facts;
  facts.Add("Account", ShortName(options.account));
  facts.Add("Remaining", Count(response->remaining_minutes(), "minute"));
  facts.Add("Reserved", absl::StrCat(Count(response->reserved_minutes(), "minute"),
                                     " more, by calls under way"));
  facts.Add("Next to lapse", NextLapse(*response, times));
  context.Print(facts);
  const Table grants = GrantsTable(*response, times);
  if (!grants.empty()) {
    context.streams().out << '\n';
    context.Print(grants);
  }
  const Table slots = SlotsTable(*response);
  if (!slots.empty()) {
    context.streams().out << '\n';
    context.Print(slots);
  }
  return ExitCode::kOk;
}

// What names one call, with what a command says of it.
struct CallArguments {
  std::string application;
  std::string call;
  bool inbound = false;
  bool outbound = false;
  std::optional<absl::Duration> ttl;
  std::optional<absl::Duration> connected;
};

template <typename Request>
Request RequestOf(const CallArguments& options) {
  Request request;
  request.set_application(options.application);
  request.set_call_id(options.call);
  return request;
}

// The call as the server has it after the command.
template <typename Response>
ExitCode PrintCall(Context& context, const CallArguments& options,
                   const Result<Response>& response) {
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  context.Print(FactsOf(response->call(), context.TimesOf(options.application)));
  return ExitCode::kOk;
}

ExitCode Start(Context& context, const CallArguments& options) {
  auto request = RequestOf<v1::StartCallRequest>(options);
  request.set_direction(options.outbound ? v1::CALL_DIRECTION_OUTBOUND
                                         : v1::CALL_DIRECTION_INBOUND);
  if (options.ttl.has_value()) *request.mutable_ttl() = ToProto(*options.ttl);
  return PrintCall(context, options, context.client().StartCall(request));
}

ExitCode Connect(Context& context, const CallArguments& options) {
  return PrintCall(context, options,
                   context.client().ConnectCall(RequestOf<v1::ConnectCallRequest>(options)));
}

ExitCode End(Context& context, const CallArguments& options) {
  auto request = RequestOf<v1::EndCallRequest>(options);
  if (options.connected.has_value()) {
    *request.mutable_connected_duration() = ToProto(*options.connected);
  }
  return PrintCall(context, options, context.client().EndCall(request));
}

struct ExtendOptions {
  std::string application;
  std::vector<std::string> calls;
};

ExitCode Extend(Context& context, const ExtendOptions& options) {
  v1::ExtendCallsRequest request;
  request.set_application(options.application);
  for (const std::string& call : options.calls) request.add_call_ids(call);
  const Result<v1::ExtendCallsResponse> response = context.client().ExtendCalls(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  const auto ended =
      std::count_if(response->extensions().begin(), response->extensions().end(),
                    [](const auto& call) { return call.state() == v1::CALL_STATE_ENDED; });
  if (context.json()) {
    const ExitCode printed = context.PrintJson(*response);
    return ended > 0 && printed == ExitCode::kOk ? ExitCode::kConflict : printed;
  }
  context.Print(ExtensionsTable(*response, context.TimesOf(options.application)));
  return ended > 0 ? ExitCode::kConflict : ExitCode::kOk;
}

struct ListOptions {
  std::string application;
  v1::CallState state = v1::CALL_STATE_UNSPECIFIED;
  std::optional<int64_t> limit;
};

ExitCode List(Context& context, const ListOptions& options) {
  v1::ListCallsRequest request;
  request.set_application(options.application);
  request.set_state(options.state);
  const Result<v1::ListCallsResponse> response =
      client::FetchAll(context.client(), &Client::ListCalls, request, options.limit);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.application);
  return context.PrintList(CallsTable(*response, times), "calls", response->next_page_token());
}

// A command about one call.
CLI::App* AddCallCommand(Commands& commands, CLI::App& noun, const std::string& name,
                         const std::string& description, const std::vector<std::string>& examples,
                         ExitCode (*run)(Context&, const CallArguments&),
                         const std::shared_ptr<CallArguments>& options) {
  CLI::App* command = AddCommand(noun, name, description, examples);
  AddApplication(command, options->application);
  command->add_option("CALL_ID", options->call, "What the caller calls it; 1 to 128 characters")
      ->type_name("")
      ->required();
  OnSelected(commands, command, options, run);
  return command;
}

void AddBalance(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<BalanceOptions>();
  CLI::App* command =
      AddCommand(noun, "balance",
                 "Shows the minutes of an account and the slots of its applications. Minutes are "
                 "listed in the order in which they burn: a package's current month before "
                 "additional minutes, and of each kind first what lapses soonest",
                 {"usher voice balance acme", "usher voice balance acme -o json"});
  AddAccount(command, options->account);
  OnSelected(commands, command, options, ShowBalance);
}

void AddStart(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<CallArguments>();
  CLI::App* command = AddCallCommand(
      commands, noun, "start",
      "Takes a slot for a call and reserves its first minute. It rings, free of charge, until it "
      "is connected. Starting it again renews its lease",
      {"usher voice start acme/support call-17",
       "usher voice start acme/support call-17 --outbound --ttl 5m"},
      Start, options);
  CLI::Option* inbound =
      command->add_flag("--inbound", options->inbound, "Somebody calls the agent; the default");
  command->add_flag("--outbound", options->outbound, "The agent calls somebody")->excludes(inbound);
  AddDuration(command, "--ttl", options->ttl,
              "How long the lease lasts, 10s to 10m; 90s by default");
}

void AddEnd(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<CallArguments>();
  CLI::App* command = AddCallCommand(
      commands, noun, "end",
      "Ends a call and charges it. Connected time is rounded up to the next full minute; what was "
      "reserved and not used comes back. Ending it again shows what it came to",
      {"usher voice end acme/support call-17",
       "usher voice end acme/support call-17 --connected 4m10s"},
      End, options);
  AddDuration(command, "--connected", options->connected,
              "As the media server measured it; else usherd's own measure counts",
              absl::ZeroDuration());
}

void AddExtend(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<ExtendOptions>();
  CLI::App* command = AddCommand(
      noun, "extend",
      "Renews the leases of calls and reserves their minutes to come. Up to 1000 at once. Exits "
      "with 6 where one of them has ended",
      {"usher voice extend acme/support call-17 call-18"});
  AddApplication(command, options->application);
  command->add_option("CALL_ID", options->calls, "The calls")->type_name("")->required();
  OnSelected(commands, command, options, Extend);
}

void AddCalls(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = AddCommand(
      noun, "calls",
      "Lists the calls of an application, newest first. MIN is what a call was charged; while it "
      "goes on, what it has reserved",
      {"usher voice calls acme/support --limit 20",
       "usher voice calls acme/support --state connected"});
  AddApplication(command, options->application);
  AddChoice(command, "--state", options->state, "Only in this state");
  AddLimit(command, options->limit);
  OnSelected(commands, command, options, List);
}

}  // namespace

void AddVoiceCommands(Commands& commands) {
  CLI::App* noun = AddNoun(commands, "voice", "Voice AI: minutes, slots and calls");
  AddBalance(commands, *noun);
  AddStart(commands, *noun);
  AddCallCommand(commands, *noun, "connect",
                 "Says that a call was answered: billing starts. Saying it again changes nothing",
                 {"usher voice connect acme/support call-17"}, Connect,
                 std::make_shared<CallArguments>());
  AddExtend(commands, *noun);
  AddEnd(commands, *noun);
  AddCalls(commands, *noun);
}

}  // namespace usher::cli
