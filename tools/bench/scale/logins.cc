#include "tools/bench/scale/logins.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>

#include "usher/v1/agent_service.grpc.pb.h"

namespace usher::bench {
namespace {

using ::usher::v1::AgentService;
using ::usher::v1::StartSessionRequest;
using ::usher::v1::StartSessionResponse;
using Stubs = std::vector<std::unique_ptr<AgentService::Stub>>;

constexpr int kTtlSeconds = 3600;

// Each operation's own; the filling has series 0.
uint64_t NextSeries() {
  static std::atomic<uint64_t> series = 0;
  return ++series;
}

// What all logins of one load share.
struct Desk {
  Stubs stubs;
  std::string authorization;
  Book* book = nullptr;
};

class Login : public UnaryOperation<StartSessionRequest, StartSessionResponse> {
 public:
  Login(std::shared_ptr<const Desk> desk, size_t number, bool first)
      : desk_(std::move(desk)),
        stub_(desk_->stubs[number % desk_->stubs.size()].get()),
        first_(first) {}

 protected:
  // The agent whose turn it is; none where the operation ends.
  virtual std::optional<size_t> NextAgent() = 0;
  const Book& book() const { return *desk_->book; }

 private:
  bool Prepare(StartSessionRequest& request) final {
    const std::optional<size_t> agent = NextAgent();
    if (!agent.has_value()) return false;
    agent_ = *agent;
    request.set_application(book().application(agent_));
    request.set_email(book().email(agent_));
    request.set_channel(::usher::v1::CHANNEL_WEB);
    request.set_client_id(ClientIdOf(series_, ++count_));
    request.mutable_ttl()->set_seconds(kTtlSeconds);
    return true;
  }

  Reader Send(grpc::ClientContext* context, const StartSessionRequest& request,
              grpc::CompletionQueue* queue) final {
    context->AddMetadata("authorization", desk_->authorization);
    return stub_->PrepareAsyncStartSession(context, request, queue);
  }

  absl::Status Check(const StartSessionResponse& response) final {
    return desk_->book->NoteLogin(agent_, first_, response);
  }

  const std::shared_ptr<const Desk> desk_;
  AgentService::Stub* const stub_;
  const bool first_;
  const uint64_t series_ = NextSeries();
  uint64_t count_ = 0;
  size_t agent_ = 0;
};

class RandomLogin final : public Login {
 public:
  RandomLogin(std::shared_ptr<const Desk> desk, size_t number, size_t stride)
      : Login(std::move(desk), number, /*first=*/false),
        number_(number),
        stride_(stride),
        random_(static_cast<std::minstd_rand::result_type>(number + 1)),
        turn_(0, (static_cast<size_t>(book().shape().agents()) - 1 - number) / stride) {}

 private:
  std::optional<size_t> NextAgent() override { return number_ + stride_ * turn_(random_); }

  const size_t number_;
  const size_t stride_;
  std::minstd_rand random_;
  std::uniform_int_distribution<size_t> turn_;
};

class OneLogin final : public Login {
 public:
  OneLogin(std::shared_ptr<const Desk> desk, size_t number, size_t agent, bool first)
      : Login(std::move(desk), number, first), agent_(agent) {}

 private:
  std::optional<size_t> NextAgent() override { return std::exchange(agent_, std::nullopt); }

  std::optional<size_t> agent_;
};

std::shared_ptr<const Desk> MakeDesk(const Connections& connections,
                                     const std::string& authorization, Book* book) {
  return std::make_shared<Desk>(Desk{connections.Stubs<AgentService>(), authorization, book});
}

}  // namespace

std::vector<std::unique_ptr<Operation>> RandomLogins(const Connections& connections,
                                                     const std::string& authorization,
                                                     int in_flight, Book* book) {
  const auto desk = MakeDesk(connections, authorization, book);
  const size_t count =
      std::min(static_cast<size_t>(in_flight), static_cast<size_t>(book->shape().agents()));
  std::vector<std::unique_ptr<Operation>> operations;
  for (size_t i = 0; i < count; ++i) {
    operations.push_back(std::make_unique<RandomLogin>(desk, i, count));
  }
  return operations;
}

std::vector<std::unique_ptr<Operation>> OneLoginEach(const Connections& connections,
                                                     const std::string& authorization, size_t from,
                                                     size_t count, bool first, Book* book) {
  const auto desk = MakeDesk(connections, authorization, book);
  std::vector<std::unique_ptr<Operation>> operations;
  for (size_t i = 0; i < count; ++i) {
    operations.push_back(std::make_unique<OneLogin>(desk, i, from + i, first));
  }
  return operations;
}

}  // namespace usher::bench
