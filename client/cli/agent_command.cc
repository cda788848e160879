// usher agent list|mobile|check|offline; `login` and `logout` have a file of their own.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/cli/advice.h"
#include "client/cli/agent_login.h"
#include "client/cli/commands.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

// "web, sdk (draining)".
std::string SessionsOf(const v1::Agent& agent) {
  std::vector<std::string> sessions;
  for (const v1::Session& session : agent.sessions()) {
    const bool draining = session.state() == v1::SESSION_STATE_DRAINING;
    sessions.push_back(Word(session.channel()) + (draining ? " (draining)" : ""));
  }
  return absl::StrJoin(sessions, ", ");
}

Facts FactsOf(const v1::Agent& agent) {
  Facts facts;
  facts.Add("Agent", agent.email());
  facts.Add("License", agent.has_license() ? LicenseSentence(agent.license()) : kNone);
  facts.Add("Mobile answering", Word(agent.mobile_answering()));
  facts.Add("Logged in on", SessionsOf(agent));
  return facts;
}

struct ListOptions {
  std::string application;
  std::string email;
  std::optional<int64_t> limit;
};

ExitCode List(Context& context, const ListOptions& options) {
  v1::ListAgentsRequest request;
  request.set_application(options.application);
  request.set_email(options.email);
  const Result<v1::ListAgentsResponse> response =
      client::FetchAll(context.client(), &Client::ListAgents, request, options.limit);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.application);
  Table table({{"AGENT"},
               {"LICENSE", true},
               {"EDITION"},
               {"STATE"},
               {"MOBILE"},
               {"LOGGED IN ON"},
               {"LAST ACTIVE"}});
  for (const v1::Agent& agent : response->agents()) {
    const v1::License& license = agent.license();
    table.AddRow({agent.email(), Id(license.license_id()), Word(license.edition()),
                  Word(license.state()), Word(agent.mobile_answering()), SessionsOf(agent),
                  times.Distance(agent.last_active_time(), agent.has_last_active_time())});
  }
  return context.PrintList(table, "agents that hold a license", response->next_page_token());
}

struct MobileOptions {
  std::string application;
  std::string email;
  v1::MobileAnswering mode = v1::MOBILE_ANSWERING_UNSPECIFIED;
  v1::Edition edition = v1::EDITION_UNSPECIFIED;
};

ExitCode SetMobile(Context& context, const MobileOptions& options) {
  v1::SetMobileAnsweringRequest request;
  request.set_application(options.application);
  request.set_email(options.email);
  request.set_mode(options.mode);
  request.set_edition(options.edition);
  const Result<v1::SetMobileAnsweringResponse> response =
      context.client().SetMobileAnswering(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  context.Print(FactsOf(response->agent()));
  if (response->newly_bound()) context.Note("The license was bound to this agent just now.");
  return ExitCode::kOk;
}

struct CheckOptions {
  std::string application;
  std::string email;
  v1::Edition edition = v1::EDITION_UNSPECIFIED;
};

// The refusal that the answer tells of, as the error that a login would have had.
Error RefusalOf(const v1::CheckAccessResponse& response) {
  Error error;
  error.code = absl::StatusCode::kFailedPrecondition;
  error.reason = response.reason();
  const absl::string_view name = v1::ErrorReason_Name(response.reason());
  error.reason_name = std::string(absl::StripPrefix(name, "ERROR_REASON_"));
  error.metadata = {response.metadata().begin(), response.metadata().end()};
  if (error.reason == v1::ERROR_REASON_NO_IDLE_LICENSE) {
    error.code = absl::StatusCode::kResourceExhausted;
  }
  return error;
}

std::optional<absl::Time> EarliestRelief(const v1::CheckAccessResponse& response) {
  if (!response.has_earliest_relief_time()) return std::nullopt;
  return FromProto(response.earliest_relief_time());
}

ExitCode Check(Context& context, const CheckOptions& options) {
  v1::CheckAccessRequest request;
  request.set_application(options.application);
  request.set_email(options.email);
  request.set_edition(options.edition);
  const Result<v1::CheckAccessResponse> response = context.client().CheckAccess(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  const ExitCode code = response->allowed() ? ExitCode::kOk : ExitCodeOf(RefusalOf(*response));
  if (context.json()) {
    context.PrintJson(*response);
    return code;
  }
  const Times times = context.TimesOf(options.application);
  Facts facts;
  facts.Add("Agent", options.email);
  if (options.edition != v1::EDITION_UNSPECIFIED) facts.Add("Edition", Word(options.edition));
  if (response->allowed()) {
    facts.Add("Login", "allowed");
    facts.Add("License", absl::StrCat(LicenseSentence(response->license()),
                                      response->would_bind() ? ", which it would bind"
                                                             : ", which the agent holds"));
    context.Print(facts);
    return code;
  }
  const Error refusal = RefusalOf(*response);
  facts.Add("Login", absl::StrCat("refused: ", refusal.reason_name));
  facts.Add("Why", RefusalSentence(refusal, times));
  facts.Add("Free again", ReliefSentence(refusal, EarliestRelief(*response), times));
  context.Print(facts);
  for (const std::string& hint : Hints(refusal, {options.application, ""}, times)) {
    context.Note(absl::StrCat("hint: ", hint));
  }
  return code;
}

struct OfflineOptions {
  std::string application;
  std::string email;
  bool mobile_off = false;
  std::string note;
};

ExitCode ForceOffline(Context& context, const OfflineOptions& options) {
  v1::ForceOfflineRequest request;
  request.set_application(options.application);
  request.set_email(options.email);
  request.set_mobile_answering_off(options.mobile_off);
  request.set_note(options.note);
  const Result<v1::ForceOfflineResponse> response = context.client().ForceOffline(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  Facts facts = FactsOf(response->agent());
  facts.Add("Ended just now", Count(response->ended_sessions(), "session"));
  context.Print(facts);
  return ExitCode::kOk;
}

void AddList(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = AddCommand(
      noun, "list", "Lists the agents that hold a license, with their channels",
      {"usher agent list acme/support", "usher agent list acme/support --email ann@acme.test"});
  AddApplication(command, options->application);
  command->add_option("--email", options->email, "Only this agent")->type_name("EMAIL");
  AddLimit(command, options->limit);
  OnSelected(commands, command, options, List);
}

void AddMobile(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<MobileOptions>();
  CLI::App* command = AddCommand(
      noun, "mobile",
      "Turns answering on a mobile phone on or off. On, it occupies a license like a login",
      {"usher agent mobile acme/support ann@acme.test when-offline",
       "usher agent mobile acme/support ann@acme.test off"});
  AddApplication(command, options->application);
  AddEmail(command, options->email);
  AddChoice(command, "MODE", options->mode, "off, when-offline or always")
      ->type_name("")
      ->required();
  AddChoice(command, "--edition", options->edition, "The edition to take a license of");
  OnSelected(commands, command, options, SetMobile);
}

void AddCheck(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = AddCommand(
      noun, "check",
      "Tells what a login would be answered now, and changes nothing. Where it would be refused, "
      "says why and when that can end, and ends with the exit code of the refusal",
      {"usher agent check acme/support bob@acme.test"});
  AddApplication(command, options->application);
  AddEmail(command, options->email);
  AddChoice(command, "--edition", options->edition, "The edition that would be requested");
  OnSelected(commands, command, options, Check);
}

void AddOffline(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<OfflineOptions>();
  CLI::App* command = AddCommand(
      noun, "offline",
      "Ends every session of an agent, by force. The license stays bound until a reset releases "
      "it",
      {"usher agent offline acme/support bob@acme.test --mobile-off --note 'left the company'"});
  AddApplication(command, options->application);
  AddEmail(command, options->email);
  command->add_flag("--mobile-off", options->mobile_off, "Turns mobile answering off too");
  AddNote(command, options->note);
  OnSelected(commands, command, options, ForceOffline);
}

}  // namespace

void AddAgentCommands(Commands& commands) {
  CLI::App* noun = AddNoun(commands, "agent", "Agents: log them in and out, look who is there");
  AddAgentLogin(commands, *noun);
  AddAgentLogout(commands, *noun);
  AddList(commands, *noun);
  AddMobile(commands, *noun);
  AddCheck(commands, *noun);
  AddOffline(commands, *noun);
}

}  // namespace usher::cli
