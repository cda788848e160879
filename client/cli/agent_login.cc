#include "client/cli/agent_login.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "client/cli/session_table.h"
#include "client/lib/agent_session.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(100);
constexpr size_t kClientIdLengthMax = 128;

struct LoginOptions {
  std::string application;
  std::string email;
  v1::Channel channel = v1::CHANNEL_WEB;
  std::string client_id;
  v1::Edition edition = v1::EDITION_UNSPECIFIED;
  std::optional<absl::Duration> ttl;
  bool hold = false;
};

v1::StartSessionRequest RequestOf(const LoginOptions& options) {
  v1::StartSessionRequest request;
  request.set_application(options.application);
  request.set_email(options.email);
  request.set_channel(options.channel);
  request.set_client_id(options.client_id.empty() ? DefaultClientId() : options.client_id);
  request.set_edition(options.edition);
  if (options.ttl.has_value()) {
    *request.mutable_ttl() = ToProto(*options.ttl);
  }
  return request;
}

void TellDraining(Context& context, const google::protobuf::Timestamp& deadline,
                  const std::string& application) {
  const Times times = context.TimesOf(application);
  context.Note(absl::StrCat("The license has expired and none is idle: the session ends at ",
                            times.AtWithZone(FromProto(deadline)), " (",
                            times.Distance(FromProto(deadline)),
                            ") unless one comes free before."));
}

ExitCode PrintLogin(Context& context, const v1::StartSessionResponse& response,
                    const std::string& application) {
  if (context.json()) return context.PrintJson(response);
  const v1::Session& session = response.session();
  Facts facts;
  facts.Add("Session", Id(session.session_id()));
  facts.Add("Agent", session.email());
  facts.Add("License", absl::StrCat(LicenseSentence(response.license()),
                                    response.newly_bound() ? ", bound just now" : ""));
  facts.Add("Channel", Word(session.channel()));
  facts.Add("Client", session.client_id());
  facts.Add("State", Word(session.state()));
  facts.Add("Lease", absl::StrCat(Words(FromProto(session.ttl())),
                                  ", then the session ends unless it is renewed"));
  context.Print(facts);
  if (session.state() == v1::SESSION_STATE_DRAINING) {
    TellDraining(context, session.drain_deadline_time(), application);
  }
  return ExitCode::kOk;
}

// Stays logged in until the session ends or the user interrupts.
ExitCode Hold(Context& context, const LoginOptions& options) {
  if (context.streams().interrupted()) return ExitCode::kOther;
  Result<AgentSession> session = AgentSession::Start(context.client(), RequestOf(options));
  if (!session.ok()) return context.Fail(session.error(), options.application);
  PrintLogin(context, session->login(), options.application);
  context.streams().out.flush();
  context.Note("Logged in; Ctrl-C logs out.");
  while (!context.streams().interrupted() && !session->status().ended()) absl::SleepFor(kPoll);
  const AgentSession::Status status = session->status();
  if (status.ended()) {
    context.Note(absl::StrCat("The session has ended: ", Word(status.end_reason), "."));
    return ExitCode::kConflict;
  }
  const std::optional<Error> error = session->LogOut();
  if (error.has_value()) return context.Fail(*error, options.application);
  context.Note("Logged out.");
  return ExitCode::kOk;
}

ExitCode Login(Context& context, const LoginOptions& options) {
  if (options.hold) return Hold(context, options);
  const Result<v1::StartSessionResponse> response =
      context.client().StartSession(RequestOf(options));
  if (!response.ok()) return context.Fail(response.error(), options.application);
  return PrintLogin(context, *response, options.application);
}

struct LogoutOptions {
  std::string application;
  std::string who;
  bool forced = false;
  std::string note;
};

Result<std::vector<int64_t>> SessionsToEnd(Context& context, const LogoutOptions& options) {
  int64_t session_id = 0;
  if (absl::SimpleAtoi(options.who, &session_id)) return std::vector<int64_t>{session_id};
  v1::ListSessionsRequest request;
  request.set_application(options.application);
  request.set_email(options.who);
  const Result<v1::ListSessionsResponse> response =
      client::FetchAll(context.client(), &Client::ListSessions, request, std::nullopt);
  if (!response.ok()) return response.error();
  std::vector<int64_t> sessions;
  for (const v1::Session& session : response->sessions()) {
    sessions.push_back(session.session_id());
  }
  return sessions;
}

ExitCode Logout(Context& context, const LogoutOptions& options) {
  const Result<std::vector<int64_t>> sessions = SessionsToEnd(context, options);
  if (!sessions.ok()) return context.Fail(sessions.error(), options.application);
  v1::ListSessionsResponse ended;
  for (const int64_t session_id : *sessions) {
    v1::EndSessionRequest request;
    request.set_application(options.application);
    request.set_session_id(session_id);
    request.set_forced(options.forced);
    request.set_note(options.note);
    const Result<v1::EndSessionResponse> response = context.client().EndSession(request);
    if (!response.ok()) return context.Fail(response.error(), options.application);
    *ended.add_sessions() = response->session();
  }
  if (context.json()) return context.PrintJson(ended);
  const Times times = context.TimesOf(options.application);
  return context.PrintList(EndedSessionsTable(ended, times), "live sessions", "");
}

// What may stand in a client id without being taken for something else.
std::string Plain(std::string text) {
  for (char& c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) == 0 && c != '.') c = '-';
  }
  return text;
}

}  // namespace

void AddAgentLogin(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<LoginOptions>();
  CLI::App* command = AddCommand(
      noun, "login",
      "Logs an agent in. The session lives for its --ttl unless it is renewed: by logging in "
      "again from the same client, or by staying with --hold",
      {"usher agent login acme/support ann@acme.test",
       "usher agent login acme/support ann@acme.test --channel sdk --ttl 1h",
       "usher agent login acme/support ann@acme.test --hold     until Ctrl-C"});
  AddApplication(command, options->application);
  AddEmail(command, options->email);
  AddChoice(command, "--channel", options->channel, "Where the agent works; web by default");
  command
      ->add_option("--client-id", options->client_id,
                   "The tab or device; this terminal by default. Another takes over")
      ->type_name("ID");
  AddChoice(command, "--edition", options->edition,
            "The edition to take a license of; by default standard, then premium");
  AddDuration(command, "--ttl", options->ttl,
              "How long the lease lasts, 10s to 1h; 60s by default");
  command->add_flag("--hold", options->hold,
                    "Stays, renews the lease, and logs out when interrupted");
  OnSelected(commands, command, options, Login);
}

void AddAgentLogout(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<LogoutOptions>();
  CLI::App* command = AddCommand(
      noun, "logout", "Ends a session, or every session of an agent. The license stays bound",
      {"usher agent logout acme/support 12", "usher agent logout acme/support ann@acme.test"});
  AddApplication(command, options->application);
  command
      ->add_option("SESSION|EMAIL", options->who,
                   "A session's number in 'session list', or an agent's email")
      ->type_name("")
      ->required();
  command->add_flag("--forced", options->forced, "Records that an administrator did it");
  AddNote(command, options->note);
  OnSelected(commands, command, options, Logout);
}

CLI::Option* AddEmail(CLI::App* command, std::string& email) {
  return command->add_option("EMAIL", email, "The agent's email")->type_name("")->required();
}

CLI::Option* AddNote(CLI::App* command, std::string& note) {
  return command->add_option("--note", note, "A reason for the audit trail")->type_name("TEXT");
}

std::string LicenseSentence(const v1::License& license) {
  std::string sentence = absl::StrCat(license.license_id(), ", ", Word(license.edition()));
  if (license.subscription_id() == 0) return sentence + " of the trial";
  return absl::StrCat(sentence, " of subscription ", license.subscription_id());
}

std::string DefaultClientId() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const passwd* user = getpwuid(geteuid());  // NOLINT: no other thread asks.
  std::array<char, 256> terminal{};
  const bool at_terminal = ttyname_r(STDIN_FILENO, terminal.data(), terminal.size()) == 0;
  const std::string id =
      absl::StrCat(host.data(), "-", user == nullptr ? absl::StrCat(geteuid()) : user->pw_name, "-",
                   at_terminal ? absl::StripPrefix(terminal.data(), "/dev/") : "script");
  return Plain(id).substr(0, kClientIdLengthMax);
}

}  // namespace usher::cli
