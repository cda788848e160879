#include "tools/bench/peers/compare_put.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "grpcpp/client_context.h"

namespace usher::bench {
namespace {

using etcdserverpb::Compare;
using etcdserverpb::KV;
using etcdserverpb::TxnRequest;
using etcdserverpb::TxnResponse;
using Agent = ComparePut::Agent;
using Kind = ComparePut::Kind;

constexpr std::chrono::seconds kSingleCallMax(10);
// What of a value differs from call to call.
constexpr size_t kCountBytes = 16;
static_assert(kCountBytes <= ComparePut::kValueBytesMin);

// A put of the agent's key; with a condition where the request has room for one.
void SetKey(const Agent& agent, TxnRequest& request) {
  if (request.compare_size() > 0) {
    request.mutable_compare(0)->set_key(agent.key);
    request.mutable_compare(0)->set_mod_revision(agent.revision);
  }
  request.mutable_success(0)->mutable_request_put()->set_key(agent.key);
}

TxnRequest MakeRequest(Kind kind, int value_bytes) {
  TxnRequest request;
  if (kind == Kind::kTakeover) {
    request.add_compare()->set_result(Compare::EQUAL);
    request.mutable_compare(0)->set_target(Compare::MOD);
  }
  request.add_success()->mutable_request_put()->set_value(
      std::string(static_cast<size_t>(value_bytes), 's'));
  return request;
}

class ComparePutOperation final : public UnaryOperation<TxnRequest, TxnResponse> {
 public:
  ComparePutOperation(Kind kind, KV::Stub* stub, std::vector<Agent>* agents, size_t first,
                      size_t stride, int value_bytes)
      : kind_(kind),
        stub_(stub),
        agents_(agents),
        first_(first),
        stride_(stride),
        next_(first),
        value_bytes_(value_bytes) {}

 protected:
  bool Prepare(TxnRequest& request) override {
    if (next_ >= agents_->size()) {
      if (kind_ == Kind::kFirst) return false;
      next_ = first_;
    }
    agent_ = &(*agents_)[next_];
    next_ += stride_;
    if (request.success_size() == 0) request = MakeRequest(kind_, value_bytes_);
    SetKey(*agent_, request);
    // A value of its own for each call, as a session has an id and a client of its own.
    request.mutable_success(0)->mutable_request_put()->mutable_value()->replace(
        0, kCountBytes, absl::StrCat(absl::Hex(++calls_, absl::kZeroPad16)));
    return true;
  }

  Reader Send(grpc::ClientContext* context, const TxnRequest& request,
              grpc::CompletionQueue* queue) override {
    return stub_->PrepareAsyncTxn(context, request, queue);
  }

  absl::Status Check(const TxnResponse& response) override {
    const int64_t revision = response.header().revision();
    if (!response.succeeded()) {
      return absl::InternalError(absl::StrCat("the put of ", agent_->key,
                                              " was refused: somebody has changed it since ",
                                              "revision ", agent_->revision));
    }
    if (revision <= agent_->revision) {
      return absl::InternalError(absl::StrCat("the put of ", agent_->key, " got revision ",
                                              revision, " after ", agent_->revision));
    }
    agent_->revision = revision;
    return absl::OkStatus();
  }

 private:
  const Kind kind_;
  KV::Stub* const stub_;
  std::vector<Agent>* const agents_;
  const size_t first_;
  const size_t stride_;
  size_t next_;
  const int value_bytes_;
  uint64_t calls_ = 0;
  Agent* agent_ = nullptr;
};

}  // namespace

ComparePut::ComparePut(const Connections* connections, int agents, int value_bytes)
    : stubs_(connections->Stubs<KV>()),
      agents_(static_cast<size_t>(agents)),
      value_bytes_(value_bytes) {
  for (size_t i = 0; i < agents_.size(); ++i) {
    agents_[i].key = absl::StrFormat("session/agent-%06d@contact-centre.example", i);
  }
}

std::vector<std::unique_ptr<Operation>> ComparePut::MakeOperations(Kind kind, int in_flight) {
  const size_t count = std::min(static_cast<size_t>(in_flight), agents_.size());
  std::vector<std::unique_ptr<Operation>> operations;
  for (size_t i = 0; i < count; ++i) {
    operations.push_back(std::make_unique<ComparePutOperation>(
        kind, stubs_[i % stubs_.size()].get(), &agents_, i, count, value_bytes_));
  }
  return operations;
}

int64_t ComparePut::NewestRevision() const {
  int64_t newest = 0;
  for (const Agent& agent : agents_) newest = std::max(newest, agent.revision);
  return newest;
}

absl::Status ComparePut::CheckThatStaleOnesAreRefused() {
  Agent stale = agents_.front();
  --stale.revision;
  TxnRequest request = MakeRequest(Kind::kTakeover, value_bytes_);
  SetKey(stale, request);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kSingleCallMax);
  TxnResponse response;
  const grpc::Status status = stubs_.front()->Txn(&context, request, &response);
  if (!status.ok()) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                        absl::StrCat("the RPC failed: ", status.error_message()));
  }
  if (!response.succeeded()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("a put of ", stale.key, " on condition of revision ",
                                          stale.revision, " was applied, but its revision was ",
                                          agents_.front().revision));
}

}  // namespace usher::bench
