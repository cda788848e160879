#include "entitlement/command.h"
#include "entitlement/limits.h"
#include "rpc/command_from_proto.h"
#include "rpc/limits.h"
#include "usher/v1/license_service.pb.h"

namespace usher::rpc {

using entitlement::LicenseId;
using entitlement::Revision;
using entitlement::Target;

CommandOr CommandFrom(const v1::GetLicenseRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  const LicenseId id(fields.Id("license_id", request.license_id()));
  return fields.Finish(std::move(target), entitlement::GetLicense{id});
}

CommandOr CommandFrom(const v1::ListLicensesRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ListLicenses command;
  command.limit = fields.PageSize(request);
  command.filter.kind = fields.KindFilter("kind", request.kind());
  command.filter.edition = fields.EditionFilter("edition", request.edition());
  command.filter.state = fields.StateFilter("state", request.state());
  // An email is at most 254 characters, a phone's id fewer.
  command.filter.holder = fields.Text("holder", request.holder(), entitlement::kEmailLengthMax);
  command.after = LicenseId(fields.PageStartNumber(request));
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::ResetLicensesRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ResetLicenses command;
  const int count = request.license_ids_size();
  if (fields.Fits("license_ids", count, entitlement::kResetLicenseIdsMax)) {
    for (int i = 0; i < count; ++i) {
      command.license_ids.emplace_back(
          fields.Id(ElementPath("license_ids", i), request.license_ids(i)));
    }
  }
  command.validate_only = request.validate_only();
  command.etag = fields.Text("etag", request.etag(), kEtagLengthMax);
  fields.RequestId(request.request_id());
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::ListResetsRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ListResets command;
  command.limit = fields.PageSize(request);
  command.before = Revision(fields.PageStartNumber(request));
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::ListBindingsRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ListBindings command;
  command.limit = fields.PageSize(request);
  if (request.license_id() != 0) {
    command.license = LicenseId(fields.Id("license_id", request.license_id()));
  }
  command.email = fields.EmailFilter("email", request.email());
  if (request.has_at_time()) command.at_time = fields.Instant("at_time", request.at_time());
  command.before = fields.PageStartNumber(request);
  return fields.Finish(std::move(target), std::move(command));
}

}  // namespace usher::rpc
