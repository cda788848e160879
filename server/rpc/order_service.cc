#include "rpc/dispatch.h"
#include "usher/v1/order_service.grpc.pb.h"

namespace usher::rpc {

void RegisterOrderService(CallRegistry& calls, const Submitter& submit,
                          const entitlement::Catalog* catalog) {
  using Service = v1::OrderService::AsyncService;
  auto* service = calls.Serve<Service>();
  calls.Add(service, &Service::RequestListProducts,
            [catalog](const grpc::ServerContext&,
                      Responder<v1::ListProductsRequest, v1::ListProductsResponse> responder) {
              WriteProducts(*catalog, responder.message());
              responder.Answer();
            });
  AddToEngine(calls, service, &Service::RequestCreateOrder, submit);
  AddToEngine(calls, service, &Service::RequestRenewSubscription, submit);
  AddToEngine(calls, service, &Service::RequestGetOrder, submit);
  AddToEngine(calls, service, &Service::RequestListOrders, submit);
  AddToEngine(calls, service, &Service::RequestGetSubscription, submit);
  AddToEngine(calls, service, &Service::RequestListSubscriptions, submit);
}

}  // namespace usher::rpc
