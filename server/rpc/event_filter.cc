#include "rpc/event_filter.h"

#include "absl/strings/str_cat.h"
#include "entitlement/limits.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "rpc/limits.h"
#include "rpc/proto_values.h"
#include "usher/v1/event_service.pb.h"

namespace usher::rpc {
namespace {

constexpr char kPayload[] = "payload";
constexpr char kEmail[] = "email";

// The field of the payload that has that name; null where none has.
const google::protobuf::FieldDescriptor* PayloadField(const std::string& name) {
  const auto* field = v1::Event::descriptor()->FindFieldByName(name);
  const bool of_payload =
      field != nullptr &&
      field->containing_oneof() == v1::Event::descriptor()->FindOneofByName(kPayload);
  return of_payload ? field : nullptr;
}

// The email that the event is about; empty where it is about none.
std::string EmailOf(const v1::Event& event) {
  const auto* payload = v1::Event::descriptor()->FindFieldByNumber(event.payload_case());
  if (payload == nullptr) return "";
  const auto* email = payload->message_type()->FindFieldByName(kEmail);
  if (email == nullptr) return "";
  const google::protobuf::Message& message = event.GetReflection()->GetMessage(event, payload);
  return message.GetReflection()->GetString(message, email);
}

bool IsOfServer(const v1::Event& event) {
  return event.has_account_changed() || event.has_token_changed();
}

template <typename Request>
EventFilter ReadCommon(FieldReader& fields, const Request& request) {
  EventFilter filter;
  const entitlement::Target parent = fields.Parent("parent", request.parent());
  filter.of_server = parent.account.empty();
  if (!parent.application.empty()) {
    filter.application = ApplicationName(parent.account, parent.application);
  }
  if (fields.Fits("types", request.types_size(), kEventTypesMax)) {
    for (int i = 0; i < request.types_size(); ++i) {
      const auto* field = PayloadField(request.types(i));
      if (field == nullptr) {
        fields.Refuse(ElementPath("types", i),
                      "must be the name of a payload field, such as session_started");
        break;
      }
      filter.types |= BitOf(field->number());
    }
  }
  return filter;
}

}  // namespace

bool EventFilter::PassesAll() const {
  return application.empty() && !of_server && types == 0 && email.empty() && actor.empty();
}

bool EventFilter::Passes(const v1::Event& event) const {
  return (application.empty() || event.application() == application) &&
         (!of_server || IsOfServer(event)) &&
         (types == 0 || (types & BitOf(event.payload_case())) != 0) &&
         (actor.empty() || event.actor() == actor) && (email.empty() || EmailOf(event) == email);
}

EventFilter ReadFilter(FieldReader& fields, const v1::ListEventsRequest& request) {
  EventFilter filter = ReadCommon(fields, request);
  filter.email = fields.EmailFilter("email", request.email()).value();
  filter.actor = fields.Text("actor", request.actor(), entitlement::kDisplayNameLengthMax);
  return filter;
}

EventFilter ReadFilter(FieldReader& fields, const v1::WatchEventsRequest& request) {
  return ReadCommon(fields, request);
}

}  // namespace usher::rpc
