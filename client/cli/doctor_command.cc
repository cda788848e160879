// usher doctor
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/doctor.h"
#include "google/protobuf/struct.pb.h"

namespace usher::cli {
namespace {

struct DoctorOptions {
  bool deep = false;
};

std::string WordOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "OK";
    case Verdict::kWarning:
      return "WARN";
    case Verdict::kFailure:
      return "FAIL";
    case Verdict::kSkipped:
      break;
  }
  return "SKIP";
}

google::protobuf::Struct JsonOf(const Diagnosis& diagnosis) {
  google::protobuf::Struct json;
  auto& checks = *(*json.mutable_fields())["checks"].mutable_list_value();
  for (const Check& check : diagnosis.checks) {
    auto& fields = *checks.add_values()->mutable_struct_value()->mutable_fields();
    fields["check"].set_string_value(check.name);
    fields["result"].set_string_value(WordOf(check.verdict));
    fields["found"].set_string_value(check.found);
    if (!check.hint.empty()) fields["hint"].set_string_value(check.hint);
  }
  return json;
}

ExitCode Examine(Context& context, const DoctorOptions& options) {
  const Diagnosis diagnosis = Diagnose(context, options.deep);
  if (context.json()) {
    context.PrintJson(JsonOf(diagnosis));
    return diagnosis.code;
  }
  Table table({{"CHECK"}, {"RESULT"}, {.heading = "FOUND", .right = false, .folds = true}});
  for (const Check& check : diagnosis.checks) {
    table.AddRow({check.name, WordOf(check.verdict), check.found});
  }
  context.Print(table);
  for (const Check& check : diagnosis.checks) {
    if (!check.hint.empty()) context.Note(absl::StrCat("hint: ", check.name, ": ", check.hint));
  }
  return diagnosis.code;
}

}  // namespace

void AddDoctorCommand(Commands& commands) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* command = AddCommand(
      commands.root, "doctor",
      "Looks for what is wrong: server, TLS, token, clocks, versions, disk. Exit codes for probes: "
      "0 nothing fails, 7 the server does not serve, 4 the token opens nothing, 1 anything else",
      {"usher doctor", "usher doctor --deep", "usher doctor -o json"});
  command->add_flag("--deep", options->deep,
                    "Has the server check its whole database, which may take a while");
  OnSelected(commands, command, options, Examine);
}

}  // namespace usher::cli
