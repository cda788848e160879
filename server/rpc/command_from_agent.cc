#include "entitlement/command.h"
#include "entitlement/limits.h"
#include "rpc/command_from_proto.h"
#include "usher/v1/agent_service.pb.h"

namespace usher::rpc {

using entitlement::ClientId;
using entitlement::Email;
using entitlement::SessionId;
using entitlement::Target;

CommandOr CommandFrom(const v1::StartSessionRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::StartSession command;
  command.email = fields.RequiredEmail("email", request.email());
  command.channel = fields.RequiredChannel("channel", request.channel());
  command.client_id = ClientId(
      fields.Identifier("client_id", request.client_id(), entitlement::kClientIdLengthMax));
  command.edition = fields.EditionFilter("edition", request.edition());
  command.ttl = fields.Ttl("ttl", request.ttl());
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::RenewSessionsRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::RenewSessions command;
  const int count = request.session_ids_size();
  if (fields.Fits("session_ids", count, entitlement::kRenewalBatchMax)) {
    command.ids.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      if (request.session_ids(i) < 1) fields.Id(ElementPath("session_ids", i), 0);
      command.ids.emplace_back(request.session_ids(i));
    }
  }
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::EndSessionRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::EndSession command;
  command.id = SessionId(fields.Id("session_id", request.session_id()));
  command.note = fields.Text("note", request.note(), entitlement::kNoteLengthMax);
  command.forced = request.forced();
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::ForceOfflineRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ForceOffline command;
  command.email = fields.RequiredEmail("email", request.email());
  command.mobile_answering_off = request.mobile_answering_off();
  command.note = fields.Text("note", request.note(), entitlement::kNoteLengthMax);
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::SetMobileAnsweringRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::SetMobileAnswering command;
  command.email = fields.RequiredEmail("email", request.email());
  command.mode = fields.RequiredMode("mode", request.mode());
  command.edition = fields.EditionFilter("edition", request.edition());
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::CheckAccessRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::CheckAccess command;
  command.email = fields.RequiredEmail("email", request.email());
  command.edition = fields.EditionFilter("edition", request.edition());
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::ListSessionsRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ListSessions command;
  command.limit = fields.PageSize(request);
  command.email = fields.EmailFilter("email", request.email());
  command.channel = fields.ChannelFilter("channel", request.channel());
  command.after = SessionId(fields.PageStartNumber(request));
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::ListAgentsRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ListAgents command;
  command.limit = fields.PageSize(request);
  command.email = fields.EmailFilter("email", request.email());
  command.after = Email(fields.PageStart(request));
  return fields.Finish(std::move(target), std::move(command));
}

}  // namespace usher::rpc
