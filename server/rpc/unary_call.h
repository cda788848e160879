// UnaryMethod: how every unary method is served, whatever its messages.
//
// A call is requested (posted to gRPC), received (a request has come: the handler starts), finished
// (answered, at once or later, by any thread through the Responder) and recycled. Posted calls are
// replaced as they are received; finished ones go back to the pool. Messages live on the call's
// arena, so nearly nothing is allocated for a call.
// Threading: handlers run on the queue's thread and must not block.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "google/protobuf/arena.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/async_unary_call.h"
#include "observe/rpc_metrics.h"
#include "rpc/call_queue.h"
#include "rpc/limits.h"

namespace usher::rpc {

// One service's method as the server starts it: posts the first calls on the queue, once.
class Method {
 public:
  virtual ~Method() = default;
  virtual void Post(CallQueue* queue) = 0;
};

template <typename Request, typename Response>
class UnaryCall;

// The answer that is owed to one caller: move-only, given once, by any thread. Where it is dropped
// the caller gets INTERNAL. Request and message are gone once it is given.
template <typename Request, typename Response>
class Responder {
 public:
  using Call = UnaryCall<Request, Response>;

  explicit Responder(Call* call) : call_(call) {}
  Responder(Responder&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
  Responder& operator=(Responder&&) = delete;
  ~Responder() {
    if (call_ == nullptr) return;
    Refuse(grpc::Status(grpc::StatusCode::INTERNAL, "The server dropped the call."));
  }

  const Request& request() const { return call_->request(); }
  // What Answer sends; the caller of Answer fills it in.
  Response& message() { return call_->response(); }

  // Of the call; until the answer is given.
  const grpc::ServerContext& context() const { return call_->context(); }
  observe::MethodMetrics& metrics() const { return call_->metrics(); }
  // The number of the caller's token, once it is known; else 0.
  void set_caller(int64_t token) { call_->set_caller(token); }
  int64_t caller() const { return call_->caller(); }

  void Answer() { std::exchange(call_, nullptr)->Finish(grpc::Status::OK); }
  void Refuse(const grpc::Status& status) { std::exchange(call_, nullptr)->Finish(status); }

 private:
  Call* call_;
};

template <typename Request, typename Response>
class UnaryMethod final : public Method {
 public:
  using Call = UnaryCall<Request, Response>;
  // gRPC's generated Request<Method> on its service.
  using Receive =
      std::function<void(grpc::ServerContext*, Request*, grpc::ServerAsyncResponseWriter<Response>*,
                         grpc::ServerCompletionQueue*, void* tag)>;
  // Owes an answer through the responder; must not touch `context` once that is given.
  using Handler =
      std::function<void(const grpc::ServerContext& context, Responder<Request, Response>)>;

  // `metrics` outlives it.
  UnaryMethod(Receive receive, Handler handler, observe::MethodMetrics* metrics)
      : receive_(std::move(receive)), handler_(std::move(handler)), metrics_(metrics) {}

  void Post(CallQueue* queue) override {
    queue_ = queue;
    for (int i = 0; i < kCallsPosted; ++i) PostOne();
  }

 private:
  friend Call;

  // Posts a call, of the pool where it has one.
  void PostOne() {
    std::unique_ptr<Call> call;
    {
      const std::lock_guard lock(mutex_);
      if (!pool_.empty()) {
        call = std::move(pool_.back());
        pool_.pop_back();
      }
    }
    if (call == nullptr) call = std::make_unique<Call>(this);
    if (queue_->Enter()) call.release()->Post();
  }

  // Takes a call back whose last operation is over.
  void TakeBack(Call* call) {
    std::unique_ptr<Call> owned(call);
    owned->Clear();
    {
      const std::lock_guard lock(mutex_);
      if (pool_.size() < kCallsPooledMax) pool_.push_back(std::move(owned));
    }
    queue_->Leave();
  }

  const Receive receive_;
  const Handler handler_;
  observe::MethodMetrics* const metrics_;
  CallQueue* queue_ = nullptr;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Call>> pool_;
};

template <typename Request, typename Response>
class UnaryCall final : public CompletionTag {
 public:
  using Method = UnaryMethod<Request, Response>;

  explicit UnaryCall(Method* method) : method_(method), arena_(ArenaOptions()) {}

  const Request& request() const { return *request_; }
  Response& response() { return *response_; }
  const grpc::ServerContext& context() const { return *context_; }
  observe::MethodMetrics& metrics() const { return *method_->metrics_; }
  void set_caller(int64_t token) { caller_ = token; }
  int64_t caller() const { return caller_; }

  void Post() {
    context_.emplace();
    writer_.emplace(&*context_);
    request_ = google::protobuf::Arena::CreateMessage<Request>(&arena_);
    response_ = google::protobuf::Arena::CreateMessage<Response>(&arena_);
    stage_.store(Stage::kRequested, std::memory_order_release);
    method_->receive_(&*context_, request_, &*writer_, method_->queue_->get(), Tag());
  }

  void Finish(const grpc::Status& status) {
    metrics().Handled(status.error_code(), received_);
    stage_.store(Stage::kFinished, std::memory_order_release);
    // Behind this line the call may be gone: its completion runs on another thread.
    if (status.ok()) {
      writer_->Finish(*response_, status, Tag());
    } else {
      writer_->FinishWithError(status, Tag());
    }
  }

  void Complete(bool ok) override {
    if (stage_.load(std::memory_order_acquire) == Stage::kFinished || !ok) {
      method_->TakeBack(this);
      return;
    }
    received_ = metrics().Started();
    method_->PostOne();
    method_->handler_(*context_, Responder<Request, Response>(this));
  }

  void Clear() {
    caller_ = 0;
    writer_.reset();
    context_.reset();
    arena_.Reset();
  }

 private:
  enum class Stage : char { kRequested, kFinished };

  void* Tag() { return static_cast<CompletionTag*>(this); }

  google::protobuf::ArenaOptions ArenaOptions() {
    google::protobuf::ArenaOptions options;
    options.initial_block = block_.data();
    options.initial_block_size = block_.size();
    return options;
  }

  Method* const method_;
  // Orders what one thread has written into the call before what the next one reads.
  std::atomic<Stage> stage_ = Stage::kRequested;
  std::optional<grpc::ServerContext> context_;
  std::optional<grpc::ServerAsyncResponseWriter<Response>> writer_;
  alignas(8) std::array<char, kArenaBlockBytes> block_;
  google::protobuf::Arena arena_;
  Request* request_ = nullptr;
  Response* response_ = nullptr;
  observe::MethodMetrics::Clock::time_point received_;
  int64_t caller_ = 0;
};

}  // namespace usher::rpc
