// StreamMethod: how a method that answers with a stream of messages is served.
//
// Messages go out as bytes, one at a time: whoever produces them waits for OnWritten before the
// next, so nothing piles up here for a caller that reads slowly. What they say is put together by
// other threads (engine/watch_hub.h), so that they hardly stand in the way of a login.
// Threading: the functions of ServerStream from any thread, also when the caller has gone, where
// they do nothing; a StreamOwner is called by the queue's thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/async_stream.h"
#include "grpcpp/support/byte_buffer.h"
#include "rpc/call_queue.h"
#include "rpc/limits.h"
#include "rpc/unary_call.h"

namespace usher::rpc {

// Who produces the messages of a stream.
class StreamOwner {
 public:
  virtual ~StreamOwner() = default;
  // The last message has gone out: the next may follow.
  virtual void OnWritten() = 0;
  // The stream is over, whoever ended it: the last call.
  virtual void OnGone() = 0;
};

// One open call.
class ServerStream {
 public:
  virtual ~ServerStream() = default;
  // None may be on its way, and Finish not have been called.
  virtual void Write(const grpc::ByteBuffer& message) = 0;
  // Behind the message that is on its way.
  virtual void Finish(const grpc::Status& status) = 0;
  virtual observe::MethodMetrics& metrics() = 0;
};

template <typename Request>
class StreamCall;

template <typename Request>
class StreamMethod final : public Method {
 public:
  using Call = StreamCall<Request>;
  // gRPC's generated Request<Method> of the raw service.
  using Receive = std::function<void(grpc::ServerContext*, grpc::ByteBuffer*,
                                     grpc::ServerAsyncWriter<grpc::ByteBuffer>*,
                                     grpc::ServerCompletionQueue*, void* tag)>;
  // Finishes the stream, or answers its owner. `context` may be used until it returns, the stream
  // for as long as it is held.
  using Handler = std::function<std::shared_ptr<StreamOwner>(
      const grpc::ServerContext& context, const Request& request, std::shared_ptr<ServerStream>)>;

  // `metrics` outlives it.
  StreamMethod(Receive receive, Handler handler, observe::MethodMetrics* metrics)
      : receive_(std::move(receive)), handler_(std::move(handler)), metrics_(metrics) {}

  void Post(CallQueue* queue) override {
    for (int i = 0; i < kStreamsPosted; ++i) PostOne(queue);
  }

 private:
  friend Call;

  void PostOne(CallQueue* queue) {
    if (queue->Enter()) Call::Post(this, queue);
  }

  const Receive receive_;
  const Handler handler_;
  observe::MethodMetrics* const metrics_;
};

template <typename Request>
class StreamCall final : public ServerStream,
                         public std::enable_shared_from_this<StreamCall<Request>> {
 public:
  using Method = StreamMethod<Request>;

  StreamCall(Method* method, CallQueue* queue) : method_(method), queue_(queue) {}

  static void Post(Method* method, CallQueue* queue) {
    auto call = std::make_shared<StreamCall>(method, queue);
    call->self_ = call;
    call->context_.AsyncNotifyWhenDone(call->ended_.Tag());
    method->receive_(&call->context_, &call->bytes_, &call->writer_, queue->get(),
                     call->operation_.Tag());
  }

  void Write(const grpc::ByteBuffer& message) override {
    const std::lock_guard lock(mutex_);
    if (over_ || finishing_) return;
    busy_ = true;
    writer_.Write(message, operation_.Tag());
  }

  void Finish(const grpc::Status& status) override {
    const std::lock_guard lock(mutex_);
    if (over_ || finishing_) return;
    finishing_ = true;
    final_ = status;
    if (!busy_) SendFinal();
  }

  observe::MethodMetrics& metrics() override { return *method_->metrics_; }

 private:
  // What the completion queue hands back: an operation that is done, or the end of the call.
  class Event final : public CompletionTag {
   public:
    Event(StreamCall* call, void (StreamCall::*handle)(bool)) : call_(call), handle_(handle) {}
    void Complete(bool ok) override { (call_->*handle_)(ok); }
    void* Tag() { return static_cast<CompletionTag*>(this); }

   private:
    StreamCall* const call_;
    void (StreamCall::*const handle_)(bool);
  };

  void OnOperation(bool ok) {
    if (!received_) return ok ? OnReceived() : Leave();
    bool written = false;
    {
      const std::lock_guard lock(mutex_);
      busy_ = false;
      if (over_) {
        written = false;
      } else if (finishing_ && !final_sent_) {
        SendFinal();
      } else {
        written = ok && !finishing_;
      }
    }
    if (written && owner_ != nullptr) owner_->OnWritten();
    EndIfOver();
  }

  void OnReceived() {
    received_ = true;
    started_ = metrics().Started();
    method_->PostOne(queue_);
    Request request;
    if (const grpc::Status status =
            grpc::SerializationTraits<Request>::Deserialize(&bytes_, &request);
        !status.ok()) {
      return Finish(status);
    }
    owner_ = method_->handler_(context_, request, this->shared_from_this());
  }

  void OnEnded(bool /*ok*/) {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    EndIfOver();
  }

  // Both the end of the call and the last operation have to have come back.
  void EndIfOver() {
    {
      const std::lock_guard lock(mutex_);
      if (!over_ || busy_ || ended_told_) return;
      ended_told_ = true;
    }
    if (owner_ != nullptr) std::exchange(owner_, nullptr)->OnGone();
    // Where nobody finished it the client has gone.
    const grpc::StatusCode code = final_sent_ ? final_.error_code() : grpc::StatusCode::CANCELLED;
    metrics().Handled(code, started_);
    Leave();
  }

  // Under the mutex.
  void SendFinal() {
    final_sent_ = true;
    busy_ = true;
    writer_.Finish(final_, operation_.Tag());
  }

  void Leave() {
    CallQueue* const queue = queue_;
    // Others may hold the stream still; gRPC is done with it.
    self_.reset();
    queue->Leave();
  }

  Method* const method_;
  CallQueue* const queue_;
  // For as long as gRPC knows the call.
  std::shared_ptr<StreamCall> self_;
  grpc::ServerContext context_;
  grpc::ByteBuffer bytes_;
  grpc::ServerAsyncWriter<grpc::ByteBuffer> writer_{&context_};
  Event operation_{this, &StreamCall::OnOperation};
  Event ended_{this, &StreamCall::OnEnded};

  // The queue's thread alone.
  bool received_ = false;
  observe::MethodMetrics::Clock::time_point started_;
  std::shared_ptr<StreamOwner> owner_;

  std::mutex mutex_;
  bool busy_ = false;
  bool finishing_ = false;
  bool final_sent_ = false;
  bool over_ = false;
  bool ended_told_ = false;
  grpc::Status final_;
};

}  // namespace usher::rpc
