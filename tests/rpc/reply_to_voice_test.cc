#include "entitlement/reply.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "rpc/reply_to_proto.h"
#include "tests/rpc/wire_test_support.h"
#include "usher/v1/voice_service.pb.h"

namespace usher::rpc {
namespace {

using entitlement::CallDirection;
using entitlement::CallEndReason;
using entitlement::CallId;
using entitlement::CallNo;
using entitlement::CallReply;
using entitlement::CallState;
using entitlement::CallView;
using entitlement::GrantId;
using google::protobuf::util::MessageDifferencer;
using testing::Parse;
using testing::ParseInSupport;

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

template <typename Message>
void ExpectIs(const Message& message, const std::string& text) {
  EXPECT_TRUE(MessageDifferencer::Equals(message, Parse<Message>(text)))
      << message.ShortDebugString();
}

TEST(ReplyToVoice, ARingingCallHasNoConnectedTime) {
  v1::StartCallResponse response;
  WriteReply(Reply(CallReply{CallView{.no = CallNo(9),
                                      .id = CallId("c-1"),
                                      .direction = CallDirection::kOutbound,
                                      .state = CallState::kRinging,
                                      .start_time = kStart,
                                      .expire_time = kStart + absl::Seconds(90),
                                      .reserved_minutes = 1}}),
             v1::StartCallRequest(), response);
  ExpectIs(response,
           "call { call_id: 'c-1' direction: CALL_DIRECTION_OUTBOUND state: CALL_STATE_RINGING "
           "start_time { seconds: 1800000000 } expire_time { seconds: 1800000090 } "
           "reserved_minutes: 1 }");
}

TEST(ReplyToVoice, ACallInItsFinalMinuteSaysWhenItMustEnd) {  // R26
  v1::ConnectCallResponse response;
  WriteReply(Reply(CallReply{CallView{.id = CallId("c-1"),
                                      .state = CallState::kConnected,
                                      .start_time = kStart,
                                      .connect_time = kStart + absl::Seconds(5),
                                      .expire_time = kStart + absl::Seconds(90),
                                      .connected_duration = absl::Milliseconds(1500),
                                      .reserved_minutes = 1,
                                      .final_minute = true,
                                      .must_end_time = kStart + absl::Seconds(65)}}),
             v1::ConnectCallRequest(), response);
  ExpectIs(response,
           "call { call_id: 'c-1' direction: CALL_DIRECTION_INBOUND state: CALL_STATE_CONNECTED "
           "start_time { seconds: 1800000000 } connect_time { seconds: 1800000005 } "
           "expire_time { seconds: 1800000090 } "
           "connected_duration { seconds: 1 nanos: 500000000 } reserved_minutes: 1 "
           "final_minute: true must_end_time { seconds: 1800000065 } }");
}

CallView Ended() {
  return {.no = CallNo(9),
          .id = CallId("c-1"),
          .state = CallState::kEnded,
          .start_time = kStart,
          .connect_time = kStart,
          .end_time = kStart + absl::Minutes(5),
          .connected_duration = absl::Minutes(5),
          .charged_minutes = 4,
          .charges = {{GrantId(2), 3}, {GrantId(3), 1}},
          .uncovered_minutes = 1,
          .end_reason = CallEndReason::kMinutesExhausted};
}

constexpr char kEnded[] =
    "call { call_id: 'c-1' direction: CALL_DIRECTION_INBOUND state: CALL_STATE_ENDED "
    "start_time { seconds: 1800000000 } connect_time { seconds: 1800000000 } "
    "end_time { seconds: 1800000300 } connected_duration { seconds: 300 } charged_minutes: 4 "
    "charges { grant_id: 2 minutes: 3 } charges { grant_id: 3 minutes: 1 } uncovered_minutes: 1 "
    "end_reason: CALL_END_REASON_MINUTES_EXHAUSTED }";

TEST(ReplyToVoice, AnEndedCallSaysWhatItCameTo) {  // R25, R26
  v1::EndCallResponse ended;
  WriteReply(Reply(CallReply{Ended()}), v1::EndCallRequest(), ended);
  ExpectIs(ended, kEnded);
  v1::GetCallResponse got;
  WriteReply(Reply(CallReply{Ended()}), v1::GetCallRequest(), got);
  ExpectIs(got, kEnded);
}

TEST(ReplyToVoice, ExtensionsNameTheCallsOfTheRequestInItsOrder) {
  entitlement::ExtendCallsReply reply;
  reply.extensions = {{.state = CallState::kEnded},
                      {.state = CallState::kConnected,
                       .expire_time = kStart,
                       .final_minute = true,
                       .must_end_time = kStart + absl::Seconds(30)},
                      {.state = CallState::kEnded,
                       .expire_time = kStart,
                       .end_reason = CallEndReason::kLeaseExpired}};
  v1::ExtendCallsResponse response;
  WriteReply(Reply(reply),
             ParseInSupport<v1::ExtendCallsRequest>("call_ids: 'z' call_ids: 'a' call_ids: 'm'"),
             response);
  ExpectIs(response,
           "extensions { call_id: 'z' state: CALL_STATE_ENDED } "
           "extensions { call_id: 'a' state: CALL_STATE_CONNECTED "
           "expire_time { seconds: 1800000000 } final_minute: true "
           "must_end_time { seconds: 1800000030 } } "
           "extensions { call_id: 'm' state: CALL_STATE_ENDED "
           "expire_time { seconds: 1800000000 } end_reason: CALL_END_REASON_LEASE_EXPIRED }");
}

TEST(ReplyToVoice, TheBalanceTellsGrantsInTheirOrderAndSlotsByFullName) {  // R24
  entitlement::VoiceBalanceReply reply;
  reply.grants = {{.id = GrantId(2),
                   .product = "voice-agent-package",
                   .granted = 8000,
                   .charged = 100,
                   .start_time = kStart,
                   .expire_time = kStart + absl::Hours(1),
                   .reserved = 7,
                   .held = 12},
                  {.id = GrantId(1), .product = "voice-minutes", .granted = 5000}};
  reply.grants[1].start_time = kStart;
  reply.grants[1].expire_time = kStart + absl::Hours(2);
  reply.remaining_minutes = 12'893;
  reply.reserved_minutes = 7;
  reply.concurrency = {{entitlement::ApplicationId("sales"), 3, 2},
                       {entitlement::ApplicationId("support"), 6, 0}};
  v1::GetVoiceBalanceResponse response;
  WriteReply(Reply(reply), Parse<v1::GetVoiceBalanceRequest>("account: 'accounts/acme'"), response);
  ExpectIs(response,
           "grants { grant_id: 2 product: 'voice-agent-package' granted_minutes: 8000 "
           "charged_minutes: 100 reserved_minutes: 7 remaining_minutes: 7893 "
           "start_time { seconds: 1800000000 } expire_time { seconds: 1800003600 } } "
           "grants { grant_id: 1 product: 'voice-minutes' granted_minutes: 5000 "
           "remaining_minutes: 5000 "
           "start_time { seconds: 1800000000 } expire_time { seconds: 1800007200 } } "
           "remaining_minutes: 12893 reserved_minutes: 7 "
           "concurrency { application: 'accounts/acme/applications/sales' limit: 3 active: 2 } "
           "concurrency { application: 'accounts/acme/applications/support' limit: 6 }");
}

// Live calls of a state are listed from memory, all others from the store.
TEST(ReplyToVoice, BothKindsOfListsOfCallsGoOnBelowTheirLastCall) {
  const auto request = ParseInSupport<v1::ListCallsRequest>("page_size: 1");
  v1::ListCallsResponse from_memory;
  WriteReply(Reply(entitlement::CallsReply{.calls = {Ended()}, .more = true}), request,
             from_memory);
  v1::ListCallsResponse from_store;
  WriteReply(
      Reply(entitlement::HistoryPage(entitlement::CallsPage{.calls = {Ended()}, .more = true})),
      request, from_store);
  EXPECT_TRUE(MessageDifferencer::Equals(from_memory, from_store));
  ASSERT_EQ(from_store.calls_size(), 1);
  auto next = request;
  next.set_page_token(from_store.next_page_token());
  EXPECT_EQ(testing::Read<entitlement::ListCalls>(next).before, CallNo(9));

  v1::ListCallsResponse last;
  WriteReply(Reply(entitlement::CallsReply{}), request, last);
  EXPECT_TRUE(last.next_page_token().empty());
}

TEST(ReplyToVoice, EntitlementsTellSlotsAndMinutes) {
  entitlement::EntitlementsReply reply;
  reply.voice_concurrency_limit = 6;
  reply.voice_concurrency_active = 2;
  reply.voice_minutes_remaining = 15'999;
  v1::GetEntitlementsResponse response;
  WriteReply(Reply(reply), v1::GetEntitlementsRequest(), response);
  EXPECT_EQ(response.voice_concurrency_limit(), 6);
  EXPECT_EQ(response.voice_concurrency_active(), 2);
  EXPECT_EQ(response.voice_minutes_remaining(), 15'999);
}

}  // namespace
}  // namespace usher::rpc
