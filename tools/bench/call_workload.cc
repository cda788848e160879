#include "tools/bench/call_workload.h"

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/bench/sequence_operation.h"

namespace usher::bench {
namespace {

namespace api = ::usher::v1;
using api::VoiceService;

constexpr int kConnectedSeconds = 30;
constexpr int kChargedMinutes = 1;

// Names of calls are never used twice.
std::string NextSeries() {
  static std::atomic<uint64_t> series = 0;
  return absl::StrCat("bench-", ++series, "-");
}

class CallOperation final : public SequenceOperation {
 public:
  CallOperation(VoiceService::Stub* stub, VoiceSite* voice)
      : SequenceOperation(&voice->site().authorization()),
        stub_(stub),
        voice_(voice),
        series_(NextSeries()) {
    const std::string& application = voice->site().application();
    start_.request.set_application(application);
    connect_.request.set_application(application);
    extend_.request.set_application(application);
    extend_.request.add_call_ids();
    end_.request.set_application(application);
    end_.request.mutable_connected_duration()->set_seconds(kConnectedSeconds);
  }

 protected:
  bool Begin() override {
    switch (step_) {
      case Step::kStart:
        id_ = absl::StrCat(series_, ++count_);
        start_.request.set_call_id(id_);
        Send(stub_, &VoiceService::Stub::PrepareAsyncStartCall, start_);
        break;
      case Step::kConnect:
        connect_.request.set_call_id(id_);
        Send(stub_, &VoiceService::Stub::PrepareAsyncConnectCall, connect_);
        break;
      case Step::kExtend:
        extend_.request.set_call_ids(0, id_);
        Send(stub_, &VoiceService::Stub::PrepareAsyncExtendCalls, extend_);
        break;
      case Step::kEnd:
        end_.request.set_call_id(id_);
        Send(stub_, &VoiceService::Stub::PrepareAsyncEndCall, end_);
        break;
    }
    return true;
  }

  absl::Status Check(const grpc::Status& status) override {
    if (!status.ok()) return FromRpc(status);
    switch (step_) {
      case Step::kStart:
        voice_->NoteStarted();
        step_ = Step::kConnect;
        return Is(api::CALL_STATE_RINGING, start_.response.call());
      case Step::kConnect:
        step_ = Step::kExtend;
        return Is(api::CALL_STATE_CONNECTED, connect_.response.call());
      case Step::kExtend:
        step_ = Step::kEnd;
        if (extend_.response.extensions_size() == 1) {
          return Is(api::CALL_STATE_CONNECTED, extend_.response.extensions(0));
        }
        return absl::InternalError(absl::StrCat("the extension of ", id_, " was not answered"));
      case Step::kEnd:
        break;
    }
    voice_->NoteEnded();
    step_ = Step::kStart;
    const absl::Status ended = Is(api::CALL_STATE_ENDED, end_.response.call());
    if (!ended.ok() || end_.response.call().charged_minutes() == kChargedMinutes) return ended;
    return absl::InternalError(absl::StrCat("call ", id_, " was charged ",
                                            end_.response.call().charged_minutes(),
                                            " minutes, not ", kChargedMinutes));
  }

 private:
  enum class Step : char { kStart, kConnect, kExtend, kEnd };

  template <typename Answer>
  absl::Status Is(api::CallState wanted, const Answer& answer) const {
    if (answer.call_id() == id_ && answer.state() == wanted) return absl::OkStatus();
    return absl::InternalError(absl::StrCat("call ", id_, " should be ",
                                            api::CallState_Name(wanted),
                                            ", but the answer is: ", answer.ShortDebugString()));
  }

  VoiceService::Stub* const stub_;
  VoiceSite* const voice_;
  const std::string series_;
  uint64_t count_ = 0;
  std::string id_;
  Step step_ = Step::kStart;
  Exchange<api::StartCallRequest, api::StartCallResponse> start_;
  Exchange<api::ConnectCallRequest, api::ConnectCallResponse> connect_;
  Exchange<api::ExtendCallsRequest, api::ExtendCallsResponse> extend_;
  Exchange<api::EndCallRequest, api::EndCallResponse> end_;
};

class ExtendOperation final
    : public UnaryOperation<api::ExtendCallsRequest, api::ExtendCallsResponse> {
 public:
  ExtendOperation(VoiceService::Stub* stub, const VoiceSite* voice) : stub_(stub), voice_(voice) {}

 protected:
  bool Prepare(api::ExtendCallsRequest& request) override {
    if (!request.application().empty()) return true;
    request.set_application(voice_->site().application());
    for (const std::string& call : voice_->calls()) request.add_call_ids(call);
    return true;
  }

  Reader Send(grpc::ClientContext* context, const api::ExtendCallsRequest& request,
              grpc::CompletionQueue* queue) override {
    context->AddMetadata("authorization", voice_->site().authorization());
    return stub_->PrepareAsyncExtendCalls(context, request, queue);
  }

  absl::Status Check(const api::ExtendCallsResponse& response) override {
    const std::vector<std::string>& calls = voice_->calls();
    bool right = response.extensions_size() == static_cast<int>(calls.size());
    for (size_t i = 0; right && i < calls.size(); ++i) {
      const api::CallExtension& extension = response.extensions(static_cast<int>(i));
      right = extension.state() == api::CALL_STATE_CONNECTED && extension.call_id() == calls[i];
    }
    if (right) return absl::OkStatus();
    return absl::InternalError("an extension was not answered with its calls");
  }

 private:
  VoiceService::Stub* const stub_;
  const VoiceSite* const voice_;
};

}  // namespace

CallWorkload::CallWorkload(const Connections* connections, VoiceSite* voice)
    : stubs_(connections->Stubs<VoiceService>()), voice_(voice) {}

std::vector<std::unique_ptr<Operation>> CallWorkload::MakeOperations(int in_flight) {
  std::vector<std::unique_ptr<Operation>> operations;
  for (size_t i = 0; i < static_cast<size_t>(in_flight); ++i) {
    operations.push_back(std::make_unique<CallOperation>(stubs_[i % stubs_.size()].get(), voice_));
  }
  return operations;
}

ExtendWorkload::ExtendWorkload(const Connections* connections, const VoiceSite* voice)
    : stubs_(connections->Stubs<VoiceService>()), voice_(voice) {}

std::vector<std::unique_ptr<Operation>> ExtendWorkload::MakeOperations(int in_flight) {
  std::vector<std::unique_ptr<Operation>> operations;
  for (size_t i = 0; i < static_cast<size_t>(in_flight); ++i) {
    operations.push_back(
        std::make_unique<ExtendOperation>(stubs_[i % stubs_.size()].get(), voice_));
  }
  return operations;
}

}  // namespace usher::bench
