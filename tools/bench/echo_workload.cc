#include "tools/bench/echo_workload.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"

namespace usher::bench {
namespace {

// A message whose serialised form has `bytes` bytes, as near as the length's own length allows.
template <typename Message>
void Fill(int bytes, Message& message) {
  message.clear_payload();
  const int rest = bytes - static_cast<int>(message.ByteSizeLong());
  for (int length = std::max(0, rest); length >= 0; --length) {
    message.set_payload(std::string(static_cast<size_t>(length), 'x'));
    if (static_cast<int>(message.ByteSizeLong()) <= bytes) return;
  }
}

class EchoOperation final : public UnaryOperation<v1::EchoRequest, v1::EchoResponse> {
 public:
  EchoOperation(v1::EchoService::Stub* stub, const v1::EchoRequest& request)
      : stub_(stub), template_(request) {}

 protected:
  bool Prepare(v1::EchoRequest& request) override {
    // As much writing as a login's fresh client_id takes, and no more.
    if (request.payload().empty()) request = template_;
    return true;
  }

  Reader Send(grpc::ClientContext* context, const v1::EchoRequest& request,
              grpc::CompletionQueue* queue) override {
    return stub_->PrepareAsyncEcho(context, request, queue);
  }

  absl::Status Check(const v1::EchoResponse& response) override {
    const auto wanted = static_cast<size_t>(template_.answer_bytes());
    if (response.payload().size() == wanted) return absl::OkStatus();
    return absl::InternalError(
        absl::StrCat("the echo has ", response.payload().size(), " bytes instead of ", wanted));
  }

 private:
  v1::EchoService::Stub* const stub_;
  const v1::EchoRequest template_;
};

}  // namespace

EchoWorkload::EchoWorkload(const Connections* connections, MessageSizes sizes)
    : stubs_(connections->Stubs<v1::EchoService>()), sizes_(sizes) {}

std::vector<std::unique_ptr<Operation>> EchoWorkload::MakeOperations(int in_flight) {
  v1::EchoResponse response;
  Fill(sizes_.response_bytes, response);
  v1::EchoRequest request;
  request.set_answer_bytes(static_cast<int>(response.payload().size()));
  Fill(sizes_.request_bytes, request);

  std::vector<std::unique_ptr<Operation>> operations;
  for (size_t i = 0; i < static_cast<size_t>(in_flight); ++i) {
    operations.push_back(std::make_unique<EchoOperation>(stubs_[i % stubs_.size()].get(), request));
  }
  return operations;
}

}  // namespace usher::bench
