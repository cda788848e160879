// usher phone register|unregister|list
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/session_table.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

struct RegisterOptions {
  std::string application;
  std::string phone;
  v1::Edition edition = v1::EDITION_UNSPECIFIED;
  std::optional<absl::Duration> ttl;
};

ExitCode Register(Context& context, const RegisterOptions& options) {
  v1::RegisterPhoneRequest request;
  request.set_application(options.application);
  request.set_phone_id(options.phone);
  request.set_edition(options.edition);
  if (options.ttl.has_value()) {
    *request.mutable_ttl() = ToProto(*options.ttl);
  }
  const Result<v1::RegisterPhoneResponse> response = context.client().RegisterPhone(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.application);
  const v1::Phone& phone = response->phone();
  Facts facts;
  facts.Add("Phone", phone.phone_id());
  facts.Add("License", absl::StrCat(phone.license_id(), ", ", Word(phone.edition())));
  facts.Add("State", Word(phone.state()));
  facts.Add("Lease", absl::StrCat("ends ", times.Distance(FromProto(phone.expire_time())),
                                  " unless it registers again"));
  context.Print(facts);
  return ExitCode::kOk;
}

struct UnregisterOptions {
  std::string application;
  std::string phone;
};

ExitCode Unregister(Context& context, const UnregisterOptions& options) {
  v1::UnregisterPhoneRequest request;
  request.set_application(options.application);
  request.set_phone_id(options.phone);
  const Result<v1::UnregisterPhoneResponse> response = context.client().UnregisterPhone(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  context.Note(absl::StrCat("Phone ", options.phone, " is offline."));
  return ExitCode::kOk;
}

struct ListOptions {
  std::string application;
  std::optional<int64_t> limit;
};

ExitCode List(Context& context, const ListOptions& options) {
  v1::ListPhonesRequest request;
  request.set_application(options.application);
  const Result<v1::ListPhonesResponse> response =
      client::FetchAll(context.client(), &Client::ListPhones, request, options.limit);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.application);
  Table table({{"PHONE"},
               {"LICENSE", true},
               {"EDITION"},
               {"STATE"},
               {times.Heading("ONLINE SINCE")},
               {"LEASE ENDS"}});
  for (const v1::Phone& phone : response->phones()) {
    table.AddRow({phone.phone_id(), Id(phone.license_id()), Word(phone.edition()),
                  StateOf(phone.state(), phone.drain_deadline_time(),
                          phone.has_drain_deadline_time(), times),
                  times.At(phone.online_time(), phone.has_online_time()),
                  times.Distance(phone.expire_time(), phone.has_expire_time())});
  }
  return context.PrintList(table, "phones online", response->next_page_token());
}

CLI::Option* AddPhone(CLI::App* command, std::string& phone) {
  return command->add_option("PHONE", phone, "The extension or address of record")
      ->type_name("")
      ->required();
}

void AddRegister(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<RegisterOptions>();
  CLI::App* command =
      AddCommand(noun, "register",
                 "Takes a SIP license for a phone that is online. Registering again is free and "
                 "renews the lease",
                 {"usher phone register acme/support 1001",
                  "usher phone register acme/support 1001 --ttl 1h --edition premium"});
  AddApplication(command, options->application);
  AddPhone(command, options->phone);
  AddChoice(command, "--edition", options->edition,
            "The edition to take a license of; by default standard, then premium");
  AddDuration(command, "--ttl", options->ttl,
              "How long the lease lasts, 10s to 24h; 60s by default");
  OnSelected(commands, command, options, Register);
}

}  // namespace

void AddPhoneCommands(Commands& commands) {
  CLI::App* noun = AddNoun(commands, "phone", "SIP phones: which are online");
  AddRegister(commands, *noun);

  auto unregister = std::make_shared<UnregisterOptions>();
  CLI::App* unregister_command =
      AddCommand(*noun, "unregister", "Takes a phone offline and gives its license back",
                 {"usher phone unregister acme/support 1001"});
  AddApplication(unregister_command, unregister->application);
  AddPhone(unregister_command, unregister->phone);
  OnSelected(commands, unregister_command, unregister, Unregister);

  auto list = std::make_shared<ListOptions>();
  CLI::App* list_command = AddCommand(*noun, "list", "Lists the phones that are online",
                                      {"usher phone list acme/support"});
  AddApplication(list_command, list->application);
  AddLimit(list_command, list->limit);
  OnSelected(commands, list_command, list, List);
}

}  // namespace usher::cli
