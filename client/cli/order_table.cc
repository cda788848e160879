#include "client/cli/order_table.h"

#include "absl/strings/str_cat.h"
#include "client/cli/words.h"

namespace usher::cli {

void PrintOrder(Context& context, const v1::Order& order, const Times& times) {
  Table table({{"PRODUCT"},
               {"UNITS", true},
               {"MONTHS", true},
               {"UNIT PRICE", true},
               {absl::StrCat("AMOUNT (", order.currency_code(), ")"), true},
               {"SUB ID", true},
               {times.Heading("EXPIRES")}});
  for (const v1::OrderLine& line : order.lines()) {
    // What joins no subscription is bought outright, not by the month.
    const bool outright = line.subscription_id() == 0;
    table.AddRow({line.product(), Grouped(line.quantity()),
                  outright ? kNone : absl::StrCat(line.charged_months()),
                  Money(line.unit_price_cents()), Money(line.amount_cents()),
                  Id(line.subscription_id()),
                  times.At(line.expire_time(), line.has_expire_time())});
  }
  table.AddRow({"total", kBlank, kBlank, kBlank, Money(order.total_cents()), kBlank, kBlank});
  context.Print(table);
  if (order.order_id() == 0) {
    context.Note("This is a quote: nothing was bought. Without --dry-run it would be.");
  } else {
    context.Note(absl::StrCat("Order ", order.order_id(), " is placed."));
  }
}

}  // namespace usher::cli
