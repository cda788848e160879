#include "rpc/dispatch.h"
#include "usher/v1/license_service.grpc.pb.h"

namespace usher::rpc {

void RegisterLicenseService(CallRegistry& calls, const Backend& backend) {
  using Service = v1::LicenseService::AsyncService;
  auto* service = calls.Serve<Service>();
  AddToEngine(calls, service, &Service::RequestGetLicense, backend);
  AddToEngine(calls, service, &Service::RequestListLicenses, backend);
  AddToEngine(calls, service, &Service::RequestResetLicenses, backend);
  AddToEngine(calls, service, &Service::RequestListResets, backend);
  AddToEngine(calls, service, &Service::RequestListBindings, backend);
}

}  // namespace usher::rpc
