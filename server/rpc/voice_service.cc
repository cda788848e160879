#include "rpc/dispatch.h"
#include "usher/v1/voice_service.grpc.pb.h"

namespace usher::rpc {

void RegisterVoiceService(CallRegistry& calls, const Backend& backend) {
  using Service = v1::VoiceService::AsyncService;
  auto* service = calls.Serve<Service>();
  AddToEngine(calls, service, &Service::RequestStartCall, backend);
  AddToEngine(calls, service, &Service::RequestConnectCall, backend);
  AddToEngine(calls, service, &Service::RequestExtendCalls, backend);
  AddToEngine(calls, service, &Service::RequestEndCall, backend);
  AddToEngine(calls, service, &Service::RequestGetVoiceBalance, backend);
  AddToEngine(calls, service, &Service::RequestGetCall, backend);
  AddToEngine(calls, service, &Service::RequestListCalls, backend);
}

}  // namespace usher::rpc
