// usher order create|list
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/names.h"
#include "client/cli/order_table.h"
#include "client/lib/pages.h"

namespace usher::cli {
namespace {

struct CreateOptions {
  std::string application;
  std::vector<v1::OrderItem> items;
  int64_t months = 0;
  int64_t subscription = 0;
  bool dry_run = false;
  std::string request_id;
};

// Bought outright, for the whole account.
constexpr char kVoiceMinutes[] = "voice-minutes";

// --subscription is for the add-ons of the order that name none themselves; packages start
// subscriptions of their own, and minutes join none.
bool JoinsSubscription(const std::string& product) {
  return product != kVoiceMinutes && !absl::EndsWith(product, "-package");
}

ExitCode Create(Context& context, const CreateOptions& options) {
  v1::CreateOrderRequest request;
  request.set_application(options.application);
  for (v1::OrderItem item : options.items) {
    if (item.subscription_id() == 0 && JoinsSubscription(item.product())) {
      item.set_subscription_id(options.subscription);
    }
    *request.add_items() = item;
  }
  request.set_months(static_cast<int32_t>(options.months));
  request.set_validate_only(options.dry_run);
  request.set_request_id(options.request_id);
  const Result<v1::CreateOrderResponse> response = context.client().CreateOrder(request);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  PrintOrder(context, response->order(), context.TimesOf(options.application));
  const auto& lines = response->order().lines();
  const bool has_minutes = std::any_of(lines.begin(), lines.end(), [](const v1::OrderLine& line) {
    return line.product() == kVoiceMinutes;
  });
  if (has_minutes) {
    const std::string account = ShortName(AccountOf(options.application));
    context.Note(absl::StrCat("Minutes are for all applications of ", account,
                              ": usher voice balance ", account));
  }
  return ExitCode::kOk;
}

struct ListOptions {
  std::string application;
  std::optional<int64_t> limit;
};

ExitCode List(Context& context, const ListOptions& options) {
  v1::ListOrdersRequest request;
  request.set_application(options.application);
  const Result<v1::ListOrdersResponse> response =
      client::FetchAll(context.client(), &Client::ListOrders, request, options.limit);
  if (!response.ok()) return context.Fail(response.error(), options.application);
  if (context.json()) return context.PrintJson(*response);
  const Times times = context.TimesOf(options.application);
  Table table({{"ORDER", true},
               {times.Heading("PLACED")},
               {"BY"},
               {"TOTAL", true},
               {"UNITS", true},
               {"PRODUCT"}});
  for (const v1::Order& order : response->orders()) {
    std::vector<std::string> row = {
        Id(order.order_id()), times.At(order.create_time(), order.has_create_time()), order.actor(),
        absl::StrCat(Money(order.total_cents()), " ", order.currency_code())};
    // A line for each product; the first one also says whose they are.
    for (const v1::OrderLine& line : order.lines()) {
      row.push_back(Grouped(line.quantity()));
      row.push_back(line.product());
      table.AddRow(std::move(row));
      row.assign(4, kBlank);
    }
  }
  return context.PrintList(table, "orders", response->next_page_token());
}

void AddCreate(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<CreateOptions>();
  CLI::App* command = AddCommand(
      noun, "create",
      "Buys packages and add-ons in one order, all or nothing. 'usher catalog' lists the products",
      {"usher order create acme/support standard-agent-package=2 standard-agent=4 --months 3 "
       "--dry-run",
       "usher order create acme/support standard-sip=5",
       "usher order create acme/support standard-agent=1@7     joins subscription 7",
       "usher order create acme/support voice-agent-package=1 voice-concurrency=2",
       "usher order create acme/support voice-minutes=5000     for all of acme's applications"});
  AddApplication(command, options->application);
  AddOrderItems(command, "ITEM", options->items,
                "PRODUCT=QUANTITY, or PRODUCT=QUANTITY@SUBSCRIPTION to join one")
      ->required();
  AddNumber(command, "--months", options->months,
            "How long packages last; 1 by default. Add-ons end with theirs");
  AddNumber(command, "--subscription", options->subscription,
            "What the add-ons join, where several subscriptions fit");
  command->add_flag("--dry-run", options->dry_run, "Only quotes it: nothing is bought");
  AddRequestId(command, options->request_id);
  OnSelected(commands, command, options, Create);
}

}  // namespace

void AddOrderCommands(Commands& commands) {
  CLI::App* noun = AddNoun(commands, "order", "Orders: what was bought, and buying more");
  AddCreate(commands, *noun);

  auto list = std::make_shared<ListOptions>();
  CLI::App* command = AddCommand(*noun, "list", "Lists the orders of an application, newest first",
                                 {"usher order list acme/support --limit 10"});
  AddApplication(command, list->application);
  AddLimit(command, list->limit);
  OnSelected(commands, command, list, List);
}

}  // namespace usher::cli
