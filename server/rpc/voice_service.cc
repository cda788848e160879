#include "rpc/dispatch.h"
#include "usher/v1/voice_service.grpc.pb.h"

namespace usher::rpc {

void RegisterVoiceService(CallRegistry& calls, const Submitter& submit) {
  using Service = v1::VoiceService::AsyncService;
  auto* service = calls.Serve<Service>();
  AddToEngine(calls, service, &Service::RequestStartCall, submit);
  AddToEngine(calls, service, &Service::RequestConnectCall, submit);
  AddToEngine(calls, service, &Service::RequestExtendCalls, submit);
  AddToEngine(calls, service, &Service::RequestEndCall, submit);
  AddToEngine(calls, service, &Service::RequestGetVoiceBalance, submit);
  AddToEngine(calls, service, &Service::RequestGetCall, submit);
  AddToEngine(calls, service, &Service::RequestListCalls, submit);
}

}  // namespace usher::rpc
