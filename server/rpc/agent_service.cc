#include "rpc/dispatch.h"
#include "usher/v1/agent_service.grpc.pb.h"

namespace usher::rpc {

void RegisterAgentService(CallRegistry& calls, const Submitter& submit) {
  using Service = v1::AgentService::AsyncService;
  auto* service = calls.Serve<Service>();
  AddToEngine(calls, service, &Service::RequestStartSession, submit);
  AddToEngine(calls, service, &Service::RequestRenewSessions, submit);
  AddToEngine(calls, service, &Service::RequestEndSession, submit);
  AddToEngine(calls, service, &Service::RequestForceOffline, submit);
  AddToEngine(calls, service, &Service::RequestSetMobileAnswering, submit);
  AddToEngine(calls, service, &Service::RequestCheckAccess, submit);
  AddToEngine(calls, service, &Service::RequestListSessions, submit);
  AddToEngine(calls, service, &Service::RequestListAgents, submit);
}

}  // namespace usher::rpc
