// Operation: one caller that calls, waits for the answer, looks at it, and calls again.
//
// A load drives many of them from a completion queue. An operation keeps its messages from call to
// call, so that the client allocates little: what it costs is part of every figure, on both sides
// of a ratio. UnaryOperation is what workloads derive from.
// Threading: one thread at a time; the same one from Start to Finish.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/support/async_unary_call.h"

namespace usher::bench {

class Operation {
 public:
  virtual ~Operation() = default;

  // Begins the next call; `tag` comes out of the queue when it is answered. False where the
  // operation has nothing left to do: then nothing was begun.
  virtual bool Start(grpc::CompletionQueue* queue, void* tag) = 0;

  // Looks at the answer. An error says what was not as it must be, and ends the load.
  virtual absl::Status Finish() = 0;

  // Gives up the call that has begun; its tag still comes out of the queue.
  virtual void Cancel() = 0;
};

// Of a call that should have been answered. OK where it was.
inline absl::Status FromRpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      absl::StrCat("the RPC failed: ", status.error_message()));
}

template <typename Request, typename Response>
class UnaryOperation : public Operation {
 public:
  bool Start(grpc::CompletionQueue* queue, void* tag) final {
    if (!Prepare(request_)) return false;
    context_.emplace();
    reader_ = Send(&*context_, request_, queue);
    reader_->StartCall();
    reader_->Finish(&response_, &status_, tag);
    return true;
  }

  absl::Status Finish() final {
    reader_.reset();
    if (!status_.ok()) return FromRpc(status_);
    return Check(response_);
  }

  void Cancel() final {
    if (context_.has_value()) context_->TryCancel();
  }

 protected:
  using Reader = std::unique_ptr<grpc::ClientAsyncResponseReader<Response>>;

  // Changes the last request into the next one; false where there is none.
  virtual bool Prepare(Request& request) = 0;
  // The stub's PrepareAsync<Method>.
  virtual Reader Send(grpc::ClientContext* context, const Request& request,
                      grpc::CompletionQueue* queue) = 0;
  virtual absl::Status Check(const Response& response) = 0;

 private:
  Request request_;
  Response response_;
  grpc::Status status_;
  std::optional<grpc::ClientContext> context_;
  // Behind the context, whose call it lives on.
  Reader reader_;
};

}  // namespace usher::bench
