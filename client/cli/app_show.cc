#include "client/cli/app_show.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/names.h"

namespace usher::cli {
namespace {

// "agent, standard".
std::string PoolName(v1::LicenseKind kind, v1::Edition edition) {
  return absl::StrCat(Word(edition), " ", Word(kind));
}

Table PoolsOf(const v1::GetEntitlementsResponse& entitlements) {
  Table table({{"POOL"},
               {"TOTAL", true},
               {"IDLE", true},
               {"BOUND", true},
               {"IN USE", true},
               {"PEAK", true},
               {"DENIED", true}});
  for (const v1::Pool& pool : entitlements.pools()) {
    table.AddRow({PoolName(pool.kind(), pool.edition()), absl::StrCat(pool.total()),
                  absl::StrCat(pool.idle()), absl::StrCat(pool.bound()),
                  absl::StrCat(pool.in_use()), absl::StrCat(pool.peak_in_use()),
                  absl::StrCat(pool.denials())});
  }
  return table;
}

Table TimelineOf(const v1::GetEntitlementsResponse& entitlements, const Times& times) {
  Table table({{times.Heading("EXPIRY")}, {"WHEN"}, {"POOL"}, {"LEFT THEN", true}});
  for (const v1::CapacityStep& step : entitlements.timeline()) {
    table.AddRow({times.At(step.time(), step.has_time()),
                  times.Distance(step.time(), step.has_time()),
                  PoolName(step.kind(), step.edition()), absl::StrCat(step.total())});
  }
  return table;
}

Facts FactsOf(const v1::GetEntitlementsResponse& entitlements, const Times& times) {
  const v1::Application& application = entitlements.application();
  Facts facts;
  facts.Add("Application", ShortName(application.name()));
  facts.Add("Display name", application.display_name());
  facts.Add("Created", times.AtWithZone(FromProto(application.create_time())));
  if (application.has_delete_time()) {
    facts.Add("Deleted", times.AtWithZone(FromProto(application.delete_time())));
  }
  if (application.has_trial_expire_time()) {
    facts.Add("Trial", TrialSentence(application, times));
  }
  facts.Add("Resets", ResetsSentence(entitlements.resets(), times));
  if (entitlements.voice_concurrency_limit() > 0 || entitlements.voice_concurrency_active() > 0 ||
      entitlements.voice_minutes_remaining() > 0) {
    facts.Add("Voice AI", VoiceSentence(entitlements));
  }
  return facts;
}

struct ShowOptions {
  std::string application;
};

ExitCode Show(Context& context, const ShowOptions& options) {
  v1::GetEntitlementsRequest request;
  request.set_application(options.application);
  const Result<v1::GetEntitlementsResponse> response = context.client().GetEntitlements(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.application);
  context.Print(FactsOf(*response, times));
  context.streams().out << '\n';
  context.Print(PoolsOf(*response));
  const Table timeline = TimelineOf(*response, times);
  if (!timeline.empty()) {
    context.streams().out << '\n';
    context.Print(timeline);
  }
  return ExitCode::kOk;
}

}  // namespace

void AddAppShow(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = AddCommand(
      noun, "show",
      "Shows an application at one glance. Its pools of licenses with the month's peak and "
      "denials, the resets left, the trial, Voice AI and the expiries to come",
      {"usher app show acme/support", "usher app show acme/support -o json"});
  AddApplication(command, options->application);
  OnSelected(commands, command, options, Show);
}

std::string VoiceSentence(const v1::GetEntitlementsResponse& entitlements) {
  const std::string slots =
      entitlements.voice_concurrency_limit() > 0
          ? absl::StrCat(Grouped(entitlements.voice_concurrency_active()), " of ",
                         Count(entitlements.voice_concurrency_limit(), "slot"), " taken")
      : entitlements.voice_concurrency_active() > 0
          ? absl::StrCat("no slots, ", Count(entitlements.voice_concurrency_active(), "call"),
                         " under way may finish")
          : "no slots";
  return absl::StrCat(slots, "; ", Count(entitlements.voice_minutes_remaining(), "minute"),
                      " remaining in the account");
}

std::string TrialSentence(const v1::Application& application, const Times& times) {
  const absl::Time end = FromProto(application.trial_expire_time());
  return absl::StrCat(end <= times.now() ? "ended " : "ends ", times.AtWithZone(end), " (",
                      times.Distance(end), ")");
}

std::string ResetsSentence(const v1::ResetAllowance& allowance, const Times& times) {
  const absl::Time whole_again = FromProto(allowance.month_end_time());
  const int left = std::max(0, allowance.limit() - allowance.used());
  return absl::StrCat(left, " of ", allowance.limit(), " left in ", allowance.month(),
                      ", whole again ", times.AtWithZone(whole_again), " (",
                      times.Distance(whole_again), ")");
}

}  // namespace usher::cli
