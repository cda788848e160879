#include "client/cli/program.h"

#include <algorithm>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "client/cli/commands.h"
#include "client/cli/credentials.h"
#include "client/cli/help.h"

namespace usher::cli {
namespace {

constexpr char kDescription[] =
    "Manages the licenses of contact-centre agents, SIP phones and applications with an Usher "
    "server";
constexpr char kFooter[] =
    "A first tour:\n"
    "  usher account create acme --time-zone Europe/Berlin\n"
    "  usher app create acme/support            starts a trial with 3 agent licenses\n"
    "  usher agent login acme/support ann@acme.test\n"
    "  usher app show acme/support\n"
    "\n"
    "acme/support is short for accounts/acme/applications/support. 'usher <command> --help'\n"
    "explains each command.\n"
    "\n"
    "Exit codes: 0 done, 2 usage, 3 not found, 4 authentication or permission,\n"
    "5 refused for want of a license or allowance, 6 conflict or wrong state,\n"
    "7 server unavailable, 1 anything else.";

// A person waits: three attempts in about half a second, then the truth.
constexpr int kAttemptsMax = 3;

struct Globals {
  std::string server = kDefaultServer;
  std::string token_file;
  TlsOptions tls;
  // Empty for the account's own.
  std::string zone;
  OutputFormat format = OutputFormat::kTable;
};

void AddGlobals(CLI::App& root, Globals& globals) {
  root.set_help_flag("-h,--help", "Explains the command");
  root.set_version_flag("--version", absl::StrCat("usher ", USHER_VERSION), "Prints the version");
  root.add_option_function<std::string>(
          "-o,--output",
          [&globals](const std::string& text) {
            if (text != "table" && text != "json" && text != "jsonl") {
              RefuseValue("--output", "must be table, json or jsonl", text);
            }
            globals.format = text == "json"    ? OutputFormat::kJson
                             : text == "jsonl" ? OutputFormat::kJsonLines
                                               : OutputFormat::kTable;
          },
          "How data is printed: table by default; jsonl lists by the line")
      ->type_name("table|json|jsonl");
  root.add_option_function<std::string>(
          "--zone",
          [&globals](const std::string& text) {
            absl::TimeZone zone;
            if (text.empty() || !absl::LoadTimeZone(text, &zone)) {
              RefuseValue("--zone", "must be the name of a time zone, such as Europe/Berlin", text);
            }
            globals.zone = text;
          },
          "Shows times in this time zone; by default in the account's")
      ->type_name("ZONE");
  root.add_option("--server", globals.server,
                  absl::StrCat("Where usherd is; else USHER_SERVER, else ", kDefaultServer))
      ->type_name("HOST:PORT")
      ->envname("USHER_SERVER");
  root.add_flag("--tls", globals.tls.enabled, "Speaks TLS; implied by the options below");
  root.add_option("--tls-ca", globals.tls.ca_file,
                  "Who may sign the server's certificate (PEM); else USHER_TLS_CA")
      ->type_name("FILE")
      ->envname("USHER_TLS_CA")
      ->check(CLI::Validator(CLI::ExistingFile).description(""));
  root.add_option("--tls-cert", globals.tls.certificate_file,
                  "What to show where the server asks for a certificate (PEM)")
      ->type_name("FILE")
      ->check(CLI::Validator(CLI::ExistingFile).description(""));
  root.add_option("--tls-key", globals.tls.key_file, "Its private key (PEM)")
      ->type_name("FILE")
      ->check(CLI::Validator(CLI::ExistingFile).description(""));
  root.add_option("--token-file", globals.token_file,
                  "Has the token to use; else USHER_TOKEN, else what a local usherd left")
      ->type_name("FILE");
}

void AddCommands(Commands& commands) {
  AddAccountCommands(commands);
  AddApplicationCommands(commands);
  AddCatalogCommand(commands);
  AddOrderCommands(commands);
  AddSubscriptionCommands(commands);
  AddLicenseCommands(commands);
  AddAgentCommands(commands);
  AddEventCommands(commands);
  AddSessionCommands(commands);
  AddPhoneCommands(commands);
  AddVoiceCommands(commands);
  AddResetCommand(commands);
  AddHistoryCommand(commands);
  AddTokenCommands(commands);
  AddWhoAmICommand(commands);
  AddHealthCommand(commands);
  AddCompletionCommand(commands);
}

// The command that the line has come to: "usher license list".
const CLI::App* Deepest(const CLI::App* app) {
  const std::vector<const CLI::App*> selected =
      app->get_subcommands([](const CLI::App* command) { return command->parsed(); });
  return selected.empty() ? app : Deepest(selected.front());
}

// What no argument of the command took.
std::string SentenceOf(const std::vector<std::string>& rest, const CLI::App* at) {
  const auto is_option = [](const std::string& word) { return word.front() == '-'; };
  const auto option = std::find_if(rest.begin(), rest.end(), is_option);
  if (option != rest.end()) {
    return absl::StrCat("'", FullCommand(at), "' has no option '", *option, "'.");
  }
  const bool wants_command = !at->get_subcommands([](const CLI::App*) { return true; }).empty();
  return absl::StrCat("'", FullCommand(at),
                      wants_command ? "' has no command '" : "' has no use for '", rest.front(),
                      "'.");
}

// CLI11's sentences say "subcommand", know no names of commands and end without a full stop.
std::string SentenceOf(const CLI::ParseError& error, const CLI::App& root, const CLI::App* at) {
  const std::string what = error.what();
  // Options are named in front: "--limit: 1 required N missing".
  const std::string argument = what.substr(0, what.find_first_of(": "));
  const std::vector<std::string> rest = root.remaining(/*recurse=*/true);
  if (!rest.empty()) return SentenceOf(rest, at);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    const bool wants_command = !at->get_subcommands([](const CLI::App*) { return true; }).empty();
    return wants_command ? absl::StrCat("'", FullCommand(at), "' needs a command.")
                         : absl::StrCat(argument, " is missing.");
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return absl::StrCat(argument, absl::StrContains(what, "missing") ? " needs a value."
                                                                     : " may be given only once.");
  }
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr) {
    return absl::StrCat(absl::StrReplaceAll(what, {{" excludes ", " can't be given along with "}}),
                        ".");
  }
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    // Values of other forms are refused by RefuseValue: only flags are left.
    const size_t name = what.find("--");
    const std::string flag = name == std::string::npos ? what : what.substr(name);
    return absl::StrCat(flag.substr(0, flag.find(' ')), " takes no value.");
  }
  return absl::StrCat(what, ".");
}

ExitCode TellUsage(const CLI::ParseError& error, const CLI::App& root, const Streams& streams) {
  const CLI::App* at = Deepest(&root);
  streams.err << "usher: " << SentenceOf(error, root, at) << '\n'
              << "hint: " << FullCommand(at) << " --help\n";
  return ExitCode::kUsage;
}

}  // namespace

ExitCode RunProgram(const std::vector<std::string>& arguments, const Streams& streams,
                    const Connector& connect) {
  CLI::App root(kDescription, "usher");
  root.formatter(std::make_shared<HelpFormatter>());
  root.footer(kFooter);
  root.fallthrough();
  root.require_subcommand(1);
  Globals globals;
  Action selected;
  AddGlobals(root, globals);
  Commands commands{root, selected};
  AddCommands(commands);

  try {
    // CLI11 takes the last argument first.
    root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const CLI::App* asked = Deepest(&root);
    streams.out << asked->help(asked->get_name());
    return ExitCode::kOk;
  } catch (const CLI::CallForVersion& version) {
    streams.out << version.what() << '\n';
    return ExitCode::kOk;
  } catch (const CLI::ParseError& error) {
    return TellUsage(error, root, streams);
  }

  ClientOptions options;
  const Credentials credentials = FindCredentials(globals.server, globals.token_file);
  if (!credentials.error.empty()) {
    streams.err << "usher: " << credentials.error << '\n';
    return ExitCode::kUsage;
  }
  options.server = globals.server;
  options.token = credentials.token;
  options.tls = globals.tls;
  options.tls.enabled =
      globals.tls.enabled || !globals.tls.ca_file.empty() || !globals.tls.certificate_file.empty();
  options.user_agent = absl::StrCat("usher-cli/", USHER_VERSION);
  options.retry.attempts_max = kAttemptsMax;
  Context context(Client(connect(options), options), globals.server, globals.format, globals.zone,
                  streams);
  return selected(context);
}

}  // namespace usher::cli
