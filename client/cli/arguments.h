// Commands and their arguments, as `usher` declares them to CLI11: names, words, items, and the
// function that a command line selects.
//
// A value that has not the right form is refused while the command line is parsed, with a
// sentence that names the argument. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/time/time.h"
#include "client/cli/context.h"
#include "client/cli/settings.h"
#include "client/cli/when.h"
#include "client/cli/words.h"

namespace usher::cli {

// The function that the command line selected, with its arguments bound.
using Action = std::function<ExitCode(Context&)>;

// What a command line asks for.
struct Selection {
  Action run;
  // Where it does without one, neither context nor token matter.
  bool needs_server = true;
};

// What the commands are added to.
struct Commands {
  CLI::App& root;
  Selection& selected;
  // For commands that keep what is given for later.
  const GivenSettings& given;
};

// Refuses a value while the command line is parsed: "--limit must be a whole number from 1 up;
// 'x' is not." `must` is "must be a whole number from 1 up".
[[noreturn]] void RefuseValue(const std::string& argument, const std::string& must,
                              const std::string& text);

// A noun of `usher <noun> <verb>`; it requires a verb.
CLI::App* AddNoun(Commands& commands, const std::string& name, const std::string& description);

// A command: a verb of a noun, or one that stands alone. The first sentence of `description`
// stands for it in lists of commands; `examples` are whole command lines.
CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& description,
                     const std::vector<std::string>& examples);

// Runs `run` with `options` where the command line selects `command`, which calls the server.
template <typename Options>
void OnSelected(Commands& commands, CLI::App* command, std::shared_ptr<Options> options,
                ExitCode (*run)(Context&, const Options&)) {
  command->callback([&selected = commands.selected, options, run] {
    selected.run = [options, run](Context& context) { return run(context, *options); };
  });
}
// The same of a command that never calls the server.
template <typename Options>
void OnSelectedAlone(Commands& commands, CLI::App* command, std::shared_ptr<Options> options,
                     ExitCode (*run)(Context&, const Options&)) {
  command->callback([&selected = commands.selected, options, run] {
    selected.run = [options, run](Context& context) { return run(context, *options); };
    selected.needs_server = false;
  });
}

// Positional arguments; the target gets the full name.
CLI::Option* AddAccount(CLI::App* command, std::string& name);
// --account, for commands that do without one.
CLI::Option* AddAccountOption(CLI::App* command, std::string& name, const std::string& description);
CLI::Option* AddApplication(CLI::App* command, std::string& name);

// An account or an application, of which may be none.
CLI::Option* AddParent(CLI::App* command, std::string& name, const std::string& description);

// An option whose values are the words of an enum.
CLI::Option* AddChoice(CLI::App* command, const std::string& name,
                       const google::protobuf::EnumDescriptor& type,
                       const std::function<void(int)>& set, const std::string& description);
template <typename Enum>
CLI::Option* AddChoice(CLI::App* command, const std::string& name, Enum& target,
                       const std::string& description) {
  return AddChoice(
      command, name, *google::protobuf::GetEnumDescriptor<Enum>(),
      [&target](int value) { target = static_cast<Enum>(value); }, description);
}

// "90s", "5m", "1h", "3d"; `least` is the shortest that can be meant.
CLI::Option* AddDuration(CLI::App* command, const std::string& name,
                         std::optional<absl::Duration>& target, const std::string& description,
                         absl::Duration least = absl::Nanoseconds(1));

// An instant, in one of the forms of When.
CLI::Option* AddWhen(CLI::App* command, const std::string& name, std::optional<When>& target,
                     const std::string& description);

// The whole number from 1 up in `text`; refuses what is none, naming the argument.
int64_t ParseNumber(const std::string& argument, const std::string& text);

// A whole number from 1 up, such as an id; several of them, each with its own option.
CLI::Option* AddNumber(CLI::App* command, const std::string& name, int64_t& target,
                       const std::string& description);
CLI::Option* AddNumbers(CLI::App* command, const std::string& name, std::vector<int64_t>& targets,
                        const std::string& description);

// PRODUCT=QUANTITY[@SUBSCRIPTION], any number of them.
CLI::Option* AddOrderItems(CLI::App* command, const std::string& name,
                           std::vector<v1::OrderItem>& items, const std::string& description);

// --limit of lists; unset reads them to their end.
CLI::Option* AddLimit(CLI::App* command, std::optional<int64_t>& limit);

// --request-id of commands that change something.
CLI::Option* AddRequestId(CLI::App* command, std::string& request_id);

}  // namespace usher::cli
