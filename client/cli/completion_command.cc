// usher completion
#include <memory>
#include <string>

#include "client/cli/commands.h"
#include "client/cli/completion_script.h"

namespace usher::cli {
namespace {

struct CompletionOptions {
  const CLI::App* root = nullptr;
};

ExitCode PrintScript(Context& context, const CompletionOptions& options) {
  context.streams().out << BashCompletion(*options.root);
  return ExitCode::kOk;
}

}  // namespace

void AddCompletionCommand(Commands& commands) {
  auto options = std::make_shared<CompletionOptions>();
  options->root = &commands.root;
  CLI::App* command =
      AddCommand(commands.root, "completion",
                 "Prints a script that completes command lines. A shell loads it at its start",
                 {"source <(usher completion bash)                       in this shell",
                  "usher completion bash > /etc/bash_completion.d/usher  in every shell to come"});
  command
      ->add_option_function<std::string>(
          "SHELL",
          [](const std::string& shell) {
            if (shell != "bash") RefuseValue("SHELL", "must be bash", shell);
          },
          "The shell: bash")
      ->type_name("")
      ->required();
  OnSelectedAlone(commands, command, options, PrintScript);
}

}  // namespace usher::cli
