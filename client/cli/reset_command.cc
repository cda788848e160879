// usher reset
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/app_show.h"
#include "client/cli/commands.h"
#include "client/cli/names.h"

namespace usher::cli {
namespace {

struct ResetOptions {
  std::string application;
  std::vector<int64_t> licenses;
  bool dry_run = false;
  bool yes = false;
  std::string request_id;
};

v1::ResetLicensesRequest RequestOf(const ResetOptions& options) {
  v1::ResetLicensesRequest request;
  request.set_application(options.application);
  for (const int64_t license : options.licenses) request.add_license_ids(license);
  request.set_request_id(options.request_id);
  return request;
}

Result<v1::ResetLicensesResponse> Preview(Context& context, const ResetOptions& options) {
  v1::ResetLicensesRequest request = RequestOf(options);
  request.set_validate_only(true);
  return context.client().ResetLicenses(request);
}

std::string WhyKept(v1::RetainReason reason) {
  switch (reason) {
    case v1::RETAIN_REASON_LOGGED_IN:
      return "the agent is logged in";
    case v1::RETAIN_REASON_MOBILE_ANSWERING:
      return "mobile answering is on";
    default:
      return Word(reason);
  }
}

// Every candidate with what a reset does to it: `released` and `kept` are the words for that.
Table OutcomeTable(const v1::ResetLicensesResponse& response, const std::string& released,
                   const std::string& kept) {
  Table table({{"LICENSE", true}, {"AGENT"}, {"OUTCOME"}, {"WHY"}});
  for (const v1::ReleasedBinding& binding : response.released()) {
    table.AddRow({Id(binding.license_id()), binding.email(), released,
                  "not logged in, mobile answering off"});
  }
  for (const v1::RetainedBinding& binding : response.retained()) {
    table.AddRow({Id(binding.license_id()), binding.email(), kept, WhyKept(binding.reason())});
  }
  return table;
}

void NoteUnlisted(Context& context, const v1::ResetLicensesResponse& response) {
  const int released = response.released_count() - response.released_size();
  const int retained = response.retained_count() - response.retained_size();
  if (released > 0 || retained > 0) {
    context.Note(absl::StrCat("Not listed: ", released, " more that are released, ", retained,
                              " more that are kept."));
  }
}

int ResetsLeft(const v1::ResetAllowance& allowance) {
  return std::max(0, allowance.limit() - allowance.used());
}

// Shows what a reset would do; `streams` may send it elsewhere than data goes.
void PrintPlan(Context& context, const v1::ResetLicensesResponse& preview,
               const ResetOptions& options) {
  const Table plan = OutcomeTable(preview, "to be released", "to be kept");
  // With -o json, the one document on `out` is what the reset answers.
  if (!plan.empty() && context.json()) plan.Print(context.streams().err, Look::kPlain);
  if (!plan.empty() && !context.json()) context.Print(plan);
  NoteUnlisted(context, preview);
  const Times times = context.TimesOf(options.application);
  context.Note(absl::StrCat("Resets: ", ResetsSentence(preview.allowance(), times), "."));
}

// What was done, as one line of data.
ExitCode PrintOutcome(Context& context, const v1::ResetLicensesResponse& response) {
  if (context.json()) return context.PrintJson(response);
  context.streams().out << "Released " << Count(response.released_count(), "license") << ", kept "
                        << response.retained_count() << ". " << ResetsLeft(response.allowance())
                        << " of " << response.allowance().limit() << " resets left in "
                        << response.allowance().month() << ".\n";
  return ExitCode::kOk;
}

bool Confirmed(Context& context, const v1::ResetLicensesResponse& preview,
               const ResetOptions& options) {
  const Streams& streams = context.streams();
  streams.out.flush();
  streams.err << "Release " << Count(preview.released_count(), "license") << " of "
              << ShortName(options.application) << " now? [y/N] " << std::flush;
  std::string answer;
  std::getline(streams.in, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

ExitCode ResetAfterAsking(Context& context, const ResetOptions& options) {
  const Result<v1::ResetLicensesResponse> preview = Preview(context, options);
  if (!preview.ok()) return context.Fail(preview.error(), options.application);
  PrintPlan(context, *preview, options);
  // Where there is nothing to release or no reset left, the server says so in the next call.
  const bool may_act = preview->released_count() > 0 && ResetsLeft(preview->allowance()) > 0;
  if (may_act && !Confirmed(context, *preview, options)) {
    context.Note("Nothing was changed.");
    return ExitCode::kOther;
  }
  v1::ResetLicensesRequest request = RequestOf(options);
  request.set_etag(preview->etag());
  const Result<v1::ResetLicensesResponse> response = context.client().ResetLicenses(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  return PrintOutcome(context, *response);
}

ExitCode ResetAtOnce(Context& context, const ResetOptions& options) {
  const Result<v1::ResetLicensesResponse> response =
      context.client().ResetLicenses(RequestOf(options));
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (!context.json()) {
    context.Print(OutcomeTable(*response, "released", "kept"));
    NoteUnlisted(context, *response);
  }
  return PrintOutcome(context, *response);
}

ExitCode Reset(Context& context, const ResetOptions& options) {
  if (options.dry_run) {
    const Result<v1::ResetLicensesResponse> preview = Preview(context, options);
    if (!preview.ok()) return context.Fail(preview.error(), options.application);
    if (context.json()) return context.PrintJson(*preview);
    PrintPlan(context, *preview, options);
    context.Note(preview->released_count() == 0 ? "A reset would release nothing."
                                                : "This is a preview: nothing was changed.");
    return ExitCode::kOk;
  }
  if (options.yes) return ResetAtOnce(context, options);
  if (!context.streams().in_is_terminal) {
    return context.FailUsage(
        "A reset asks before it releases licenses, and here is nobody to ask: give --yes to "
        "reset without a question, or --dry-run to look only.");
  }
  return ResetAfterAsking(context, options);
}

}  // namespace

void AddResetCommand(Commands& commands) {
  auto options = std::make_shared<ResetOptions>();
  CLI::App* command = AddCommand(
      commands.root, "reset",
      "Releases the licenses of agents who are away. An agent who is logged in or has mobile "
      "answering on keeps the license. Shows who is kept, why, and who is released, and asks "
      "before it does so. An application has four resets in a calendar month; one that releases "
      "nothing is not counted",
      {"usher reset acme/support --dry-run", "usher reset acme/support",
       "usher reset acme/support --yes                 from a script",
       "usher reset acme/support --license 3 --license 7"});
  AddApplication(command, options->application);
  AddNumbers(command, "--license", options->licenses,
             "Only this license; may be given several times");
  CLI::Option* dry_run =
      command->add_flag("--dry-run", options->dry_run, "Only shows it: nothing is changed");
  command->add_flag("--yes", options->yes, "Does it without asking")->excludes(dry_run);
  AddRequestId(command, options->request_id);
  OnSelected(commands, command, options, Reset);
}

}  // namespace usher::cli
