// usher context set|list|show|use|delete
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/contexts.h"
#include "client/cli/json.h"

namespace usher::cli {
namespace {

ExitCode FailWith(Context& context, const absl::Status& status) {
  context.Note(absl::StrCat("usher: ", status.message()));
  return status.code() == absl::StatusCode::kInvalidArgument ? ExitCode::kUsage : ExitCode::kOther;
}

ExitCode NotThere(Context& context, const std::string& name) {
  context.Note(absl::StrCat("usher: There is no context '", name, "'."));
  context.Note("hint: See which there are: usher context list");
  return ExitCode::kNotFound;
}

// Reads the file, has `change` change it, and writes it.
ExitCode Change(Context& context, const std::function<ExitCode(Contexts&)>& change) {
  absl::StatusOr<Contexts> contexts = ReadContexts(ContextsPath());
  if (!contexts.ok()) return FailWith(context, contexts.status());
  const ExitCode code = change(*contexts);
  if (code != ExitCode::kOk) return code;
  const absl::Status written = WriteContexts(ContextsPath(), *contexts);
  return written.ok() ? ExitCode::kOk : FailWith(context, written);
}

std::string TlsOf(const SavedContext& saved) {
  if (!saved.tls_cert.empty()) return "yes, with a certificate";
  return saved.tls || !saved.tls_ca.empty() ? "yes" : "no";
}

JsonObject JsonOf(const std::string& name, const SavedContext& saved, bool current) {
  return JsonObject()
      .AddText("name", name)
      .AddBool("current", current)
      .AddText("server", saved.server)
      .AddBool("tls", TlsOf(saved) != "no")
      .AddText("tlsCa", saved.tls_ca)
      .AddText("tlsCert", saved.tls_cert)
      .AddText("tlsKey", saved.tls_key)
      .AddText("tokenFile", saved.token_file)
      .AddText("zone", saved.zone);
}

struct NameOptions {
  std::string name;
  bool none = false;
  const GivenSettings* given = nullptr;
};

// For use from any directory.
std::string Absolute(const std::optional<std::string>& path) {
  if (!path.has_value()) return "";
  return std::filesystem::absolute(*path).lexically_normal().string();
}

ExitCode Set(Context& context, const NameOptions& options) {
  const GivenSettings& given = *options.given;
  if (!given.server.has_value()) {
    return context.FailUsage("--server must say where the server of the context is.");
  }
  if (given.tls_cert.has_value() != given.tls_key.has_value()) {
    const bool is_certificate = given.tls_cert.has_value();
    return FailWith(context,
                    LacksItsOther(is_certificate ? "--tls-cert" : "--tls-key", is_certificate));
  }
  SavedContext saved{.server = WithPort(*given.server),
                     .tls = given.tls.value_or(false),
                     .tls_ca = Absolute(given.tls_ca),
                     .tls_cert = Absolute(given.tls_cert),
                     .tls_key = Absolute(given.tls_key),
                     .token_file = Absolute(given.token_file),
                     .zone = given.zone.value_or("")};
  if (!saved.token_file.empty() && access(saved.token_file.c_str(), R_OK) != 0) {
    return context.FailUsage(absl::StrCat("--token-file ", saved.token_file, " can't be read."));
  }
  bool first = false;
  const ExitCode code = Change(context, [&](Contexts& contexts) {
    first = contexts.contexts.empty();
    if (first) contexts.current = options.name;
    contexts.contexts[options.name] = saved;
    return ExitCode::kOk;
  });
  if (code != ExitCode::kOk) return code;
  context.Note(first ? absl::StrCat("The context '", options.name, "' is saved, and in use.")
                     : absl::StrCat("The context '", options.name,
                                    "' is saved. To use it: usher context use ", options.name));
  return ExitCode::kOk;
}

struct ListOptions {
  const GivenSettings* given = nullptr;
};

ExitCode List(Context& context, const ListOptions& options) {
  const absl::StatusOr<Contexts> contexts = ReadContexts(ContextsPath());
  if (!contexts.ok()) return FailWith(context, contexts.status());
  const std::string current = ContextName(*options.given, contexts->current);
  std::vector<JsonObject> objects;
  Table table({{"CONTEXT"}, {"SERVER"}, {"TLS"}, {"TOKEN FILE"}, {"IN USE"}});
  for (const auto& [name, saved] : contexts->contexts) {
    objects.push_back(JsonOf(name, saved, name == current));
    table.AddRow(
        {name, saved.server, TlsOf(saved), saved.token_file, name == current ? "yes" : kBlank});
  }
  if (context.format() == OutputFormat::kJson) {
    return context.PrintJson(JsonObject().AddList("contexts", objects));
  }
  if (!context.json()) return context.PrintList(table, "contexts", "");
  for (const JsonObject& object : objects) context.PrintLine(object);
  return ExitCode::kOk;
}

ExitCode Show(Context& context, const NameOptions& options) {
  const absl::StatusOr<Contexts> contexts = ReadContexts(ContextsPath());
  if (!contexts.ok()) return FailWith(context, contexts.status());
  const std::string current = ContextName(*options.given, contexts->current);
  const std::string name = options.name.empty() ? current : options.name;
  if (name.empty()) {
    context.Note("usher: No context is in use.");
    return ExitCode::kNotFound;
  }
  const SavedContext* saved = contexts->Find(name);
  if (saved == nullptr) return NotThere(context, name);
  if (context.json()) return context.PrintJson(JsonOf(name, *saved, name == current));
  Facts facts;
  facts.Add("Context", absl::StrCat(name, name == current ? ", in use" : ""));
  facts.Add("Server", saved->server);
  facts.Add("TLS", TlsOf(*saved));
  if (!saved->tls_ca.empty()) facts.Add("Authorities", saved->tls_ca);
  if (!saved->tls_cert.empty()) facts.Add("Certificate", saved->tls_cert);
  if (!saved->tls_key.empty()) facts.Add("Private key", saved->tls_key);
  facts.Add("Token file", saved->token_file);
  facts.Add("Times", saved->zone.empty() ? "in each account's zone" : "in " + saved->zone);
  facts.Add("Kept in", ContextsPath());
  context.Print(facts);
  return ExitCode::kOk;
}

ExitCode Use(Context& context, const NameOptions& options) {
  if (options.name.empty() != options.none) {
    return context.FailUsage("Say which context to use: NAME, or --none.");
  }
  const ExitCode code = Change(context, [&](Contexts& contexts) {
    if (!options.none && contexts.Find(options.name) == nullptr) {
      return NotThere(context, options.name);
    }
    contexts.current = options.name;
    return ExitCode::kOk;
  });
  if (code != ExitCode::kOk) return code;
  context.Note(options.none ? "No context is in use."
                            : absl::StrCat("The context '", options.name, "' is in use."));
  return ExitCode::kOk;
}

ExitCode Delete(Context& context, const NameOptions& options) {
  bool current = false;
  const ExitCode code = Change(context, [&](Contexts& contexts) {
    if (contexts.contexts.erase(options.name) == 0) return NotThere(context, options.name);
    current = contexts.current == options.name;
    if (current) contexts.current.clear();
    return ExitCode::kOk;
  });
  if (code != ExitCode::kOk) return code;
  context.Note(absl::StrCat("The context '", options.name, "' is deleted.",
                            current ? " No context is in use." : ""));
  return ExitCode::kOk;
}

CLI::Option* AddContextName(CLI::App* command, std::string& target,
                            const std::string& description) {
  return command
      ->add_option_function<std::string>(
          "NAME",
          [&target](const std::string& text) {
            if (!IsContextName(text)) {
              RefuseValue("NAME", "must be letters, digits, dots, dashes and underscores", text);
            }
            target = text;
          },
          description)
      ->type_name("");
}

}  // namespace

void AddContextCommands(Commands& commands) {
  CLI::App* noun = AddNoun(commands, "context", "Contexts: servers by names of your own");
  const auto named = [&commands] {
    auto options = std::make_shared<NameOptions>();
    options->given = &commands.given;
    return options;
  };

  auto options = named();
  CLI::App* command = AddCommand(
      *noun, "set",
      "Saves a server under a name, with the --tls, --token-file and --zone given. One of the same "
      "name is replaced. The first one is in use at once. Tokens are not saved, only where they "
      "are",
      {"usher context set prod --server usher.example:7600 --tls --token-file prod.token",
       "usher context set local --server 127.0.0.1:7600"});
  AddContextName(command, options->name, "The name")->required();
  OnSelectedAlone(commands, command, options, Set);

  auto list = std::make_shared<ListOptions>();
  list->given = &commands.given;
  command = AddCommand(*noun, "list", "Lists the contexts", {"usher context list"});
  OnSelectedAlone(commands, command, list, List);

  options = named();
  command = AddCommand(*noun, "show", "Shows a context",
                       {"usher context show", "usher context show prod"});
  AddContextName(command, options->name, "Its name; by default the one in use");
  OnSelectedAlone(commands, command, options, Show);

  options = named();
  command =
      AddCommand(*noun, "use", "Uses a context from now on, where no other is named",
                 {"usher context use prod", "usher context use --none    127.0.0.1:7600 again"});
  AddContextName(command, options->name, "Its name");
  command->add_flag("--none", options->none, "Uses none");
  OnSelectedAlone(commands, command, options, Use);

  options = named();
  command = AddCommand(*noun, "delete", "Deletes a context", {"usher context delete prod"});
  AddContextName(command, options->name, "Its name")->required();
  OnSelectedAlone(commands, command, options, Delete);
}

}  // namespace usher::cli
