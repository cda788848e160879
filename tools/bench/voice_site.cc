#include "tools/bench/voice_site.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/bench/setup_call.h"
#include "usher/v1/order_service.grpc.pb.h"
#include "usher/v1/voice_service.grpc.pb.h"

namespace usher::bench {
namespace {

using ::usher::v1::OrderService;
using ::usher::v1::VoiceService;

constexpr int kPackages = 10'000;
// As long as a lease may be: they are alive until the measurement ends, or are extended.
constexpr int kCallTtlSeconds = 600;

}  // namespace

absl::StatusOr<std::unique_ptr<VoiceSite>> VoiceSite::Create(std::shared_ptr<grpc::Channel> channel,
                                                             const Site* site) {
  std::unique_ptr<VoiceSite> voice(new VoiceSite(std::move(channel), site));
  absl::Status status = voice->Buy();
  if (status.ok()) status = voice->StartCalls();
  if (!status.ok()) return status;
  return voice;
}

absl::Status VoiceSite::Buy() const {
  OrderService::Stub stub(channel_);
  ::usher::v1::CreateOrderRequest order;
  order.set_application(site_->application());
  auto* item = order.add_items();
  item->set_product("voice-agent-package");
  item->set_quantity(kPackages);
  ::usher::v1::CreateOrderResponse made;
  return SetupCall(stub, site_->authorization(), &OrderService::Stub::CreateOrder, order, &made);
}

absl::Status VoiceSite::StartCalls() {
  VoiceService::Stub stub(channel_);
  for (int i = 0; i < kCallsInHeartbeat; ++i) {
    const std::string id = absl::StrCat("live-", i);
    ::usher::v1::StartCallRequest start;
    start.set_application(site_->application());
    start.set_call_id(id);
    start.mutable_ttl()->set_seconds(kCallTtlSeconds);
    ::usher::v1::StartCallResponse started;
    absl::Status status =
        SetupCall(stub, site_->authorization(), &VoiceService::Stub::StartCall, start, &started);
    if (!status.ok()) return status;
    NoteStarted();
    ::usher::v1::ConnectCallRequest connect;
    connect.set_application(site_->application());
    connect.set_call_id(id);
    ::usher::v1::ConnectCallResponse connected;
    status = SetupCall(stub, site_->authorization(), &VoiceService::Stub::ConnectCall, connect,
                       &connected);
    if (!status.ok()) return status;
    calls_.push_back(id);
  }
  return absl::OkStatus();
}

absl::Status VoiceSite::Verify() const {
  VoiceService::Stub stub(channel_);
  ::usher::v1::GetVoiceBalanceRequest request;
  request.set_account(site_->account());
  ::usher::v1::GetVoiceBalanceResponse balance;
  const absl::Status status = SetupCall(stub, site_->authorization(),
                                        &VoiceService::Stub::GetVoiceBalance, request, &balance);
  if (!status.ok()) return status;
  int64_t charged = 0;
  for (const ::usher::v1::MinuteGrant& grant : balance.grants()) charged += grant.charged_minutes();
  // A heartbeat's calls take minutes as they last; they are charged when they end.
  const int64_t least = ended_.load();
  const int64_t most = started_.load();
  if (least <= charged && charged <= most) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("the server charged ", charged, " minutes, but ", least,
                                          " calls were ended and ", most, " started"));
}

}  // namespace usher::bench
