#include "client/cli/program.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "client/cli/commands.h"
#include "client/cli/help.h"
#include "client/cli/settings.h"

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
  GivenSettings given;
  OutputFormat format = OutputFormat::kTable;
};

void AddOutput(CLI::App& root, OutputFormat& format) {
  root.add_option_function<std::string>(
          "-o,--output",
          [&format](const std::string& text) {
            if (text != "table" && text != "json" && text != "jsonl") {
              RefuseValue("--output", "must be table, json or jsonl", text);
            }
            format = text == "json"    ? OutputFormat::kJson
                     : text == "jsonl" ? OutputFormat::kJsonLines
                                       : OutputFormat::kTable;
          },
          "How data is printed: table by default; jsonl lists by the line")
      ->type_name("table|json|jsonl");
}

void AddZone(CLI::App& root, std::optional<std::string>& target) {
  root.add_option_function<std::string>(
          "--zone",
          [&target](const std::string& text) {
            absl::TimeZone zone;
            if (text.empty() || !absl::LoadTimeZone(text, &zone)) {
              RefuseValue("--zone", "must be the name of a time zone, such as Europe/Berlin", text);
            }
            target = text;
          },
          "Shows times in this time zone; by default in the account's")
      ->type_name("ZONE");
}

// An option whose text is kept where it is given.
CLI::Option* AddText(CLI::App& root, const std::string& name, std::optional<std::string>& target,
                     const std::string& type, const std::string& description) {
  return root
      .add_option_function<std::string>(
          name,
          [&target, name](const std::string& text) {
            if (text.empty()) RefuseValue(name, "must not be empty", text);
            target = text;
          },
          description)
      ->type_name(type);
}

void AddGlobals(CLI::App& root, Globals& globals) {
  GivenSettings& given = globals.given;
  root.set_help_flag("-h,--help", "Explains the command");
  root.set_version_flag("--version", absl::StrCat("usher ", USHER_VERSION), "Prints the version");
  AddOutput(root, globals.format);
  AddZone(root, given.zone);
  AddText(root, "--context", given.context, "NAME",
          "A context of 'context list'; else USHER_CONTEXT, else the one in use");
  AddText(root, "--server", given.server, "HOST[:PORT]",
          absl::StrCat("Where usherd is; else USHER_SERVER, the context's, 127.0.0.1; port ",
                       kDefaultPort, " by default"));
  root.add_flag_function(
      "--tls", [&given](int64_t count) { given.tls = count > 0; },
      "Speaks TLS; implied by the options below");
  AddText(root, "--tls-ca", given.tls_ca, "FILE",
          "Who may sign the server's certificate (PEM); else USHER_TLS_CA")
      ->check(CLI::Validator(CLI::ExistingFile).description(""));
  AddText(root, "--tls-cert", given.tls_cert, "FILE",
          "What to show where the server asks for a certificate (PEM)")
      ->check(CLI::Validator(CLI::ExistingFile).description(""));
  AddText(root, "--tls-key", given.tls_key, "FILE", "Its private key (PEM); both or neither")
      ->check(CLI::Validator(CLI::ExistingFile).description(""));
  AddText(root, "--token-file", given.token_file, "FILE",
          "Has the token to use; else USHER_TOKEN, the context's, what a local usherd left");
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
  AddStatusCommand(commands);
  AddBackupCommands(commands);
  AddDoctorCommand(commands);
  AddContextCommands(commands);
  AddCompletionCommand(commands);
}

// The command that the line has come to: "usher license list".
const CLI::App* Deepest(const CLI::App* app) {
  const std::vector<const CLI::App*> selected =
      app->get_subcommands([](const CLI::App* command) { return command->parsed(); });
  return selected.empty() ? app : Deepest(selected.front());
}

bool WantsCommand(const CLI::App* app) {
  return !app->get_subcommands([](const CLI::App*) { return true; }).empty();
}

// What nothing of the command line took.
std::vector<std::string> Rest(const CLI::App& root) { return root.remaining(/*recurse=*/true); }

// What no argument of the command took.
std::string SentenceOf(const std::vector<std::string>& rest, const CLI::App* at) {
  const auto is_option = [](const std::string& word) { return word.front() == '-'; };
  const auto option = std::find_if(rest.begin(), rest.end(), is_option);
  if (option != rest.end()) {
    return absl::StrCat("'", FullCommand(at), "' has no option '", *option, "'.");
  }
  return absl::StrCat("'", FullCommand(at),
                      WantsCommand(at) ? "' has no command '" : "' has no use for '", rest.front(),
                      "'.");
}

// CLI11's sentences say "subcommand", know no names of commands and end without a full stop.
std::string SentenceOf(const CLI::ParseError& error, const CLI::App& root, const CLI::App* at) {
  const std::string what = error.what();
  // Options are named in front: "--limit: 1 required N missing".
  const std::string argument = what.substr(0, what.find_first_of(": "));
  const std::vector<std::string> rest = Rest(root);
  if (!rest.empty()) return SentenceOf(rest, at);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    return WantsCommand(at) ? absl::StrCat("'", FullCommand(at), "' needs a command.")
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

// Whether help is asked for on a command that there is not: a script must not take it for one.
bool NamesNoCommand(const CLI::App& root, const CLI::App* at) {
  const std::vector<std::string> rest = Rest(root);
  return WantsCommand(at) && std::any_of(rest.begin(), rest.end(), [](const std::string& word) {
           return word.front() != '-';
         });
}

ExitCode TellUsage(const std::string& sentence, const CLI::App* at, const Streams& streams) {
  streams.err << "usher: " << sentence << '\n' << "hint: " << FullCommand(at) << " --help\n";
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
  Selection selected;
  AddGlobals(root, globals);
  Commands commands{root, selected, globals.given};
  AddCommands(commands);

  try {
    // CLI11 takes the last argument first.
    root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const CLI::App* asked = Deepest(&root);
    if (NamesNoCommand(root, asked))
      return TellUsage(SentenceOf(Rest(root), asked), asked, streams);
    streams.out << asked->help(asked->get_name());
    return ExitCode::kOk;
  } catch (const CLI::CallForVersion& version) {
    streams.out << version.what() << '\n';
    return ExitCode::kOk;
  } catch (const CLI::ParseError& error) {
    const CLI::App* at = Deepest(&root);
    return TellUsage(SentenceOf(error, root, at), at, streams);
  }

  Settings settings;
  if (selected.needs_server) {
    const absl::StatusOr<Settings> resolved = ResolveSettings(globals.given);
    if (!resolved.ok()) {
      streams.err << "usher: " << resolved.status().message() << '\n';
      return ExitCode::kUsage;
    }
    settings = *resolved;
  }
  ClientOptions options;
  options.server = settings.server;
  options.token = settings.token;
  options.tls = settings.tls;
  options.user_agent = absl::StrCat("usher-cli/", USHER_VERSION);
  options.retry.attempts_max = kAttemptsMax;
  const std::string server =
      settings.context.empty() ? settings.server
                               : absl::StrCat(settings.server, " (context ", settings.context, ")");
  Context context(Client(connect(options), options), server, settings.token_origin, globals.format,
                  settings.zone, streams);
  return selected.run(context);
}

}  // namespace usher::cli
