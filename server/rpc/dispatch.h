// Dispatch: the way of a request through the wire layer, the same for every method that the engine
// answers: load, caller and role, fields, engine, reply or refusal.
//
// Calls are received and answered by the engine's thread. Included by the *_service.cc only.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "auth/caller.h"
#include "engine/engine.h"
#include "rpc/admission.h"
#include "rpc/call_registry.h"
#include "rpc/command_from_proto.h"
#include "rpc/fingerprint.h"
#include "rpc/refuse_call.h"
#include "rpc/reply_to_proto.h"
#include "rpc/services.h"

namespace usher::rpc {

template <typename Request>
concept HasRequestId = requires(const Request& request) {
  request.request_id();
};

// R28, where the method has a request_id and the caller set one.
template <typename Request, typename Response>
std::optional<engine::RequestIdentity> IdentityOf(const Request& request) {
  if constexpr (HasRequestId<Request>) {
    if (request.request_id().empty()) return std::nullopt;
    return engine::RequestIdentity{
        .request_id = request.request_id(),
        .fingerprint = Fingerprint(request, {"request_id"}),
        .encode =
            [](const Reply& reply) {
              Response response;
              WriteReply(reply, Request::default_instance(), response);
              return response.SerializeAsString();
            },
    };
  } else {
    return std::nullopt;
  }
}

template <typename Request, typename Response>
void Answer(Responder<Request, Response> responder, const engine::Result& result) {
  if (const auto* refusal = std::get_if<entitlement::Refusal>(&result)) {
    return RefuseCall(std::move(responder), *refusal);
  }
  const Reply& reply = std::get<Reply>(result);
  if (const auto* remembered = std::get_if<entitlement::RememberedReply>(&reply)) {
    if (!responder.message().ParseFromString(remembered->bytes)) {
      return responder.Refuse(
          grpc::Status(grpc::StatusCode::DATA_LOSS, "The remembered answer can't be read."));
    }
    return responder.Answer();
  }
  if (const auto refusal = RefusalIn(reply, responder.request())) {
    return RefuseCall(std::move(responder), *refusal);
  }
  WriteReply(reply, responder.request(), responder.message());
  responder.Answer();
}

// Who calls, where the call is let in; refuses it otherwise.
template <typename Request, typename Response>
std::optional<auth::Caller> AdmitOrRefuse(const Backend& backend,
                                          const grpc::ServerContext& context,
                                          Responder<Request, Response>& responder) {
  const absl::Time now = absl::Now();
  auto admitted = Admit(*backend.gate, context, responder.request(), now);
  if (const auto* refusal = std::get_if<entitlement::Refusal>(&admitted)) {
    responder.set_caller(TokenOf(*backend.gate, context, *refusal, now));
    RefuseCall(std::move(responder), *refusal);
    return std::nullopt;
  }
  auto caller = std::get<auth::Caller>(std::move(admitted));
  responder.set_caller(caller.token().id.value());
  return caller;
}

// The request as a submission that lacks only `done`; refuses the call where it can't be one.
template <typename Request, typename Response>
std::optional<engine::Submission> SubmissionOrRefuse(const Backend& backend,
                                                     const grpc::ServerContext& context,
                                                     Responder<Request, Response>& responder) {
  // Before anything is spent on the call (R31).
  if (const auto overload = backend.overload()) {
    responder.Refuse(ToStatus(*overload, absl::Now()));
    return std::nullopt;
  }
  const std::optional<auth::Caller> caller = AdmitOrRefuse(backend, context, responder);
  if (!caller.has_value()) return std::nullopt;
  const Request& request = responder.request();
  CommandOr command = CommandFrom(request);
  if (const auto* refusal = std::get_if<entitlement::Refusal>(&command)) {
    RefuseCall(std::move(responder), *refusal);
    return std::nullopt;
  }
  engine::Submission submission;
  submission.command = std::get<entitlement::Command>(std::move(command));
  BindTo(*caller, submission.command);
  submission.actor = caller->actor();
  submission.identity = IdentityOf<Request, Response>(request);
  return submission;
}

template <typename Request, typename Response>
void Dispatch(const Backend& backend, const grpc::ServerContext& context,
              Responder<Request, Response> responder) {
  std::optional<engine::Submission> submission = SubmissionOrRefuse(backend, context, responder);
  if (!submission.has_value()) return;
  submission->done = [responder = std::move(responder)](engine::Result result) mutable {
    Answer(std::move(responder), result);
  };
  backend.submit(*std::move(submission));
}

// Adds a method that the engine answers.
template <typename AsyncService, typename Base, typename Request, typename Response>
void AddToEngine(CallRegistry& calls, AsyncService* service,
                 void (Base::*receive)(grpc::ServerContext*, Request*,
                                       grpc::ServerAsyncResponseWriter<Response>*,
                                       grpc::CompletionQueue*, grpc::ServerCompletionQueue*, void*),
                 const Backend& backend) {
  calls.Add(service, receive,
            [backend](const grpc::ServerContext& context, Responder<Request, Response> responder) {
              Dispatch(backend, context, std::move(responder));
            });
}

}  // namespace usher::rpc
