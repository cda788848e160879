// usher history
#include <memory>
#include <optional>
#include <string>

#include "client/cli/commands.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

struct HistoryOptions {
  std::string application;
  int64_t license = 0;
  std::string email;
  std::optional<When> at;
  bool resets = false;
  std::optional<int64_t> limit;
};

std::string WhyReleased(const v1::Binding& binding) {
  switch (binding.release_cause()) {
    case v1::RELEASE_CAUSE_UNSPECIFIED:
      return binding.has_release_time() ? kNone : "holds it";
    case v1::RELEASE_CAUSE_RESET:
      return "a reset";
    case v1::RELEASE_CAUSE_MOVED:
      return "a move";
    case v1::RELEASE_CAUSE_LAPSED:
      return "a lapse";
    default:
      return Word(binding.release_cause());
  }
}

ExitCode ShowBindings(Context& context, const HistoryOptions& options) {
  v1::ListBindingsRequest request;
  request.set_application(options.application);
  request.set_license_id(options.license);
  request.set_email(options.email);
  if (options.at.has_value()) {
    *request.mutable_at_time() = ToProto(context.InstantOf(*options.at, options.application));
  }
  const Result<v1::ListBindingsResponse> response =
      client::FetchAll(context.client(), &Client::ListBindings, request, options.limit);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.application);
  Table table({{times.Heading("BOUND")}, {"RELEASED"}, {"LICENSE", true}, {"AGENT"}, {"ENDED BY"}});
  for (const v1::Binding& binding : response->bindings()) {
    table.AddRow({times.At(binding.bind_time(), binding.has_bind_time()),
                  times.At(binding.release_time(), binding.has_release_time()),
                  Id(binding.license_id()), binding.email(), WhyReleased(binding)});
  }
  return context.PrintList(table, "bindings", response->next_page_token());
}

ExitCode ShowResets(Context& context, const HistoryOptions& options) {
  v1::ListResetsRequest request;
  request.set_application(options.application);
  const Result<v1::ListResetsResponse> response =
      client::FetchAll(context.client(), &Client::ListResets, request, options.limit);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.application);
  Table table({{times.Heading("RESET")}, {"ACTOR"}, {"RELEASED", true}, {"KEPT", true}});
  for (const v1::LicenseReset& reset : response->resets()) {
    table.AddRow({times.At(reset.reset_time(), reset.has_reset_time()), reset.actor(),
                  Grouped(reset.released_count()), Grouped(reset.retained_count())});
  }
  return context.PrintList(table, "resets", response->next_page_token());
}

ExitCode History(Context& context, const HistoryOptions& options) {
  return options.resets ? ShowResets(context, options) : ShowBindings(context, options);
}

}  // namespace

void AddHistoryCommand(Commands& commands) {
  auto options = std::make_shared<HistoryOptions>();
  CLI::App* command = AddCommand(
      commands.root, "history",
      "Shows who held which agent license when, newest first. What ended it: a reset, a move to "
      "another license at its expiry, or a lapse, as it was not renewed in time. This is kept for "
      "ever, also where the journal no longer reaches back",
      {"usher history acme/support --license 12",
       "usher history acme/support --email ann@acme.test",
       "usher history acme/support --at '2026-11-25 13:42'    who held what then",
       "usher history acme/support --resets"});
  AddApplication(command, options->application);
  CLI::Option* license =
      AddNumber(command, "--license", options->license, "Only who held this license");
  CLI::Option* email = command->add_option("--email", options->email, "Only what this agent held")
                           ->type_name("EMAIL");
  CLI::Option* at =
      AddWhen(command, "--at", options->at, "Only who held a license then: a time, or so long ago");
  command->add_flag("--resets", options->resets, "Past resets instead, and who did them")
      ->excludes(license)
      ->excludes(email)
      ->excludes(at);
  AddLimit(command, options->limit);
  OnSelected(commands, command, options, History);
}

}  // namespace usher::cli
