#include <string>
#include <vector>

#include "entitlement/decisions.h"
#include "entitlement/limits.h"
#include "gtest/gtest.h"
#include "tests/entitlement/buying.h"
#include "tests/support/world.h"

namespace usher::entitlement {
namespace {

TEST(Catalog, IsTheSeedPriceList) {  // R5
  struct Case {
    std::string product;
    int64_t cents;
    bool monthly;
    int64_t minimum;
    int64_t maximum;
    std::string required;
    int agent, sip, concurrency;
    int64_t minutes;
  };
  const std::vector<Case> cases = {
      {"standard-agent-package", 12000, true, 1, 10'000, "", 3, 0, 0, 0},
      {"standard-agent", 4000, true, 1, 10'000, "standard-agent-package", 1, 0, 0, 0},
      {"standard-sip", 1500, true, 1, 10'000, "standard-agent-package", 0, 1, 0, 0},
      {"premium-agent-package", 21000, true, 1, 10'000, "", 3, 3, 0, 0},
      {"premium-agent", 7000, true, 1, 10'000, "premium-agent-package", 1, 0, 0, 0},
      {"premium-sip", 2100, true, 1, 10'000, "premium-agent-package", 0, 1, 0, 0},
      {"voice-agent-package", 79900, true, 1, 10'000, "", 0, 0, 3, 8000},
      {"voice-concurrency", 2900, true, 1, 10'000, "voice-agent-package", 0, 0, 1, 0},
      {"voice-minutes", 8, false, 5000, 100'000'000, "voice-agent-package", 0, 0, 0, 1},
  };
  const Catalog catalog = Catalog::Default();
  ASSERT_EQ(catalog.products().size(), cases.size());
  for (size_t i = 0; i < cases.size(); ++i) {
    const Case& c = cases[i];
    SCOPED_TRACE(c.product);
    const Product& product = catalog.products()[i];
    EXPECT_EQ(product.product_id, c.product);
    EXPECT_EQ(catalog.Find(c.product), &product);
    EXPECT_FALSE(product.display_name.empty());
    EXPECT_EQ(product.unit_price_cents, c.cents);
    EXPECT_EQ(product.monthly, c.monthly);
    EXPECT_EQ(product.minimum_quantity, c.minimum);
    EXPECT_EQ(product.maximum_quantity, c.maximum);
    EXPECT_EQ(product.required_product, c.required);
    EXPECT_EQ(product.agent_licenses, c.agent);
    EXPECT_EQ(product.sip_licenses, c.sip);
    EXPECT_EQ(product.concurrency, c.concurrency);
    EXPECT_EQ(product.minutes, c.minutes);
    EXPECT_EQ(product.is_voice(), c.product.starts_with("voice"));
    EXPECT_EQ(product.edition.has_value(), !product.is_voice());
  }
  EXPECT_EQ(catalog.Find("standard"), nullptr);
  EXPECT_EQ(catalog.Find(""), nullptr);
}

}  // namespace
}  // namespace usher::entitlement
