#include "rpc/dispatch.h"
#include "usher/v1/order_service.grpc.pb.h"

namespace usher::rpc {

void RegisterOrderService(CallRegistry& calls, const Backend& backend) {
  using Service = v1::OrderService::AsyncService;
  auto* service = calls.Serve<Service>();
  calls.Add(service, &Service::RequestListProducts,
            [backend](const grpc::ServerContext& context,
                      Responder<v1::ListProductsRequest, v1::ListProductsResponse> responder) {
              if (!AdmitOrRefuse(backend, context, responder).has_value()) return;
              WriteProducts(*backend.catalog, responder.message());
              responder.Answer();
            });
  AddToEngine(calls, service, &Service::RequestCreateOrder, backend);
  AddToEngine(calls, service, &Service::RequestRenewSubscription, backend);
  AddToEngine(calls, service, &Service::RequestGetOrder, backend);
  AddToEngine(calls, service, &Service::RequestListOrders, backend);
  AddToEngine(calls, service, &Service::RequestGetSubscription, backend);
  AddToEngine(calls, service, &Service::RequestListSubscriptions, backend);
}

}  // namespace usher::rpc
