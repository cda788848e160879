// usher doctor
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/doctor.h"

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

JsonObject JsonOf(const Diagnosis& diagnosis) {
  std::vector<JsonObject> checks;
  for (const Check& check : diagnosis.checks) {
    JsonObject& json = checks.emplace_back();
    json.AddText("check", check.name)
        .AddText("result", WordOf(check.verdict))
        .AddText("found", check.found);
    if (!check.hint.empty()) json.AddText("hint", check.hint);
  }
  return JsonObject().AddList("checks", checks);
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
