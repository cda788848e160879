#include "rpc/dispatch.h"
#include "usher/v1/agent_service.grpc.pb.h"

namespace usher::rpc {

void RegisterAgentService(CallRegistry& calls, const Backend& backend) {
  using Service = v1::AgentService::AsyncService;
  auto* service = calls.Serve<Service>();
  AddToEngine(calls, service, &Service::RequestStartSession, backend);
  AddToEngine(calls, service, &Service::RequestRenewSessions, backend);
  AddToEngine(calls, service, &Service::RequestEndSession, backend);
  AddToEngine(calls, service, &Service::RequestForceOffline, backend);
  AddToEngine(calls, service, &Service::RequestSetMobileAnswering, backend);
  AddToEngine(calls, service, &Service::RequestCheckAccess, backend);
  AddToEngine(calls, service, &Service::RequestListSessions, backend);
  AddToEngine(calls, service, &Service::RequestListAgents, backend);
}

}  // namespace usher::rpc
