#include "client/cli/arguments.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/names.h"

namespace usher::cli {
namespace {

using FullName = std::optional<std::string> (*)(std::string_view);

CLI::Option* AddName(CLI::App* command, const std::string& argument, std::string& target,
                     FullName full_name, const std::string& form, const std::string& description) {
  return command
      ->add_option_function<std::string>(
          argument,
          [&target, argument, full_name, form](const std::string& text) {
            const std::optional<std::string> name = full_name(text);
            if (!name.has_value()) {
              RefuseValue(argument, absl::StrCat("must be ", form), text);
            }
            target = *name;
          },
          description)
      ->type_name("");
}

constexpr char kCommands[] = "Commands";
constexpr char kLimit[] = "--limit";

}  // namespace

void RefuseValue(const std::string& argument, const std::string& must, const std::string& text) {
  throw CLI::ValidationError(absl::StrCat(argument, " ", must, "; '", text, "' is not"));
}

int64_t ParseNumber(const std::string& argument, const std::string& text) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(text, &number) || number < 1) {
    RefuseValue(argument, "must be a whole number from 1 up", text);
  }
  return number;
}

CLI::App* AddNoun(Commands& commands, const std::string& name, const std::string& description) {
  CLI::App* noun = commands.root.add_subcommand(name, description);
  noun->require_subcommand(1);
  noun->group(kCommands);
  // Else it would have the root's.
  noun->footer("");
  return noun;
}

CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& description,
                     const std::vector<std::string>& examples) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->group(kCommands);
  command->footer(absl::StrCat("Examples:\n  ", absl::StrJoin(examples, "\n  ")));
  return command;
}

CLI::Option* AddAccount(CLI::App* command, std::string& name) {
  return AddName(command, "ACCOUNT", name, FullAccountName, "an account, such as acme",
                 "The account, such as acme")
      ->required();
}

CLI::Option* AddAccountOption(CLI::App* command, std::string& name,
                              const std::string& description) {
  return AddName(command, "--account", name, FullAccountName, "an account, such as acme",
                 description)
      ->type_name("ACCOUNT");
}

CLI::Option* AddApplication(CLI::App* command, std::string& name) {
  return AddName(command, "APPLICATION", name, FullApplicationName,
                 "an account and its application, such as acme/support",
                 "The application with its account, such as acme/support")
      ->required();
}

CLI::Option* AddParent(CLI::App* command, std::string& name, const std::string& description) {
  return AddName(command, "PARENT", name, FullParentName,
                 "an account or an application, such as acme or acme/support", description);
}

CLI::Option* AddChoice(CLI::App* command, const std::string& name,
                       const google::protobuf::EnumDescriptor& type,
                       const std::function<void(int)>& set, const std::string& description) {
  const std::string choices = absl::StrJoin(Choices(type), "|");
  return command
      ->add_option_function<std::string>(
          name,
          [&type, set, name, choices](const std::string& text) {
            const std::optional<int> value = ValueOf(type, text);
            if (!value.has_value()) {
              RefuseValue(name, absl::StrCat("must be one of ", choices), text);
            }
            set(*value);
          },
          description)
      ->type_name(choices);
}

CLI::Option* AddDuration(CLI::App* command, const std::string& name,
                         std::optional<absl::Duration>& target, const std::string& description,
                         absl::Duration least) {
  return command
      ->add_option_function<std::string>(
          name,
          [&target, name, least](const std::string& text) {
            const std::optional<absl::Duration> duration = ParseDuration(text);
            if (!duration.has_value() || *duration < least ||
                *duration == absl::InfiniteDuration()) {
              RefuseValue(name, "must be a duration, such as 90s, 5m, 1h or 3d", text);
            }
            target = duration;
          },
          description)
      ->type_name("DURATION");
}

CLI::Option* AddWhen(CLI::App* command, const std::string& name, std::optional<When>& target,
                     const std::string& description) {
  return command
      ->add_option_function<std::string>(
          name,
          [&target, name](const std::string& text) {
            target = When::Parse(text);
            if (!target.has_value()) RefuseValue(name, kWhenForms, text);
          },
          description)
      ->type_name("TIME");
}

CLI::Option* AddOrderItems(CLI::App* command, const std::string& name,
                           std::vector<v1::OrderItem>& items, const std::string& description) {
  return command
      ->add_option_function<std::vector<std::string>>(
          name,
          [&items, name](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) {
              const std::optional<v1::OrderItem> item = ParseOrderItem(text);
              if (!item.has_value()) {
                RefuseValue(name,
                            "must be PRODUCT=QUANTITY with 1 or more, such as standard-agent=4",
                            text);
              }
              items.push_back(*item);
            }
          },
          description)
      ->type_name("");
}

CLI::Option* AddNumber(CLI::App* command, const std::string& name, int64_t& target,
                       const std::string& description) {
  return command
      ->add_option_function<std::string>(
          name, [&target, name](const std::string& text) { target = ParseNumber(name, text); },
          description)
      ->type_name(name.front() == '-' ? "N" : "");
}

CLI::Option* AddNumbers(CLI::App* command, const std::string& name, std::vector<int64_t>& targets,
                        const std::string& description) {
  return command
      ->add_option_function<std::vector<std::string>>(
          name,
          [&targets, name](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) targets.push_back(ParseNumber(name, text));
          },
          description)
      ->type_name("N")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

CLI::Option* AddLimit(CLI::App* command, std::optional<int64_t>& limit) {
  return command
      ->add_option_function<std::string>(
          kLimit, [&limit](const std::string& text) { limit = ParseNumber(kLimit, text); },
          "At most so many; without it, all")
      ->type_name("N");
}

CLI::Option* AddRequestId(CLI::App* command, std::string& request_id) {
  return command
      ->add_option("--request-id", request_id,
                   "The same id again within 24 h: the first answer again")
      ->type_name("ID");
}

}  // namespace usher::cli
