#include "rpc/dispatch.h"
#include "usher/v1/account_service.grpc.pb.h"

namespace usher::rpc {

void RegisterAccountService(CallRegistry& calls, const Submitter& submit) {
  using Service = v1::AccountService::AsyncService;
  auto* service = calls.Serve<Service>();
  AddToEngine(calls, service, &Service::RequestCreateAccount, submit);
  AddToEngine(calls, service, &Service::RequestGetAccount, submit);
  AddToEngine(calls, service, &Service::RequestListAccounts, submit);
  AddToEngine(calls, service, &Service::RequestUpdateAccount, submit);
  AddToEngine(calls, service, &Service::RequestCreateApplication, submit);
  AddToEngine(calls, service, &Service::RequestGetApplication, submit);
  AddToEngine(calls, service, &Service::RequestListApplications, submit);
  AddToEngine(calls, service, &Service::RequestUpdateApplication, submit);
  AddToEngine(calls, service, &Service::RequestDeleteApplication, submit);
  AddToEngine(calls, service, &Service::RequestUndeleteApplication, submit);
  AddToEngine(calls, service, &Service::RequestGetEntitlements, submit);
}

}  // namespace usher::rpc
