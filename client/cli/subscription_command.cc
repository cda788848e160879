// usher subscription list|renew
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/order_table.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

struct ListOptions {
  std::string application;
  std::optional<int64_t> limit;
};

// "2026-12-30 10:13, in 29 d".
std::string Expiry(const google::protobuf::Timestamp& time, bool has, const Times& times) {
  if (!has) return kNone;
  return absl::StrCat(times.At(time, has), ", ", times.Distance(time, has));
}

ExitCode List(Context& context, const ListOptions& options) {
  v1::ListSubscriptionsRequest request;
  request.set_application(options.application);
  const Result<v1::ListSubscriptionsResponse> response =
      client::FetchAll(context.client(), &Client::ListSubscriptions, request, options.limit);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.application);
  Table table({{"ID", true},
               {"PRODUCT"},
               {"UNITS", true},
               {"STATE"},
               {times.Heading("STARTED")},
               {"EXPIRES"}});
  for (const v1::Subscription& subscription : response->subscriptions()) {
    table.AddRow({Id(subscription.subscription_id()), subscription.product(),
                  Grouped(subscription.units()), Word(subscription.state()),
                  times.At(subscription.start_time(), subscription.has_start_time()),
                  Expiry(subscription.expire_time(), subscription.has_expire_time(), times)});
    for (const v1::Subscription::AddOn& add_on : subscription.add_ons()) {
      table.AddRow({kBlank, absl::StrCat("+ ", add_on.product()), Grouped(add_on.quantity()),
                    kBlank, kBlank, Expiry(add_on.expire_time(), add_on.has_expire_time(), times)});
    }
  }
  return context.PrintList(table, "subscriptions", response->next_page_token());
}

struct RenewOptions {
  std::string application;
  int64_t subscription = 0;
  int64_t months = 0;
  int64_t units = 0;
  std::vector<v1::OrderItem> add_ons;
  bool drop_add_ons = false;
  bool dry_run = false;
  std::string request_id;
};

ExitCode Renew(Context& context, const RenewOptions& options) {
  v1::RenewSubscriptionRequest request;
  request.set_application(options.application);
  request.set_subscription_id(options.subscription);
  request.set_months(static_cast<int32_t>(options.months));
  request.set_units(options.units);
  for (const v1::OrderItem& add_on : options.add_ons) *request.add_add_ons() = add_on;
  request.set_drop_add_ons(options.drop_add_ons);
  request.set_validate_only(options.dry_run);
  request.set_request_id(options.request_id);
  const Result<v1::RenewSubscriptionResponse> response =
      context.client().RenewSubscription(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  PrintOrder(context, response->order(), context.TimesOf(options.application));
  return ExitCode::kOk;
}

void AddRenew(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<RenewOptions>();
  CLI::App* command = AddCommand(
      noun, "renew",
      "Extends a subscription from its expiry, up to 30 days after it: its licenses come back "
      "with their holders. What is not carried lapses, idle licenses first",
      {"usher subscription renew acme/support 7 --months 3 --dry-run",
       "usher subscription renew acme/support 7 --units 1 --add-on standard-agent=2"});
  AddApplication(command, options->application);
  AddNumber(command, "SUBSCRIPTION", options->subscription, "Its number in 'subscription list'")
      ->required();
  AddNumber(command, "--months", options->months, "How much longer; 1 by default");
  AddNumber(command, "--units", options->units, "Package units to carry; all by default");
  CLI::Option* add_ons =
      AddOrderItems(command, "--add-on", options->add_ons,
                    "Carry only these add-ons; all in force at the expiry by default")
          ->type_name("PRODUCT=QUANTITY");
  command->add_flag("--no-add-ons", options->drop_add_ons, "Carry no add-on")->excludes(add_ons);
  command->add_flag("--dry-run", options->dry_run, "Only quotes it: nothing is bought");
  AddRequestId(command, options->request_id);
  OnSelected(commands, command, options, Renew);
}

}  // namespace

void AddSubscriptionCommands(Commands& commands) {
  CLI::App* noun =
      AddNoun(commands, "subscription", "Subscriptions: packages that run, with their add-ons");
  auto list = std::make_shared<ListOptions>();
  CLI::App* command =
      AddCommand(*noun, "list", "Lists the subscriptions of an application, newest first",
                 {"usher subscription list acme/support"});
  AddApplication(command, list->application);
  AddLimit(command, list->limit);
  OnSelected(commands, command, list, List);
  AddRenew(commands, *noun);
}

}  // namespace usher::cli
