#include "client/cli/help.h"

#include <sstream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace usher::cli {
namespace {

constexpr int kDescriptionColumn = 32;
constexpr size_t kLineWidth = 90;
// Of the words that an option chooses from.
constexpr size_t kWordsWidthMax = 60;

const CLI::App* RootOf(const CLI::App* app) {
  return app->get_parent() == nullptr ? app : RootOf(app->get_parent());
}

}  // namespace

std::string Wrapped(const std::string& text) {
  std::string wrapped;
  size_t column = 0;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (column > 0 && column + 1 + word.size() > kLineWidth) {
      absl::StrAppend(&wrapped, "\n");
      column = 0;
    }
    absl::StrAppend(&wrapped, column == 0 ? "" : " ", word);
    column += (column == 0 ? 0 : 1) + word.size();
  }
  return wrapped;
}

std::string FullCommand(const CLI::App* app) {
  if (app->get_parent() == nullptr) return app->get_name();
  return absl::StrCat(FullCommand(app->get_parent()), " ", app->get_name());
}

bool IsOptionOfEveryCommand(const CLI::App& root, const CLI::Option& option) {
  return option.nonpositional() && &option != root.get_help_ptr() &&
         option.get_name() != "--version";
}

HelpFormatter::HelpFormatter() {
  column_width(kDescriptionColumn);
  label("Positionals", "Arguments");
  label("Usage", "Usage");
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode mode) const {
  std::string help =
      absl::StrCat(Wrapped(app->get_description() + "."), "\n\n", make_usage(app, name));
  help += make_subcommands(app, mode);
  help += make_positionals(app);
  help += make_groups(app, mode);
  const CLI::App* root = RootOf(app);
  if (app != root) {
    const auto is_global = [root](const CLI::Option* option) {
      return IsOptionOfEveryCommand(*root, *option);
    };
    help += make_group("Options of every command", false, root->get_options(is_global));
  }
  if (!app->get_footer().empty()) absl::StrAppend(&help, "\n", app->get_footer(), "\n");
  return help;
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  static_cast<void>(name);
  std::string usage = absl::StrCat("Usage: ", FullCommand(app));
  if (!app->get_subcommands([](const CLI::App*) { return true; }).empty()) {
    return absl::StrCat(usage, " <command>\n");
  }
  for (const CLI::Option* option : app->get_options()) {
    if (option->get_positional()) absl::StrAppend(&usage, " ", make_option_usage(option));
  }
  return absl::StrCat(usage, " [options]\n");
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  const std::string description = command->get_description();
  std::ostringstream out;
  CLI::detail::format_help(out, command->get_name(), description.substr(0, description.find(". ")),
                           column_width_);
  return out.str();
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  if (option->get_type_size() == 0 || option->get_type_name().empty()) return "";
  if (option->get_type_name().size() > kWordsWidthMax && !option->get_lnames().empty()) {
    return absl::StrCat(" ", absl::AsciiStrToUpper(option->get_lnames().front()));
  }
  return absl::StrCat(" ", option->get_type_name());
}

}  // namespace usher::cli
