#include "tools/bench/call_workload.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/async_unary_call.h"

namespace usher::bench {
namespace {

using ::usher::v1::CALL_STATE_CONNECTED;
using ::usher::v1::VoiceService;

constexpr int kConnectedSeconds = 30;
constexpr int kChargedMinutes = 1;

// Names of calls are never used twice.
std::string NextSeries() {
  static std::atomic<uint64_t> series = 0;
  return absl::StrCat("bench-", ++series, "-");
}

class CallOperation final : public Operation {
 public:
  CallOperation(VoiceService::Stub* stub, const Site* site)
      : stub_(stub), site_(site), series_(NextSeries()) {
    start_.set_application(site->application());
    end_.set_application(site->application());
    end_.mutable_connected_duration()->set_seconds(kConnectedSeconds);
  }

  bool Start(grpc::CompletionQueue* queue, void* tag) override {
    context_.emplace();
    context_->AddMetadata("authorization", site_->authorization());
    if (starts_) {
      start_.set_call_id(absl::StrCat(series_, ++count_));
      start_reader_ = stub_->AsyncStartCall(&*context_, start_, queue);
      start_reader_->Finish(&started_, &status_, tag);
    } else {
      end_.set_call_id(start_.call_id());
      end_reader_ = stub_->AsyncEndCall(&*context_, end_, queue);
      end_reader_->Finish(&ended_, &status_, tag);
    }
    return true;
  }

  absl::Status Finish() override {
    start_reader_.reset();
    end_reader_.reset();
    if (!status_.ok()) {
      return absl::Status(static_cast<absl::StatusCode>(status_.error_code()),
                          absl::StrCat("the RPC failed: ", status_.error_message()));
    }
    starts_ = !starts_;
    // What has just ended is charged its one minute.
    if (!starts_ || ended_.call().charged_minutes() == kChargedMinutes) return absl::OkStatus();
    return absl::InternalError(absl::StrCat("call ", end_.call_id(), " was charged ",
                                            ended_.call().charged_minutes(), " minutes, not ",
                                            kChargedMinutes));
  }

  void Cancel() override {
    if (context_.has_value()) context_->TryCancel();
  }

 private:
  VoiceService::Stub* const stub_;
  const Site* const site_;
  const std::string series_;
  uint64_t count_ = 0;
  bool starts_ = true;
  ::usher::v1::StartCallRequest start_;
  ::usher::v1::StartCallResponse started_;
  ::usher::v1::EndCallRequest end_;
  ::usher::v1::EndCallResponse ended_;
  grpc::Status status_;
  std::optional<grpc::ClientContext> context_;
  // Behind the context, whose call they live on.
  std::unique_ptr<grpc::ClientAsyncResponseReader<::usher::v1::StartCallResponse>> start_reader_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<::usher::v1::EndCallResponse>> end_reader_;
};

class ExtendOperation final
    : public UnaryOperation<::usher::v1::ExtendCallsRequest, ::usher::v1::ExtendCallsResponse> {
 public:
  ExtendOperation(VoiceService::Stub* stub, const Site* site) : stub_(stub), site_(site) {}

 protected:
  bool Prepare(::usher::v1::ExtendCallsRequest& request) override {
    if (!request.application().empty()) return true;
    request.set_application(site_->application());
    for (const std::string& call : site_->calls()) request.add_call_ids(call);
    return true;
  }

  Reader Send(grpc::ClientContext* context, const ::usher::v1::ExtendCallsRequest& request,
              grpc::CompletionQueue* queue) override {
    context->AddMetadata("authorization", site_->authorization());
    return stub_->PrepareAsyncExtendCalls(context, request, queue);
  }

  absl::Status Check(const ::usher::v1::ExtendCallsResponse& response) override {
    const bool all = response.extensions_size() == static_cast<int>(site_->calls().size());
    if (all && response.extensions(0).state() == CALL_STATE_CONNECTED) return absl::OkStatus();
    return absl::InternalError("an extension was not answered with its calls");
  }

 private:
  VoiceService::Stub* const stub_;
  const Site* const site_;
};

}  // namespace

CallWorkload::CallWorkload(const Connections* connections, const Site* site)
    : stubs_(connections->Stubs<VoiceService>()), site_(site) {}

std::vector<std::unique_ptr<Operation>> CallWorkload::MakeOperations(int in_flight) {
  std::vector<std::unique_ptr<Operation>> operations;
  for (size_t i = 0; i < static_cast<size_t>(in_flight); ++i) {
    operations.push_back(std::make_unique<CallOperation>(stubs_[i % stubs_.size()].get(), site_));
  }
  return operations;
}

ExtendWorkload::ExtendWorkload(const Connections* connections, const Site* site)
    : stub_(VoiceService::NewStub(connections->at(0))), site_(site) {}

std::vector<std::unique_ptr<Operation>> ExtendWorkload::MakeOperations(int in_flight) {
  std::vector<std::unique_ptr<Operation>> operations;
  for (int i = 0; i < in_flight; ++i) {
    operations.push_back(std::make_unique<ExtendOperation>(stub_.get(), site_));
  }
  return operations;
}

}  // namespace usher::bench
