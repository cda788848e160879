#include "rpc/dispatch.h"
#include "usher/v1/phone_service.grpc.pb.h"

namespace usher::rpc {

void RegisterPhoneService(CallRegistry& calls, const Submitter& submit) {
  using Service = v1::PhoneService::AsyncService;
  auto* service = calls.Serve<Service>();
  AddToEngine(calls, service, &Service::RequestRegisterPhone, submit);
  AddToEngine(calls, service, &Service::RequestRenewPhones, submit);
  AddToEngine(calls, service, &Service::RequestUnregisterPhone, submit);
  AddToEngine(calls, service, &Service::RequestListPhones, submit);
}

}  // namespace usher::rpc
