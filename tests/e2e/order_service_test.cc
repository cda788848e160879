#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

class OrderServiceTest : public ServerTest {
 protected:
  void SetUp() override { api_.CreateSupport(); }
};

TEST_F(OrderServiceTest, TheCatalogIsThatOfTheSeed) {  // R5
  const auto catalog = api_.Ask(&Orders::ListProducts, "");
  ASSERT_EQ(catalog.products_size(), 9);
  EXPECT_EQ(catalog.products(0).product_id(), "standard-agent-package");
  EXPECT_EQ(catalog.products(0).unit_price_cents(), 12000);
  EXPECT_EQ(catalog.products(0).agent_licenses(), 3);
  EXPECT_EQ(catalog.products(0).edition(), v1::EDITION_STANDARD);
}

TEST_F(OrderServiceTest, APackageAndItsAddOnsAreQuotedBoughtAndRead) {  // R6, R7, R10
  const std::string items =
      "items { product: 'standard-agent-package' quantity: 2 } "
      "items { product: 'standard-agent' quantity: 4 } months: 3 ";
  const auto quote = api_.AskInSupport(&Orders::CreateOrder, items + "validate_only: true");
  EXPECT_EQ(quote.order().order_id(), 0);
  EXPECT_EQ(quote.order().total_cents(), (2 * 12000 + 4 * 4000) * 3);
  EXPECT_EQ(api_.AskInSupport(&Orders::ListOrders).orders_size(), 0);

  const auto bought = api_.AskInSupport(&Orders::CreateOrder, items);
  EXPECT_EQ(bought.order().order_id(), 1);
  EXPECT_EQ(bought.order().total_cents(), quote.order().total_cents());
  EXPECT_EQ(bought.order().actor(), "operator");
  EXPECT_EQ(bought.order().currency_code(), "USD");
  ASSERT_EQ(bought.subscriptions_size(), 1);
  EXPECT_EQ(bought.subscriptions(0).units(), 2);
  ASSERT_EQ(bought.subscriptions(0).add_ons_size(), 1);

  const auto order = api_.AskInSupport(&Orders::GetOrder, "order_id: 1").order();
  EXPECT_EQ(order.SerializeAsString(), bought.order().SerializeAsString());
  const auto subscription =
      api_.AskInSupport(&Orders::GetSubscription, "subscription_id: 1").subscription();
  EXPECT_EQ(subscription.SerializeAsString(), bought.subscriptions(0).SerializeAsString());
  EXPECT_EQ(api_.AskInSupport(&Account::GetEntitlements).pools(0).total(), 3 + 6 + 4);
}

TEST_F(OrderServiceTest, OrdersAndSubscriptionsAreListedNewestFirst) {
  for (int i = 0; i < 3; ++i) {
    api_.AskInSupport(&Orders::CreateOrder,
                      "items { product: 'standard-agent-package' quantity: 1 }");
  }
  const auto first = api_.AskInSupport(&Orders::ListOrders, "page_size: 2");
  ASSERT_EQ(first.orders_size(), 2);
  EXPECT_EQ(first.orders(0).order_id(), 3);
  const auto rest = api_.AskInSupport(&Orders::ListOrders,
                                      "page_size: 2 page_token: '" + first.next_page_token() + "'");
  ASSERT_EQ(rest.orders_size(), 1);
  EXPECT_EQ(rest.orders(0).order_id(), 1);
  EXPECT_EQ(rest.next_page_token(), "");

  const auto subscriptions = api_.AskInSupport(&Orders::ListSubscriptions, "page_size: 2");
  ASSERT_EQ(subscriptions.subscriptions_size(), 2);
  EXPECT_EQ(subscriptions.subscriptions(0).subscription_id(), 3);
  // The two lists have the same fields, yet a token of the one is none of the other.
  EXPECT_EQ(ReasonOf(api_.CallInSupport(&Orders::ListSubscriptions,
                                        "page_token: '" + first.next_page_token() + "'")
                         .status),
            "PAGE_TOKEN_MISMATCH");
  EXPECT_EQ(api_.AskInSupport(&Orders::ListSubscriptions,
                              "page_token: '" + subscriptions.next_page_token() + "'")
                .subscriptions_size(),
            1);
}

TEST_F(OrderServiceTest, ARenewalExtendsFromTheOldExpiry) {  // R9
  const auto bought = api_.AskInSupport(&Orders::CreateOrder,
                                        "items { product: 'premium-agent-package' quantity: 1 }");
  const auto renewed =
      api_.AskInSupport(&Orders::RenewSubscription, "subscription_id: 1 months: 2");
  EXPECT_EQ(renewed.order().total_cents(), 2 * 21000);
  EXPECT_GT(
      TimeOf(renewed.subscription().expire_time()) - TimeOf(bought.subscriptions(0).expire_time()),
      absl::Hours(24 * 58));
}

TEST_F(OrderServiceTest, RefusalsNameWhatIsMissing) {
  EXPECT_EQ(ReasonOf(api_.CallInSupport(&Orders::CreateOrder,
                                        "items { product: 'standard-agent' quantity: 1 }")
                         .status),
            "PACKAGE_REQUIRED");
  const auto missing = api_.CallInSupport(&Orders::GetOrder, "order_id: 7").status;
  EXPECT_EQ(missing.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(InfoOf(missing).metadata().at("resource"), std::string(kSupport) + "/orders/7");
  EXPECT_EQ(ReasonOf(api_.CallInSupport(&Orders::GetSubscription, "subscription_id: 7").status),
            "RESOURCE_NOT_FOUND");
  EXPECT_EQ(api_.AskInSupport(&Orders::ListOrders).orders_size(), 0);
}

TEST_F(OrderServiceTest, VoiceIsBoughtWithItsPrerequisitesAndRenewed) {  // R7, R9, R22, R23
  const auto refused = [this](const std::string& items) {
    return ReasonOf(api_.CallInSupport(&Orders::CreateOrder, items).status);
  };
  const std::string package = "items { product: 'voice-agent-package' quantity: 2 } ";
  const std::string minutes = "items { product: 'voice-minutes' quantity: 5000 } ";
  EXPECT_EQ(refused("items { product: 'voice-concurrency' quantity: 1 }"), "PACKAGE_REQUIRED");
  EXPECT_EQ(refused(minutes), "PACKAGE_REQUIRED");
  const auto few = api_.CallInSupport(
      &Orders::CreateOrder, package + "items { product: 'voice-minutes' quantity: 4999 }");
  EXPECT_EQ(ReasonOf(few.status), "BELOW_MINIMUM_PURCHASE");
  EXPECT_EQ(InfoOf(few.status).metadata().at("minimum"), "5000");

  const auto bought = api_.AskInSupport(
      &Orders::CreateOrder,
      package + minutes + "items { product: 'voice-concurrency' quantity: 1 } months: 2");
  // Minutes are bought once, the rest month by month.
  EXPECT_EQ(bought.order().total_cents(), 2 * (2 * 79'900 + 2'900) + 5000 * 8);
  ASSERT_EQ(bought.subscriptions_size(), 1);
  const auto slots = [this] {
    return api_.AskInSupport(&Account::GetEntitlements).voice_concurrency_limit();
  };
  EXPECT_EQ(slots(), 2 * 3 + 1);
  const auto renewed =
      api_.AskInSupport(&Orders::RenewSubscription, "subscription_id: 1 months: 1").subscription();
  EXPECT_GT(TimeOf(renewed.expire_time()), TimeOf(bought.subscriptions(0).expire_time()));
  EXPECT_EQ(slots(), 2 * 3 + 1);
}

}  // namespace
}  // namespace usher::e2e
