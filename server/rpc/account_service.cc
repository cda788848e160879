#include "rpc/dispatch.h"
#include "usher/v1/account_service.grpc.pb.h"

namespace usher::rpc {

void RegisterAccountService(CallRegistry& calls, const Backend& backend) {
  using Service = v1::AccountService::AsyncService;
  auto* service = calls.Serve<Service>();
  AddToEngine(calls, service, &Service::RequestCreateAccount, backend);
  AddToEngine(calls, service, &Service::RequestGetAccount, backend);
  AddToEngine(calls, service, &Service::RequestListAccounts, backend);
  AddToEngine(calls, service, &Service::RequestUpdateAccount, backend);
  AddToEngine(calls, service, &Service::RequestCreateApplication, backend);
  AddToEngine(calls, service, &Service::RequestGetApplication, backend);
  AddToEngine(calls, service, &Service::RequestListApplications, backend);
  AddToEngine(calls, service, &Service::RequestUpdateApplication, backend);
  AddToEngine(calls, service, &Service::RequestDeleteApplication, backend);
  AddToEngine(calls, service, &Service::RequestUndeleteApplication, backend);
  AddToEngine(calls, service, &Service::RequestGetEntitlements, backend);
}

}  // namespace usher::rpc
