// SequenceOperation: an operation whose calls are of several methods, such as a login, renewals and
// a logout. Each call counts for itself. Threading: as Operation.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/support/async_unary_call.h"
#include "grpcpp/support/status.h"
#include "tools/bench/operation.h"

namespace usher::bench {

// The messages of one method, kept from call to call.
template <typename Request, typename Response>
struct Exchange {
  Request request;
  Response response;
};

class SequenceOperation : public Operation {
 public:
  // `authorization` outlives it.
  explicit SequenceOperation(const std::string* authorization) : authorization_(authorization) {}

  bool Start(grpc::CompletionQueue* queue, void* tag) final {
    context_.emplace();
    context_->AddMetadata("authorization", *authorization_);
    queue_ = queue;
    tag_ = tag;
    return Begin();
  }

  absl::Status Finish() final {
    reader_.reset();
    return Check(status_);
  }

  void Cancel() final {
    if (context_.has_value()) context_->TryCancel();
  }

 protected:
  template <typename Response>
  using Reader = std::unique_ptr<grpc::ClientAsyncResponseReader<Response>>;

  // Sends the next call; false where there is none.
  virtual bool Begin() = 0;
  // How the call that was sent last ended: its response is there where that is OK.
  virtual absl::Status Check(const grpc::Status& status) = 0;

  // `method` is the stub's PrepareAsync<Method>.
  template <typename Stub, typename Request, typename Response>
  void Send(Stub* stub,
            Reader<Response> (Stub::*method)(grpc::ClientContext*, const Request&,
                                             grpc::CompletionQueue*),
            Exchange<Request, Response>& exchange) {
    auto* reader = (stub->*method)(&*context_, exchange.request, queue_).release();
    reader_ = {reader, [](void* gone) {
                 delete static_cast<grpc::ClientAsyncResponseReader<Response>*>(gone);
               }};
    reader->StartCall();
    reader->Finish(&exchange.response, &status_, tag_);
  }

 private:
  const std::string* const authorization_;
  grpc::CompletionQueue* queue_ = nullptr;
  void* tag_ = nullptr;
  grpc::Status status_;
  std::optional<grpc::ClientContext> context_;
  // Behind the context, whose call it lives on.
  std::unique_ptr<void, void (*)(void*)> reader_{nullptr, [](void*) {}};
};

}  // namespace usher::bench
