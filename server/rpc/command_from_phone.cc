#include "entitlement/command.h"
#include "entitlement/limits.h"
#include "rpc/command_from_proto.h"
#include "usher/v1/phone_service.pb.h"

namespace usher::rpc {

using entitlement::kPhoneIdLengthMax;
using entitlement::PhoneId;
using entitlement::Target;

CommandOr CommandFrom(const v1::RegisterPhoneRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::RegisterPhone command;
  command.id = PhoneId(fields.Identifier("phone_id", request.phone_id(), kPhoneIdLengthMax));
  command.edition = fields.EditionFilter("edition", request.edition());
  command.ttl = fields.Ttl("ttl", request.ttl());
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::RenewPhonesRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::RenewPhones command;
  command.ids = fields.Identifiers<PhoneId>("phone_ids", request.phone_ids(),
                                            entitlement::kRenewalBatchMax, kPhoneIdLengthMax);
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::UnregisterPhoneRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  const PhoneId id(fields.Identifier("phone_id", request.phone_id(), kPhoneIdLengthMax));
  return fields.Finish(std::move(target), entitlement::UnregisterPhone{id});
}

CommandOr CommandFrom(const v1::ListPhonesRequest& request) {
  FieldReader fields;
  Target target = fields.Application("application", request.application());
  entitlement::ListPhones command;
  command.limit = fields.PageSize(request);
  command.after = PhoneId(fields.PageStart(request));
  return fields.Finish(std::move(target), std::move(command));
}

}  // namespace usher::rpc
