#include "entitlement/command.h"
#include "rpc/command_from_proto.h"
#include "rpc/event_filter.h"
#include "rpc/event_page.h"
#include "usher/v1/event_service.pb.h"

namespace usher::rpc {

CommandOr CommandFrom(const v1::ListEventsRequest& request) {
  FieldReader fields;
  entitlement::Target target = fields.Parent("parent", request.parent());
  entitlement::ListEvents command;
  fields.PageSize(request);
  const std::string start = fields.PageStart(request);
  if (!start.empty()) {
    // A token whose checksum is right has a position that is right, too.
    const EventCursor cursor = EventCursor::Parse(start).value_or(EventCursor());
    // The entry that the page before ended in has more events.
    command.before = cursor.revision != 0 ? cursor.position + 1 : cursor.position;
  }
  if (request.has_start_time()) {
    command.start_time = fields.Instant("start_time", request.start_time());
  }
  if (request.has_end_time()) command.end_time = fields.Instant("end_time", request.end_time());
  ReadFilter(fields, request);
  return fields.Finish(std::move(target), std::move(command));
}

CommandOr CommandFrom(const v1::WatchEventsRequest& request) {
  FieldReader fields;
  entitlement::Target target = fields.Parent("parent", request.parent());
  ReadFilter(fields, request);
  if (request.from_oldest() && !request.resume_token().empty()) {
    fields.Refuse("from_oldest", "must not be set along with a resume_token");
  }
  return fields.Finish(std::move(target), entitlement::WatchEvents());
}

}  // namespace usher::rpc
