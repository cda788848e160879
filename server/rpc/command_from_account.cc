#include "entitlement/command.h"
#include "entitlement/limits.h"
#include "rpc/command_from_proto.h"
#include "usher/v1/account_service.pb.h"

namespace usher::rpc {

using entitlement::AccountId;
using entitlement::ApplicationId;
using entitlement::kDisplayNameLengthMax;
using entitlement::Target;

namespace {

// A zone that is named in an update must be one: absent leaves it, empty is no zone.
std::string RequiredZone(FieldReader& fields, std::string_view name) {
  if (name.empty()) {
    fields.Refuse("time_zone", "must be the IANA name of a time zone, such as Europe/Berlin");
  }
  return fields.TimeZoneName("time_zone", name);
}

}  // namespace

CommandOr CommandFrom(const v1::CreateAccountRequest& request) {
  FieldReader fields;
  entitlement::CreateAccount command;
  command.id = AccountId(fields.ResourceId("account_id", request.account_id()));
  command.display_name = fields.Text("display_name", request.display_name(), kDisplayNameLengthMax);
  command.zone_name = fields.TimeZoneName("time_zone", request.time_zone());
  if (command.zone_name.empty()) command.zone_name = "UTC";
  fields.RequestId(request.request_id());
  return fields.Finish(Target(), std::move(command));
}

CommandOr CommandFrom(const v1::GetAccountRequest& request) {
  FieldReader fields;
  return fields.Finish(fields.Account("name", request.name()), entitlement::GetAccount());
}

CommandOr CommandFrom(const v1::ListAccountsRequest& request) {
  FieldReader fields;
  entitlement::ListAccounts command;
  command.limit = fields.PageSize(request);
  command.after = AccountId(fields.PageStart(request));
  return fields.Finish(Target(), std::move(command));
}

CommandOr CommandFrom(const v1::UpdateAccountRequest& request) {
  FieldReader fields;
  Target target = fields.Account("name", request.name());
  entitlement::UpdateAccount command;
  if (request.has_display_name()) {
    command.display_name =
        fields.Text("display_name", request.display_name(), kDisplayNameLengthMax);
  }
  if (request.has_time_zone()) command.zone_name = RequiredZone(fields, request.time_zone());
  fields.RequestId(request.request_id());
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::CreateApplicationRequest& request) {
  FieldReader fields;
  Target target = fields.Account("account", request.account());
  entitlement::CreateApplication command;
  command.id = ApplicationId(fields.ResourceId("application_id", request.application_id()));
  command.display_name = fields.Text("display_name", request.display_name(), kDisplayNameLengthMax);
  fields.RequestId(request.request_id());
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::GetApplicationRequest& request) {
  FieldReader fields;
  return fields.Finish(fields.Application("name", request.name()), entitlement::GetApplication());
}

CommandOr CommandFrom(const v1::ListApplicationsRequest& request) {
  FieldReader fields;
  Target target = fields.Account("account", request.account());
  entitlement::ListApplications command;
  command.limit = fields.PageSize(request);
  command.after = ApplicationId(fields.PageStart(request));
  command.show_deleted = request.show_deleted();
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::UpdateApplicationRequest& request) {
  FieldReader fields;
  Target target = fields.Application("name", request.name());
  entitlement::UpdateApplication command;
  if (request.has_display_name()) {
    command.display_name =
        fields.Text("display_name", request.display_name(), kDisplayNameLengthMax);
  }
  fields.RequestId(request.request_id());
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::DeleteApplicationRequest& request) {
  FieldReader fields;
  Target target = fields.Application("name", request.name());
  fields.RequestId(request.request_id());
  return fields.Finish(std::move(target), entitlement::DeleteApplication());
}

CommandOr CommandFrom(const v1::UndeleteApplicationRequest& request) {
  FieldReader fields;
  Target target = fields.Application("name", request.name());
  fields.RequestId(request.request_id());
  return fields.Finish(std::move(target), entitlement::UndeleteApplication());
}

CommandOr CommandFrom(const v1::GetEntitlementsRequest& request) {
  FieldReader fields;
  return fields.Finish(fields.Application("application", request.application()),
                       entitlement::GetEntitlements());
}

}  // namespace usher::rpc
