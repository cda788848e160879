// HelpFormatter: the help texts of `usher`, in the order in which a newcomer reads: what it
// does, how it is called, examples, then each argument and option.
#pragma once

#include <string>

#include "CLI/CLI.hpp"

namespace usher::cli {

// "usher license list".
std::string FullCommand(const CLI::App* app);

// `text` in lines of at most the width of a help text.
std::string Wrapped(const std::string& text);

// Whether an option of the root may stand with every command: all but --help and --version.
bool IsOptionOfEveryCommand(const CLI::App& root, const CLI::Option& option);

class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();

  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
  // Its name and the first sentence of its description.
  std::string make_subcommand(const CLI::App* command) const override;
  // As it is typed: "--edition standard|premium"; "--type TYPE" where the words are too many for a
  // line.
  std::string make_option_opts(const CLI::Option* option) const override;
};

}  // namespace usher::cli
