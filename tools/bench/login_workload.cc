#include "tools/bench/login_workload.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace usher::bench {
namespace {

using Kind = LoginWorkload::Kind;
using ::usher::v1::StartSessionRequest;
using ::usher::v1::StartSessionResponse;

// No lease runs out while it is measured: at one in flight it takes a while until all agents have
// had their turn.
constexpr int kTtlSeconds = 3600;

// As long as the UUIDs that clients use, and different for each call; cheap, because the client's
// work is part of the figures.
class ClientIds {
 public:
  explicit ClientIds(uint64_t series) { absl::StrAppend(&id_, absl::Hex(series, absl::kZeroPad8)); }

  const std::string& Next() {
    id_.resize(kSeriesLength);
    absl::StrAppend(&id_, "-0000-4000-8000-", absl::Hex(++count_, absl::kZeroPad12));
    return id_;
  }

 private:
  static constexpr size_t kSeriesLength = 8;

  std::string id_;
  uint64_t count_ = 0;
};

// Each operation's own.
uint64_t NextSeries() {
  static std::atomic<uint64_t> series = 0;
  return ++series;
}

class LoginOperation final : public UnaryOperation<StartSessionRequest, StartSessionResponse> {
 public:
  LoginOperation(Kind kind, ::usher::v1::AgentService::Stub* stub, Site* site, size_t first_agent,
                 size_t stride, MessageSizes* sizes)
      : kind_(kind),
        stub_(stub),
        site_(site),
        first_agent_(first_agent),
        stride_(stride),
        next_agent_(first_agent),
        sizes_(sizes),
        client_ids_(NextSeries()) {}

 protected:
  bool Prepare(StartSessionRequest& request) override {
    if (next_agent_ >= site_->agents()) {
      if (kind_ == Kind::kFirst) return false;
      next_agent_ = first_agent_;
    }
    agent_ = next_agent_;
    next_agent_ += stride_;
    if (request.application().empty()) {
      request.set_application(site_->application());
      request.set_channel(::usher::v1::CHANNEL_WEB);
      request.mutable_ttl()->set_seconds(kTtlSeconds);
    }
    request.set_email(site_->email(agent_));
    request.set_client_id(client_ids_.Next());
    if (sizes_ != nullptr) sizes_->request_bytes = static_cast<int>(request.ByteSizeLong());
    return true;
  }

  Reader Send(grpc::ClientContext* context, const StartSessionRequest& request,
              grpc::CompletionQueue* queue) override {
    context->AddMetadata("authorization", site_->authorization());
    return stub_->PrepareAsyncStartSession(context, request, queue);
  }

  absl::Status Check(const StartSessionResponse& response) override {
    if (sizes_ != nullptr) sizes_->response_bytes = static_cast<int>(response.ByteSizeLong());
    return site_->NoteLogin(agent_, kind_ == Kind::kFirst, response);
  }

 private:
  const Kind kind_;
  ::usher::v1::AgentService::Stub* const stub_;
  Site* const site_;
  const size_t first_agent_;
  const size_t stride_;
  size_t next_agent_;
  size_t agent_ = 0;
  // Null where somebody else takes the measures.
  MessageSizes* const sizes_;
  ClientIds client_ids_;
};

}  // namespace

LoginWorkload::LoginWorkload(Kind kind, const Connections* connections, Site* site)
    : kind_(kind), stubs_(connections->Stubs<::usher::v1::AgentService>()), site_(site) {}

std::string_view LoginWorkload::name() const {
  return kind_ == Kind::kFirst ? "first-login" : kLogin;
}

std::vector<std::unique_ptr<Operation>> LoginWorkload::MakeOperations(int in_flight) {
  const size_t count = std::min(static_cast<size_t>(in_flight), site_->agents());
  std::vector<std::unique_ptr<Operation>> operations;
  for (size_t i = 0; i < count; ++i) {
    operations.push_back(
        std::make_unique<LoginOperation>(kind_, stubs_[i % stubs_.size()].get(), site_, i, count,
                                         i == 0 && sizes_.response_bytes == 0 ? &sizes_ : nullptr));
  }
  return operations;
}

}  // namespace usher::bench
