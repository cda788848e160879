#include "entitlement/command.h"
#include "entitlement/limits.h"
#include "rpc/command_from_proto.h"
#include "usher/v1/voice_service.pb.h"

namespace usher::rpc {

using entitlement::CallId;
using entitlement::CallNo;
using entitlement::kCallIdLengthMax;
using entitlement::Target;

namespace {

CallId ReadCallId(FieldReader& fields, const std::string& id) {
  return CallId(fields.Identifier("call_id", id, kCallIdLengthMax));
}

}  // namespace

CommandOr CommandFrom(const v1::StartCallRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::StartCall command;
  command.id = ReadCallId(fields, request.call_id());
  command.direction = fields.Direction("direction", request.direction());
  command.ttl = fields.Ttl("ttl", request.ttl());
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::ConnectCallRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ConnectCall command;
  command.id = ReadCallId(fields, request.call_id());
  if (request.has_connect_time()) {
    command.connect_time = fields.Instant("connect_time", request.connect_time());
  }
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::ExtendCallsRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ExtendCalls command;
  command.ids = fields.Identifiers<CallId>("call_ids", request.call_ids(),
                                           entitlement::kCallBatchMax, kCallIdLengthMax);
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::EndCallRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::EndCall command;
  command.id = ReadCallId(fields, request.call_id());
  if (request.has_connected_duration()) {
    command.connected_duration = fields.DurationUpTo(
        "connected_duration", request.connected_duration(), entitlement::kConnectedDurationMax);
  }
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::GetVoiceBalanceRequest& request) {
  FieldReader fields;
  Target target = fields.Account("account", request.account());
  return fields.Finish(std::move(target), entitlement::GetVoiceBalance{});
}

CommandOr CommandFrom(const v1::GetCallRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::GetCall command{.id = ReadCallId(fields, request.call_id())};
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::ListCallsRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ListCalls command;
  command.state = fields.CallStateFilter("state", request.state());
  command.limit = fields.PageSize(request);
  command.before = CallNo(fields.PageStartNumber(request));
  return fields.Finish(std::move(target), std::move(command));
}

}  // namespace usher::rpc
