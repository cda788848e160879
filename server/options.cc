#include "server/options.h"

#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/host_port.h"
#include "server/settings.h"

namespace usher {
namespace {

constexpr size_t kHelpColumn = 26;

// What it does, how it is called, each option with its default, what the exit codes mean.
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(kHelpColumn); }

  std::string make_usage(const CLI::App* app, std::string /*name*/) const override {
    return absl::StrCat("\nUsage: ", app->get_name(), " [options]\n");
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_type_size() == 0 ? "" : absl::StrCat(" ", option->get_type_name());
  }
};

// CLI11's sentences end without a full stop, and two of them name no option.
std::string SentenceOf(const CLI::ParseError& error, const CLI::App& app) {
  const std::vector<std::string> rest = app.remaining();
  const std::string what = error.what();
  if (!rest.empty()) return absl::StrCat("'", rest.front(), "' is no option of usherd.");
  const std::string option = what.substr(0, what.find_first_of(": "));
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return absl::StrCat(option, absl::StrContains(what, "missing") ? " needs a value."
                                                                   : " may be given only once.");
  }
  return absl::StrCat(what, ".");
}

}  // namespace

std::string_view Version() { return USHER_VERSION; }

absl::Status CheckHttpListen(const ServerOptions& options) {
  if (options.http_listen == kHttpOff) return absl::OkStatus();
  const std::optional<HostPort> address = ParseHostPort(options.http_listen);
  if (!address) {
    return absl::InvalidArgumentError(
        absl::StrCat("--http must be HOST:PORT, such as 127.0.0.1:7601, or ", kHttpOff, "; '",
                     options.http_listen, "' is not"));
  }
  if (!options.http_allow_plaintext && !IsLoopback(address->host)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--http ", options.http_listen, " would show this server's figures to other machines, in ",
        "plaintext and without a token. Listen on 127.0.0.1 or [::1], or say ",
        "--set http.allow_plaintext=true where something else protects the network"));
  }
  return absl::OkStatus();
}

absl::Status CheckListen(const ServerOptions& options) {
  const std::optional<HostPort> address = ParseHostPort(options.listen);
  if (!address) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--listen must be HOST:PORT, such as 127.0.0.1:7600; '", options.listen, "' is not"));
  }
  if (!options.tls.enabled() && !options.allow_plaintext && !IsLoopback(address->host)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--listen ", options.listen, " would let other machines talk to this server in plaintext, ",
        "which anybody on the network can read, tokens too. Give it a certificate (--tls-cert, ",
        "--tls-key), listen on 127.0.0.1 or [::1], or say --allow-plaintext where something else ",
        "protects the network"));
  }
  return absl::OkStatus();
}

namespace {

// A flag that stands for a setting.
struct SettingFlag {
  const char* flag;
  const char* setting;
  const char* type;
  const char* help;
};
constexpr SettingFlag kSettingFlags[] = {
    {"--data-dir", "data_dir", "DIRECTORY",
     "Where the data is, made where it isn't there; ./usher-data by default"},
    {"--listen", "listen", "HOST:PORT",
     "Where to serve; 127.0.0.1:7600 by default. Port 0 takes a free one"},
    {"--http", "http.listen", "HOST:PORT",
     "Where probes and metrics are; 127.0.0.1:7601 by default, off for nowhere"},
    {"--tls-cert", "tls.certificate", "FILE",
     "Certificate of the server with its chain (PEM). A renewed one is in use within\nseconds"},
    {"--tls-key", "tls.key", "FILE", "Private key of the certificate (PEM)"},
    {"--tls-client-ca", "tls.client_ca", "FILE",
     "Who connects must show a certificate that one of these has signed (PEM)"},
};
constexpr char kAllowPlaintext[] = "--allow-plaintext";
constexpr char kSet[] = "--set";

// What the command line says of the settings.
struct Flags {
  std::string config;
  std::vector<std::string> values = std::vector<std::string>(std::size(kSettingFlags));
  std::vector<const CLI::Option*> given;
  std::vector<std::string> pairs;
  bool allow_plaintext = false;
  bool print_config = false;
};

void Describe(CLI::App& app, ServerOptions& options, Flags& flags) {
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(
      "Settings are read from the file, then from the environment (USHER_ and the setting's name\n"
      "in capitals, USHER_POLICY_TRIAL_DAYS), then from here; the later wins.\n\n"
      "It serves until SIGTERM or Ctrl-C, and answers before it ends what it has accepted.\n"
      "Exit codes: 0 stopped, 1 could not serve, 2 usage.");
  app.set_help_flag("-h,--help", "Explains the options");
  app.set_version_flag("--version", "usherd " + std::string(Version()), "Prints the version");
  app.add_option("--config", flags.config,
                 absl::StrCat("File with settings (TOML); ", kConfigVariable, " where not given"))
      ->type_name("FILE");
  for (size_t i = 0; i < std::size(kSettingFlags); ++i) {
    const SettingFlag& flag = kSettingFlags[i];
    flags.given.push_back(
        app.add_option(flag.flag, flags.values[i], flag.help)->type_name(flag.type));
  }
  app.add_flag(kAllowPlaintext, flags.allow_plaintext,
               "Permits to listen beyond this machine without encryption");
  app.add_option(kSet, flags.pairs, "Any setting, such as policy.trial_days=30; may be repeated")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->take_all();
  app.add_flag("--print-config", flags.print_config,
               "Prints every setting with its origin, as a file, and ends");
  app.add_flag("--new-operator-token", options.new_operator_token,
               "Writes a new token for the operator to the data directory and ends: for when\n"
               "all are lost. The server must not run meanwhile");
}

std::string ConfigOf(const Flags& flags, const char* const* environment) {
  if (!flags.config.empty()) return flags.config;
  const std::string prefix = absl::StrCat(kConfigVariable, "=");
  for (const char* const* variable = environment; *variable != nullptr; ++variable) {
    if (absl::StartsWith(*variable, prefix)) return *variable + prefix.size();
  }
  return "";
}

absl::Status ReadAll(const Flags& flags, const char* const* environment, Settings& settings) {
  const std::string config = ConfigOf(flags, environment);
  absl::Status status;
  if (!config.empty()) status = settings.ReadFile(config);
  if (status.ok()) status = settings.ReadEnvironment(environment);
  for (size_t i = 0; i < std::size(kSettingFlags) && status.ok(); ++i) {
    if (flags.given[i]->count() == 0) continue;
    status = settings.Set(kSettingFlags[i].setting, flags.values[i], kSettingFlags[i].flag);
  }
  if (status.ok() && flags.allow_plaintext) {
    status = settings.Set("allow_plaintext", "true", kAllowPlaintext);
  }
  for (const std::string& pair : flags.pairs) {
    if (status.ok()) status = settings.SetPair(pair, kSet);
  }
  return status.ok() ? settings.Validate() : status;
}

}  // namespace

CommandLine ReadCommandLine(int argc, const char* const* argv, const char* const* environment) {
  CommandLine read;
  CLI::App app("Serves Usher, the license-entitlement server for contact centres.", "usherd");
  Flags flags;
  Describe(app, read.options, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wish) {
    // --help or --version.
    read.exit_code = app.exit(wish);
    return read;
  } catch (const CLI::ParseError& error) {
    std::cerr << "usherd: " << SentenceOf(error, app) << "\nhint: usherd --help\n";
    read.exit_code = kExitUsage;
    return read;
  }
  Settings settings(&read.options);
  if (const absl::Status status = ReadAll(flags, environment, settings); !status.ok()) {
    std::cerr << "usherd: " << status.message() << ".\n";
    read.exit_code = kExitUsage;
  } else if (flags.print_config) {
    std::cout << settings.Print();
    read.exit_code = kExitOk;
  }
  return read;
}

}  // namespace usher
