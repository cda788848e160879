#include "rpc/dispatch.h"
#include "usher/v1/phone_service.grpc.pb.h"

namespace usher::rpc {

void RegisterPhoneService(CallRegistry& calls, const Backend& backend) {
  using Service = v1::PhoneService::AsyncService;
  auto* service = calls.Serve<Service>();
  AddToEngine(calls, service, &Service::RequestRegisterPhone, backend);
  AddToEngine(calls, service, &Service::RequestRenewPhones, backend);
  AddToEngine(calls, service, &Service::RequestUnregisterPhone, backend);
  AddToEngine(calls, service, &Service::RequestListPhones, backend);
}

}  // namespace usher::rpc
