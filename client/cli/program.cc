#include "client/cli/program.h"

#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
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
  OutputFormat format = OutputFormat::kTable;
};

void AddGlobals(CLI::App& root, Globals& globals) {
  root.set_help_flag("-h,--help", "Explains the command");
  root.set_version_flag("--version", absl::StrCat("usher ", USHER_VERSION), "Prints the version");
  root.add_option_function<std::string>(
          "-o,--output",
          [&globals](const std::string& text) {
            if (text != "table" && text != "json") {
              throw CLI::ValidationError("--output",
                                         absl::StrCat("'", text, "' is not table or json"));
            }
            globals.format = text == "json" ? OutputFormat::kJson : OutputFormat::kTable;
          },
          "How data is printed; table by default")
      ->type_name("table|json");
  root.add_option("--server", globals.server,
                  absl::StrCat("Where usherd is; else USHER_SERVER, else ", kDefaultServer))
      ->type_name("HOST:PORT")
      ->envname("USHER_SERVER");
}

void AddCommands(Commands& commands) {
  AddAccountCommands(commands);
  AddApplicationCommands(commands);
  AddCatalogCommand(commands);
  AddOrderCommands(commands);
  AddSubscriptionCommands(commands);
  AddLicenseCommands(commands);
  AddAgentCommands(commands);
  AddSessionCommands(commands);
  AddPhoneCommands(commands);
  AddResetCommand(commands);
}

// The command that the line has come to: "usher license list".
const CLI::App* Deepest(const CLI::App* app) {
  const std::vector<const CLI::App*> selected =
      app->get_subcommands([](const CLI::App* command) { return command->parsed(); });
  return selected.empty() ? app : Deepest(selected.front());
}

std::string NameOf(const CLI::App* app) {
  if (app->get_parent() == nullptr) return app->get_name();
  return absl::StrCat(NameOf(app->get_parent()), " ", app->get_name());
}

// CLI11's sentences say "subcommand" and know no names of commands.
std::string SentenceOf(const CLI::ParseError& error, const CLI::App& root, const CLI::App* at) {
  const bool wants_command = !at->get_subcommands([](const CLI::App*) { return true; }).empty();
  if (!wants_command) return error.what();
  // What no command takes falls through to the root.
  const std::vector<std::string> rest = root.remaining(/*recurse=*/true);
  if (rest.empty()) return absl::StrCat("'", NameOf(at), "' needs a command.");
  const char* kind = rest.front().front() == '-' ? "option" : "command";
  return absl::StrCat("'", NameOf(at), "' has no ", kind, " '", rest.front(), "'.");
}

ExitCode TellUsage(const CLI::ParseError& error, const CLI::App& root, const Streams& streams) {
  const CLI::App* at = Deepest(&root);
  streams.err << "usher: " << SentenceOf(error, root, at) << '\n'
              << "hint: " << NameOf(at) << " --help\n";
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
  options.server = globals.server;
  options.user_agent = absl::StrCat("usher-cli/", USHER_VERSION);
  options.retry.attempts_max = kAttemptsMax;
  Context context(Client(connect(options), options), globals.server, globals.format, streams);
  return selected(context);
}

}  // namespace usher::cli
