#include "rpc/dispatch.h"
#include "usher/v1/license_service.grpc.pb.h"

namespace usher::rpc {

void RegisterLicenseService(CallRegistry& calls, const Submitter& submit) {
  using Service = v1::LicenseService::AsyncService;
  auto* service = calls.Serve<Service>();
  AddToEngine(calls, service, &Service::RequestGetLicense, submit);
  AddToEngine(calls, service, &Service::RequestListLicenses, submit);
  AddToEngine(calls, service, &Service::RequestResetLicenses, submit);
  AddToEngine(calls, service, &Service::RequestListResets, submit);
  AddToEngine(calls, service, &Service::RequestListBindings, submit);
}

}  // namespace usher::rpc
