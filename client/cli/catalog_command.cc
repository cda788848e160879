// usher catalog
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"

namespace usher::cli {
namespace {

// "3 agent licenses, 3 SIP licenses"; "1 minute, at least 5,000".
std::string BringsOf(const v1::Product& product) {
  std::vector<std::string> parts;
  if (product.agent_licenses() > 0) {
    parts.push_back(Count(product.agent_licenses(), "agent license"));
  }
  if (product.sip_licenses() > 0) parts.push_back(Count(product.sip_licenses(), "SIP license"));
  if (product.minutes() > 0) {
    parts.push_back(product.monthly() ? absl::StrCat(Grouped(product.minutes()), " min a month")
                                      : Count(product.minutes(), "minute"));
  }
  if (product.concurrency() > 0) {
    parts.push_back(Count(product.concurrency(), "call") + " at once");
  }
  if (product.minimum_quantity() > 1) {
    parts.push_back("at least " + Grouped(product.minimum_quantity()));
  }
  return absl::StrJoin(parts, ", ");
}

struct CatalogOptions {};

ExitCode ShowCatalog(Context& context, const CatalogOptions& /*options*/) {
  const Result<v1::ListProductsResponse> response =
      context.client().ListProducts(v1::ListProductsRequest());
  if (!response.ok()) return context.Fail(response.error());
  if (context.json()) return context.PrintJson(*response);
  Table table({{"PRODUCT"},
               {"USD", true},
               {"PER"},
               {.heading = "ONE UNIT BRINGS", .folds = true},
               {"NEEDS"}});
  for (const v1::Product& product : response->products()) {
    table.AddRow({product.product_id(), Money(product.unit_price_cents()),
                  product.monthly() ? "month" : "unit", BringsOf(product),
                  product.required_product()});
  }
  return context.PrintList(table, "products", "");
}

}  // namespace

void AddCatalogCommand(Commands& commands) {
  CLI::App* command = AddCommand(commands.root, "catalog", "Lists what is for sale",
                                 {"usher catalog", "usher catalog -o json"});
  OnSelected(commands, command, std::make_shared<CatalogOptions>(), ShowCatalog);
}

}  // namespace usher::cli
