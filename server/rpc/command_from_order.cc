#include "entitlement/command.h"
#include "entitlement/limits.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "rpc/command_from_proto.h"
#include "usher/v1/order_service.pb.h"

namespace usher::rpc {

using entitlement::kOrderItemsMax;
using entitlement::kOrderUnitsMax;
using entitlement::OrderId;
using entitlement::OrderItem;
using entitlement::SubscriptionId;
using entitlement::Target;

namespace {

// How much of a product may be bought is the catalog's to say.
std::vector<OrderItem> Items(FieldReader& fields, std::string_view path,
                             const google::protobuf::RepeatedPtrField<v1::OrderItem>& items) {
  std::vector<OrderItem> read;
  if (!fields.Fits(path, items.size(), kOrderItemsMax)) return read;
  for (int i = 0; i < items.size(); ++i) {
    const v1::OrderItem& item = items[i];
    OrderItem& made = read.emplace_back();
    made.product = fields.ProductId(ElementPath(path, i, "product"), item.product());
    made.quantity = fields.Id(ElementPath(path, i, "quantity"), item.quantity());
    if (item.subscription_id() != 0) {
      made.subscription = SubscriptionId(
          fields.Id(ElementPath(path, i, "subscription_id"), item.subscription_id()));
    }
  }
  return read;
}

}  // namespace

CommandOr CommandFrom(const v1::CreateOrderRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::CreateOrder command;
  if (request.items().empty()) fields.Refuse("items", "must have at least one element");
  command.items = Items(fields, "items", request.items());
  command.months = fields.Months("months", request.months());
  command.validate_only = request.validate_only();
  fields.RequestId(request.request_id());
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::RenewSubscriptionRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::RenewSubscription command;
  command.id = SubscriptionId(fields.Id("subscription_id", request.subscription_id()));
  command.months = fields.Months("months", request.months());
  if (request.units() != 0) {
    command.units = fields.Between("units", request.units(), 1, kOrderUnitsMax);
  }
  if (request.drop_add_ons()) {
    if (!request.add_ons().empty()) {
      fields.Refuse("add_ons", "must be empty where drop_add_ons is set");
    }
    command.add_ons.emplace();
  } else if (!request.add_ons().empty()) {
    command.add_ons = Items(fields, "add_ons", request.add_ons());
  }
  command.validate_only = request.validate_only();
  fields.RequestId(request.request_id());
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::GetOrderRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  const OrderId id(fields.Id("order_id", request.order_id()));
  return fields.Finish(std::move(target), entitlement::GetOrder{id});
}

CommandOr CommandFrom(const v1::ListOrdersRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ListOrders command;
  command.limit = fields.PageSize(request);
  command.before = OrderId(fields.PageStartNumber(request));
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::GetSubscriptionRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  const SubscriptionId id(fields.Id("subscription_id", request.subscription_id()));
  return fields.Finish(std::move(target), entitlement::GetSubscription{id});
}

CommandOr CommandFrom(const v1::ListSubscriptionsRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ListSubscriptions command;
  command.limit = fields.PageSize(request);
  command.before = SubscriptionId(fields.PageStartNumber(request));
  return fields.Finish(std::move(target), std::move(command));
}

}  // namespace usher::rpc
