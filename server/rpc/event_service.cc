#include <memory>
#include <utility>
#include <variant>

#include "engine/watch_hub.h"
#include "rpc/dispatch.h"
#include "rpc/event_page.h"
#include "rpc/resume_token.h"
#include "rpc/watch_call.h"
#include "usher/v1/event_service.grpc.pb.h"

namespace usher::rpc {
namespace {

using ListResponder = Responder<v1::ListEventsRequest, v1::ListEventsResponse>;

// A list whose filters may pass over much of the journal: it is read in short steps, between which
// others have their turn, until the page is full.
class EventList : public std::enable_shared_from_this<EventList> {
 public:
  EventList(const Backend& backend, const engine::Submission& submission, ListResponder responder)
      : backend_(backend),
        command_(submission.command),
        actor_(submission.actor),
        responder_(std::move(responder)) {
    FieldReader fields;
    const v1::ListEventsRequest& request = responder_.request();
    const int page_size = fields.PageSize(request);
    const EventCursor start = EventCursor::Parse(fields.PageStart(request)).value_or(EventCursor());
    page_.emplace(request, page_size, ReadFilter(fields, request), start, responder_.message());
  }

  void Read() {
    engine::Submission submission;
    submission.command = command_;
    submission.actor = actor_;
    submission.done = [self = shared_from_this()](engine::Result result) {
      self->Take(std::move(result));
    };
    backend_.submit(std::move(submission));
  }

 private:
  void Take(engine::Result result) {
    if (const auto* refusal = std::get_if<entitlement::Refusal>(&result)) {
      return RefuseCall(std::move(responder_), *refusal);
    }
    const auto& reply = std::get<Reply>(result);
    const auto& history = std::get<entitlement::HistoryPage>(reply);
    if (page_->Add(std::get<entitlement::EventsPage>(history))) return responder_.Answer();
    std::get<entitlement::ListEvents>(command_.payload).before = page_->before();
    Read();
  }

  const Backend backend_;
  entitlement::Command command_;
  const std::string actor_;
  ListResponder responder_;
  std::optional<EventPage> page_;
};

void ListEvents(const Backend& backend, const grpc::ServerContext& context,
                ListResponder responder) {
  const std::optional<engine::Submission> submission =
      SubmissionOrRefuse(backend, context, responder);
  if (!submission.has_value()) return;
  std::make_shared<EventList>(backend, *submission, std::move(responder))->Read();
}

std::shared_ptr<StreamOwner> WatchEvents(const Backend& backend, const grpc::ServerContext& context,
                                         const v1::WatchEventsRequest& request,
                                         std::shared_ptr<ServerStream> stream) {
  const absl::Time now = absl::Now();
  // Before anything is spent on the call (R31).
  if (const auto overload = backend.overload()) {
    stream->Finish(ToStatus(*overload, now));
    return nullptr;
  }
  int64_t token = 0;
  const auto refuse = [&](const entitlement::Refusal& refusal) {
    NoteRefusal({.context = &context,
                 .rule = &RuleFor<v1::WatchEventsRequest>(),
                 .token = token != 0 ? token : TokenOf(*backend.gate, context, refusal, now),
                 .metrics = &stream->metrics()},
                refusal);
    stream->Finish(ToStatus(refusal, now));
    return nullptr;
  };
  auto admitted = Admit(*backend.gate, context, request, now);
  if (const auto* refusal = std::get_if<entitlement::Refusal>(&admitted)) return refuse(*refusal);
  const auto& caller = std::get<auth::Caller>(admitted);
  token = caller.token().id.value();
  CommandOr command = CommandFrom(request);
  if (const auto* refusal = std::get_if<entitlement::Refusal>(&command)) return refuse(*refusal);
  ResumeTokens tokens(backend.identity.database_id, request.parent());
  std::optional<int64_t> after;
  if (request.from_oldest()) after = engine::kFromOldest;
  if (!request.resume_token().empty()) {
    after = tokens.Read(request.resume_token());
    if (!after.has_value()) {
      return refuse(entitlement::InvalidField{
          "resume_token", "must be one that a watch of the same parent has answered"});
    }
  }
  FieldReader fields;
  auto watch = std::make_shared<WatchCall>(
      backend, caller, WatchMessages(ReadFilter(fields, request), std::move(tokens)), stream);
  engine::Submission submission;
  submission.command = std::get<entitlement::Command>(std::move(command));
  submission.actor = caller.actor();
  submission.done = [watch, after](engine::Result result) {
    if (const auto* refusal = std::get_if<entitlement::Refusal>(&result)) {
      return watch->Refuse(*refusal);
    }
    const auto& reply = std::get<entitlement::WatchReply>(std::get<Reply>(result));
    watch->Subscribe({.account = reply.account, .after = after});
  };
  backend.submit(std::move(submission));
  return watch;
}

}  // namespace

void RegisterEventService(CallRegistry& calls, const Backend& backend) {
  using Service = v1::EventService::WithAsyncMethod_ListEvents<
      v1::EventService::WithRawMethod_WatchEvents<v1::EventService::Service>>;
  auto* service = calls.Serve<Service>();
  calls.Add(service, &Service::RequestListEvents,
            [backend](const grpc::ServerContext& context, ListResponder responder) {
              ListEvents(backend, context, std::move(responder));
            });
  calls.AddStream<v1::WatchEventsRequest>(
      service, &Service::RequestWatchEvents,
      [backend](const grpc::ServerContext& context, const v1::WatchEventsRequest& request,
                std::shared_ptr<ServerStream> stream) {
        return WatchEvents(backend, context, request, std::move(stream));
      });
}

}  // namespace usher::rpc
