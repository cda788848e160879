// usher license list|show
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

struct ListOptions {
  std::string application;
  v1::LicenseKind kind = v1::LICENSE_KIND_UNSPECIFIED;
  v1::Edition edition = v1::EDITION_UNSPECIFIED;
  v1::LicenseState state = v1::LICENSE_STATE_UNSPECIFIED;
  std::string holder;
  std::optional<int64_t> limit;
};

// Which one it came with.
std::string SubscriptionOf(const v1::License& license) {
  return license.subscription_id() == 0 ? "trial" : Id(license.subscription_id());
}

ExitCode List(Context& context, const ListOptions& options) {
  v1::ListLicensesRequest request;
  request.set_application(options.application);
  request.set_kind(options.kind);
  request.set_edition(options.edition);
  request.set_state(options.state);
  request.set_holder(options.holder);
  const Result<v1::ListLicensesResponse> response =
      client::FetchAll(context.client(), &Client::ListLicenses, request, options.limit);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.application);
  Table table({{"ID", true},
               {"KIND"},
               {"EDITION"},
               {"SUBSCRIPTION"},
               {"STATE"},
               {"HOLDER"},
               {times.Heading("EXPIRES")}});
  for (const v1::License& license : response->licenses()) {
    table.AddRow({Id(license.license_id()), Word(license.kind()), Word(license.edition()),
                  SubscriptionOf(license), Word(license.state()), license.holder(),
                  times.At(license.expire_time(), license.has_expire_time())});
  }
  return context.PrintList(table, "licenses", response->next_page_token());
}

struct ShowOptions {
  std::string application;
  int64_t license = 0;
};

ExitCode Show(Context& context, const ShowOptions& options) {
  v1::GetLicenseRequest request;
  request.set_application(options.application);
  request.set_license_id(options.license);
  const Result<v1::GetLicenseResponse> response = context.client().GetLicense(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.application);
  const v1::License& license = response->license();
  const absl::Time expiry = FromProto(license.expire_time());
  Facts facts;
  facts.Add("License", Id(license.license_id()));
  facts.Add("Kind", absl::StrCat(Word(license.edition()), " ", Word(license.kind())));
  facts.Add("Source", license.subscription_id() == 0
                          ? Word(license.source())
                          : absl::StrCat(Word(license.source()), " of subscription ",
                                         license.subscription_id()));
  facts.Add("State", Word(license.state()));
  facts.Add("Holder", license.holder());
  if (license.has_bind_time()) {
    facts.Add("Bound", times.AtWithZone(FromProto(license.bind_time())));
  }
  facts.Add(expiry <= times.now() ? "Expired" : "Expires",
            absl::StrCat(times.AtWithZone(expiry), " (", times.Distance(expiry), ")"));
  context.Print(facts);
  return ExitCode::kOk;
}

void AddList(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command =
      AddCommand(noun, "list", "Lists the licenses of an application, with who holds which",
                 {"usher license list acme/support", "usher license list acme/support --state idle",
                  "usher license list acme/support --holder ann@acme.test -o json"});
  AddApplication(command, options->application);
  AddChoice(command, "--kind", options->kind, "Only of this kind");
  AddChoice(command, "--edition", options->edition, "Only of this edition");
  AddChoice(command, "--state", options->state, "Only in this state");
  command->add_option("--holder", options->holder, "Only those of this email or phone")
      ->type_name("WHO");
  AddLimit(command, options->limit);
  OnSelected(commands, command, options, List);
}

}  // namespace

void AddLicenseCommands(Commands& commands) {
  CLI::App* noun = AddNoun(commands, "license", "Licenses and who holds them");
  AddList(commands, *noun);

  auto show = std::make_shared<ShowOptions>();
  CLI::App* command =
      AddCommand(*noun, "show", "Shows one license", {"usher license show acme/support 3"});
  AddApplication(command, show->application);
  AddNumber(command, "LICENSE", show->license, "Its number in 'license list'")->required();
  OnSelected(commands, command, show, Show);
}

}  // namespace usher::cli
