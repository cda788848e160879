#include "rpc/health_service.h"

#include <utility>

#include "grpc/health/v1/health.grpc.pb.h"

namespace usher::rpc {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

grpc::ByteBuffer MessageOf(int status) {
  HealthCheckResponse response;
  response.set_status(static_cast<HealthCheckResponse::ServingStatus>(status));
  const grpc::Slice slice(response.SerializeAsString());
  return {&slice, 1};
}

int WireStatusOf(ServingState state) {
  return state == ServingState::kServing ? HealthCheckResponse::SERVING
                                         : HealthCheckResponse::NOT_SERVING;
}

}  // namespace

// One open Watch: says the state once, and again where it has changed meanwhile.
class HealthService::Watch final : public StreamOwner, public std::enable_shared_from_this<Watch> {
 public:
  Watch(HealthService* health, std::shared_ptr<ServerStream> stream)
      : health_(health), stream_(std::move(stream)) {}

  void Say(int status) {
    const std::lock_guard lock(mutex_);
    wanted_ = status;
    if (!busy_ && wanted_ != said_) Send();
  }
  void OnWritten() override {
    const std::lock_guard lock(mutex_);
    busy_ = false;
    if (wanted_ != said_) Send();
  }
  void OnGone() override { health_->Forget(shared_from_this()); }

 private:
  void Send() {
    busy_ = true;
    said_ = wanted_;
    stream_->Write(MessageOf(said_));
  }

  HealthService* const health_;
  const std::shared_ptr<ServerStream> stream_;
  std::mutex mutex_;
  bool busy_ = false;
  int wanted_ = -1;
  int said_ = -1;
};

HealthService::HealthService(std::vector<std::string> services)
    : services_(services.begin(), services.end()) {}

HealthService::~HealthService() = default;

void HealthService::Register(CallRegistry& calls) {
  using Service = Health::WithAsyncMethod_Check<Health::WithRawMethod_Watch<Health::Service>>;
  auto* service = calls.Serve<Service>();
  calls.Add(
      service, &Service::RequestCheck,
      [this](const grpc::ServerContext&,
             Responder<HealthCheckRequest, HealthCheckResponse> responder) {
        const int status = StatusOf(responder.request().service());
        if (status == HealthCheckResponse::SERVICE_UNKNOWN) {
          return responder.Refuse(
              grpc::Status(grpc::StatusCode::NOT_FOUND, "There is no such service."));
        }
        responder.message().set_status(static_cast<HealthCheckResponse::ServingStatus>(status));
        responder.Answer();
      });
  calls.AddStream<HealthCheckRequest>(
      service, &Service::RequestWatch,
      [this](const grpc::ServerContext&, const HealthCheckRequest& request,
             std::shared_ptr<ServerStream> stream) -> std::shared_ptr<StreamOwner> {
        auto watch = std::make_shared<Watch>(this, std::move(stream));
        const std::lock_guard lock(mutex_);
        // A service that is not known never changes.
        if (!services_.contains(request.service())) {
          watch->Say(HealthCheckResponse::SERVICE_UNKNOWN);
        } else {
          watch->Say(WireStatusOf(state_));
          watches_.insert(watch);
        }
        return watch;
      });
}

void HealthService::Set(ServingState state) {
  const std::lock_guard lock(mutex_);
  if (state_ == ServingState::kDraining || state_ == state) return;
  state_ = state;
  for (const std::shared_ptr<Watch>& watch : watches_) watch->Say(WireStatusOf(state));
}

ServingState HealthService::state() {
  const std::lock_guard lock(mutex_);
  return state_;
}

int HealthService::StatusOf(const std::string& service) {
  if (!services_.contains(service)) return HealthCheckResponse::SERVICE_UNKNOWN;
  const std::lock_guard lock(mutex_);
  return WireStatusOf(state_);
}

void HealthService::Forget(const std::shared_ptr<Watch>& watch) {
  const std::lock_guard lock(mutex_);
  watches_.erase(watch);
}

}  // namespace usher::rpc
