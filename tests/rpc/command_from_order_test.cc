#include "entitlement/limits.h"
#include "tests/rpc/wire_test_support.h"
#include "usher/v1/order_service.pb.h"

namespace usher::rpc {
namespace {

using testing::ExpectEachRefused;
using testing::ParseInSupport;
using testing::Read;
using testing::RefusedField;

TEST(CommandFromOrder, CreateOrderIsReadWhole) {
  const auto command = Read<entitlement::CreateOrder>(ParseInSupport<v1::CreateOrderRequest>(
      "items { product: 'standard-agent-package' quantity: 2 } "
      "items { product: 'standard-agent' quantity: 4 subscription_id: 7 } "
      "months: 3 validate_only: true"));
  ASSERT_EQ(command.items.size(), 2u);
  EXPECT_EQ(command.items[0].product, "standard-agent-package");
  EXPECT_EQ(command.items[0].quantity, 2);
  EXPECT_FALSE(command.items[0].subscription);
  EXPECT_EQ(command.items[1].subscription, entitlement::SubscriptionId(7));
  EXPECT_EQ(command.months, 3);
  EXPECT_TRUE(command.validate_only);
}

TEST(CommandFromOrder, MonthsDefaultToOne) {  // R6
  const auto command = Read<entitlement::CreateOrder>(
      ParseInSupport<v1::CreateOrderRequest>("items { product: 'standard-sip' quantity: 1 }"));
  EXPECT_EQ(command.months, 1);
  EXPECT_FALSE(command.validate_only);
}

TEST(CommandFromOrder, EachMalformedFieldOfCreateOrderIsNamed) {
  using Request = v1::CreateOrderRequest;
  ExpectEachRefused<Request>(
      ParseInSupport<Request>("items { product: 'standard-agent-package' quantity: 1 } "
                              "items { product: 'standard-agent' quantity: 1 } months: 36"),
      {
          {"application", [](Request& r) { r.set_application("acme/support"); }},
          {"items", [](Request& r) { r.clear_items(); }},
          {"items",
           [](Request& r) {
             for (int i = 0; i < entitlement::kOrderItemsMax - 1; ++i) *r.add_items() = r.items(0);
           }},
          {"items[0].product", [](Request& r) { r.mutable_items(0)->clear_product(); }},
          {"items[1].product", [](Request& r) { r.mutable_items(1)->set_product("Agent"); }},
          {"items[1].product",
           [](Request& r) { r.mutable_items(1)->set_product(std::string(64, 'a')); }},
          {"items[0].quantity", [](Request& r) { r.mutable_items(0)->set_quantity(0); }},
          {"items[1].quantity", [](Request& r) { r.mutable_items(1)->set_quantity(-1); }},
          {"items[1].subscription_id",
           [](Request& r) { r.mutable_items(1)->set_subscription_id(-1); }},
          {"months", [](Request& r) { r.set_months(-1); }},
          {"months", [](Request& r) { r.set_months(entitlement::kOrderMonthsMax + 1); }},
          {"request_id", [](Request& r) { r.set_request_id("\r"); }},
      });
}

TEST(CommandFromOrder, ARenewalCarriesAllUnlessItSaysWhat) {  // R9
  const auto all = Read<entitlement::RenewSubscription>(
      ParseInSupport<v1::RenewSubscriptionRequest>("subscription_id: 5"));
  EXPECT_EQ(all.id, entitlement::SubscriptionId(5));
  EXPECT_EQ(all.months, 1);
  EXPECT_FALSE(all.units.has_value());
  EXPECT_FALSE(all.add_ons.has_value());

  const auto some =
      Read<entitlement::RenewSubscription>(ParseInSupport<v1::RenewSubscriptionRequest>(
          "subscription_id: 5 units: 2 add_ons { product: 'standard-sip' quantity: 3 }"));
  EXPECT_EQ(some.units, 2);
  ASSERT_TRUE(some.add_ons.has_value());
  ASSERT_EQ(some.add_ons->size(), 1u);
  EXPECT_EQ(some.add_ons->front().quantity, 3);

  const auto none = Read<entitlement::RenewSubscription>(
      ParseInSupport<v1::RenewSubscriptionRequest>("subscription_id: 5 drop_add_ons: true"));
  ASSERT_TRUE(none.add_ons.has_value());
  EXPECT_TRUE(none.add_ons->empty());
}

TEST(CommandFromOrder, EachMalformedFieldOfRenewSubscriptionIsNamed) {
  using Request = v1::RenewSubscriptionRequest;
  ExpectEachRefused<Request>(
      ParseInSupport<Request>("subscription_id: 5 add_ons { product: 'standard-sip' quantity: 1 }"),
      {
          {"application", [](Request& r) { r.clear_application(); }},
          {"subscription_id", [](Request& r) { r.set_subscription_id(0); }},
          {"subscription_id", [](Request& r) { r.set_subscription_id(-5); }},
          {"months", [](Request& r) { r.set_months(37); }},
          {"units", [](Request& r) { r.set_units(-1); }},
          {"units", [](Request& r) { r.set_units(entitlement::kOrderUnitsMax + 1); }},
          {"add_ons", [](Request& r) { r.set_drop_add_ons(true); }},
          {"add_ons[0].quantity", [](Request& r) { r.mutable_add_ons(0)->set_quantity(0); }},
          {"request_id", [](Request& r) { r.set_request_id("\x7f"); }},
      });
}

TEST(CommandFromOrder, EachMalformedFieldOfTheReadsIsNamed) {
  EXPECT_EQ(RefusedField(ParseInSupport<v1::GetOrderRequest>("order_id: 0")), "order_id");
  EXPECT_EQ(RefusedField(ParseInSupport<v1::GetOrderRequest>("order_id: -1")), "order_id");
  EXPECT_EQ(RefusedField(ParseInSupport<v1::GetSubscriptionRequest>("")), "subscription_id");
  EXPECT_EQ(RefusedField(ParseInSupport<v1::ListOrdersRequest>("page_size: -1")), "page_size");
  EXPECT_EQ(RefusedField(ParseInSupport<v1::ListSubscriptionsRequest>("page_size: -1")),
            "page_size");
  EXPECT_EQ(RefusedField(v1::GetOrderRequest()), "application");
  EXPECT_EQ(RefusedField(v1::ListOrdersRequest()), "application");
  EXPECT_EQ(RefusedField(v1::GetSubscriptionRequest()), "application");
  EXPECT_EQ(RefusedField(v1::ListSubscriptionsRequest()), "application");
}

}  // namespace
}  // namespace usher::rpc
