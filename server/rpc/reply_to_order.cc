#include "entitlement/catalog.h"
#include "rpc/reply_parts.h"
#include "rpc/reply_to_proto.h"

namespace usher::rpc {
namespace {

void Write(const entitlement::Product& product, v1::Product& out) {
  out.set_product_id(product.product_id);
  out.set_display_name(product.display_name);
  out.set_unit_price_cents(product.unit_price_cents);
  out.set_monthly(product.monthly);
  out.set_minimum_quantity(product.minimum_quantity);
  out.set_required_product(product.required_product);
  if (product.edition) out.set_edition(Wire<v1::Edition>(*product.edition));
  out.set_agent_licenses(product.agent_licenses);
  out.set_sip_licenses(product.sip_licenses);
  out.set_concurrency(product.concurrency);
  out.set_minutes(product.minutes);
}

void Write(const entitlement::OrderLine& line, v1::OrderLine& out) {
  out.set_product(line.product);
  out.set_quantity(line.quantity);
  out.set_charged_months(line.charged_months);
  out.set_unit_price_cents(line.unit_price_cents);
  out.set_amount_cents(line.amount_cents);
  out.set_subscription_id(line.subscription.value());
  SetTime(line.expire_time, out.mutable_expire_time());
}

void Write(const entitlement::Order& order, v1::Order& out) {
  out.set_order_id(order.id.value());
  SetTime(order.create_time, out.mutable_create_time());
  out.set_actor(order.actor);
  for (const auto& line : order.lines) Write(line, *out.add_lines());
  out.set_total_cents(order.total_cents);
  out.set_currency_code(entitlement::kCurrencyCode);
}

void Write(const entitlement::SubscriptionView& view, v1::Subscription& out) {
  const entitlement::Subscription& subscription = view.subscription;
  out.set_subscription_id(subscription.id.value());
  out.set_product(subscription.product);
  out.set_units(subscription.units);
  out.set_state(view.expired ? v1::SUBSCRIPTION_STATE_EXPIRED : v1::SUBSCRIPTION_STATE_ACTIVE);
  SetTime(subscription.start_time, out.mutable_start_time());
  SetTime(subscription.expire_time, out.mutable_expire_time());
  for (const auto& add_on : subscription.add_ons) {
    v1::Subscription::AddOn& added = *out.add_add_ons();
    added.set_product(add_on.product);
    added.set_quantity(add_on.quantity);
    SetTime(add_on.expire_time, added.mutable_expire_time());
  }
}

}  // namespace

void WriteProducts(const entitlement::Catalog& catalog, v1::ListProductsResponse& out) {
  for (const auto& product : catalog.products()) Write(product, *out.add_products());
}

void WriteReply(const Reply& reply, const v1::CreateOrderRequest&, v1::CreateOrderResponse& out) {
  const auto& made = As<entitlement::OrderReply>(reply);
  Write(made.order, *out.mutable_order());
  for (const auto& subscription : made.subscriptions) Write(subscription, *out.add_subscriptions());
}

void WriteReply(const Reply& reply, const v1::RenewSubscriptionRequest&,
                v1::RenewSubscriptionResponse& out) {
  const auto& made = As<entitlement::OrderReply>(reply);
  Write(made.order, *out.mutable_order());
  Write(made.subscriptions.front(), *out.mutable_subscription());
}

std::optional<entitlement::Refusal> RefusalIn(const Reply& reply,
                                              const v1::GetOrderRequest& request) {
  if (FromHistory<entitlement::OrderFound>(reply).order) return std::nullopt;
  return entitlement::ResourceNotFound{
      absl::StrCat(request.application(), "/orders/", request.order_id())};
}

void WriteReply(const Reply& reply, const v1::GetOrderRequest&, v1::GetOrderResponse& out) {
  Write(FromHistory<entitlement::OrderFound>(reply).order.value(), *out.mutable_order());
}

void WriteReply(const Reply& reply, const v1::ListOrdersRequest& request,
                v1::ListOrdersResponse& out) {
  const auto& page = FromHistory<entitlement::OrdersPage>(reply);
  for (const auto& order : page.orders) Write(order, *out.add_orders());
  if (page.more) WriteNext(true, request, page.orders.back().id.value(), out);
}

void WriteReply(const Reply& reply, const v1::GetSubscriptionRequest&,
                v1::GetSubscriptionResponse& out) {
  Write(As<entitlement::SubscriptionReply>(reply).subscription, *out.mutable_subscription());
}

void WriteReply(const Reply& reply, const v1::ListSubscriptionsRequest& request,
                v1::ListSubscriptionsResponse& out) {
  const auto& page = As<entitlement::SubscriptionsReply>(reply);
  for (const auto& subscription : page.subscriptions) Write(subscription, *out.add_subscriptions());
  if (page.more) {
    WriteNext(true, request, page.subscriptions.back().subscription.id.value(), out);
  }
}

}  // namespace usher::rpc
