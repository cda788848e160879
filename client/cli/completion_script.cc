#include "client/cli/completion_script.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/help.h"

namespace usher::cli {
namespace {

constexpr char kHead[] = R"(# bash completion of usher; to load it: source <(usher completion bash)
_usher() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command=usher words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command ${COMP_WORDS[i]}" in
)";

constexpr char kCommandsEnd[] = R"(        command+=" ${COMP_WORDS[i]}" ;;
    esac
  done
  case "$command" in
)";

constexpr char kWordsEnd[] = R"(  esac
  case "$command $before" in
)";

constexpr char kTail[] = R"(  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _usher usher
)";

std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

// The command and all below it.
void Collect(const CLI::App& app, std::vector<const CLI::App*>& all) {
  all.push_back(&app);
  for (const CLI::App* command : CommandsOf(app)) Collect(*command, all);
}

std::vector<std::string> NamesOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

// Those of the command itself, then those of every command.
std::vector<const CLI::Option*> OptionsOf(const CLI::App& root, const CLI::App& app) {
  const auto is_option = [](const CLI::Option* option) { return option->nonpositional(); };
  std::vector<const CLI::Option*> options = app.get_options(is_option);
  if (&app == &root) return options;
  const auto is_global = [&root](const CLI::Option* option) {
    return IsOptionOfEveryCommand(root, *option);
  };
  for (const CLI::Option* option : root.get_options(is_global)) options.push_back(option);
  return options;
}

// What may follow the command: its commands, and its options in their long form.
std::string WordsAfter(const CLI::App& root, const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* command : CommandsOf(app)) words.push_back(command->get_name());
  for (const CLI::Option* option : OptionsOf(root, app)) words.push_back(NamesOf(*option).back());
  return absl::StrJoin(words, " ");
}

// What may follow an option that takes a value: the words that it chooses from, else nothing.
std::string ValuesCases(const CLI::App& root, const CLI::App& app) {
  std::string cases;
  for (const CLI::Option* option : OptionsOf(root, app)) {
    if (option->get_type_size() == 0) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : NamesOf(*option)) {
      patterns.push_back(absl::StrCat("\"", FullCommand(&app), " ", name, "\""));
    }
    const std::string type = option->get_type_name();
    const bool chooses = type.find('|') != std::string::npos;
    absl::StrAppend(&cases, "    ", absl::StrJoin(patterns, "|"), ") words=\"",
                    chooses ? absl::StrReplaceAll(type, {{"|", " "}}) : "", "\" ;;\n");
  }
  return cases;
}

}  // namespace

std::string BashCompletion(const CLI::App& root) {
  std::vector<const CLI::App*> all;
  Collect(root, all);
  std::vector<std::string> patterns;
  std::string words;
  std::string values;
  for (const CLI::App* app : all) {
    const std::string command = absl::StrCat("\"", FullCommand(app), "\"");
    if (app != &root) patterns.push_back(command);
    absl::StrAppend(&words, "    ", command, ") words=\"", WordsAfter(root, *app), "\" ;;\n");
    values += ValuesCases(root, *app);
  }
  return absl::StrCat(kHead, "      ", absl::StrJoin(patterns, "|\\\n      "), ")\n", kCommandsEnd,
                      words, kWordsEnd, values, kTail);
}

}  // namespace usher::cli
