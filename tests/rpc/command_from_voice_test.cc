#include "entitlement/limits.h"
#include "rpc/page_token.h"
#include "tests/rpc/wire_test_support.h"
#include "usher/v1/voice_service.pb.h"

namespace usher::rpc {
namespace {

using entitlement::CallDirection;
using entitlement::CallId;
using entitlement::CallState;
using entitlement::kCallIdLengthMax;
using testing::ExpectEachRefused;
using testing::Parse;
using testing::ParseInSupport;
using testing::Read;
using testing::RefusedField;

const std::string kTooLong(kCallIdLengthMax + 1, 'c');

TEST(CommandFromVoice, StartCallIsReadWhole) {
  entitlement::Target target;
  const auto command = Read<entitlement::StartCall>(
      ParseInSupport<v1::StartCallRequest>(
          "call_id: 'c-1' direction: CALL_DIRECTION_OUTBOUND ttl { seconds: 30 nanos: 500000000 }"),
      &target);
  EXPECT_EQ(target.account.value(), "acme");
  EXPECT_EQ(target.application.value(), "support");
  EXPECT_EQ(command.id, CallId("c-1"));
  EXPECT_EQ(command.direction, CallDirection::kOutbound);
  EXPECT_EQ(command.ttl, absl::Milliseconds(30'500));
}

TEST(CommandFromVoice, ACallIsInboundAndHasNoTtlWhereNothingWasSaid) {
  const auto command =
      Read<entitlement::StartCall>(ParseInSupport<v1::StartCallRequest>("call_id: 'c-1'"));
  EXPECT_EQ(command.direction, CallDirection::kInbound);
  EXPECT_EQ(command.ttl, absl::ZeroDuration());
}

TEST(CommandFromVoice, EachMalformedFieldOfStartCallIsNamed) {
  using Request = v1::StartCallRequest;
  ExpectEachRefused<Request>(
      ParseInSupport<Request>("call_id: 'c-1'"),
      {
          {"application", [](Request& r) { r.set_application("accounts/acme"); }},
          {"call_id", [](Request& r) { r.clear_call_id(); }},
          {"call_id", [](Request& r) { r.set_call_id(kTooLong); }},
          {"call_id", [](Request& r) { r.set_call_id("two\nlines"); }},
          {"call_id", [](Request& r) { r.set_call_id("\xff"); }},
          {"direction", [](Request& r) { r.set_direction(static_cast<v1::CallDirection>(3)); }},
          {"direction", [](Request& r) { r.set_direction(static_cast<v1::CallDirection>(-1)); }},
          {"ttl", [](Request& r) { r.mutable_ttl()->set_seconds(-1); }},
      });
  EXPECT_EQ(RefusedField(ParseInSupport<Request>("call_id: '" + kTooLong.substr(1) + "'")), "");
}

TEST(CommandFromVoice, AConnectTimeIsOptional) {
  using Request = v1::ConnectCallRequest;
  EXPECT_FALSE(
      Read<entitlement::ConnectCall>(ParseInSupport<Request>("call_id: 'c-1'")).connect_time);
  const auto told = Read<entitlement::ConnectCall>(
      ParseInSupport<Request>("call_id: 'c-1' connect_time { seconds: 1800000000 }"));
  EXPECT_EQ(told.id, CallId("c-1"));
  EXPECT_EQ(told.connect_time, absl::FromUnixSeconds(1'800'000'000));
  ExpectEachRefused<Request>(
      ParseInSupport<Request>("call_id: 'c-1'"),
      {
          {"application", [](Request& r) { r.clear_application(); }},
          {"call_id", [](Request& r) { r.clear_call_id(); }},
          {"connect_time", [](Request& r) { r.mutable_connect_time()->set_nanos(-1); }},
      });
}

TEST(CommandFromVoice, ExtensionsAreBoundedAndKeepTheirOrder) {
  v1::ExtendCallsRequest request;
  request.set_application(testing::kSupport);
  EXPECT_TRUE(Read<entitlement::ExtendCalls>(request).ids.empty());
  for (int i = entitlement::kCallBatchMax; i > 0; --i) request.add_call_ids(std::to_string(i));
  const auto command = Read<entitlement::ExtendCalls>(request);
  ASSERT_EQ(command.ids.size(), 1000u);
  EXPECT_EQ(command.ids.front(), CallId("1000"));
  EXPECT_EQ(command.ids.back(), CallId("1"));

  request.set_call_ids(7, "");
  request.set_call_ids(9, kTooLong);
  EXPECT_EQ(RefusedField(request), "call_ids[7]");
  request.set_call_ids(7, kTooLong.substr(1));
  EXPECT_EQ(RefusedField(request), "call_ids[9]");
  request.set_call_ids(9, "bell\a");
  EXPECT_EQ(RefusedField(request), "call_ids[9]");
  request.add_call_ids("1001");
  EXPECT_EQ(RefusedField(request), "call_ids");
}

TEST(CommandFromVoice, AReportedDurationMayBeZeroAndIsNotTheSameAsNone) {  // R25
  using Request = v1::EndCallRequest;
  EXPECT_FALSE(
      Read<entitlement::EndCall>(ParseInSupport<Request>("call_id: 'c-1'")).connected_duration);
  EXPECT_EQ(Read<entitlement::EndCall>(ParseInSupport<Request>("call_id: 'c-1' "
                                                               "connected_duration {}"))
                .connected_duration,
            absl::ZeroDuration());
  auto longest = ParseInSupport<Request>("call_id: 'c-1' connected_duration { seconds: 2678400 }");
  EXPECT_EQ(Read<entitlement::EndCall>(longest).connected_duration,
            entitlement::kConnectedDurationMax);
  ExpectEachRefused<Request>(
      longest,
      {
          {"application", [](Request& r) { r.clear_application(); }},
          {"call_id", [](Request& r) { r.clear_call_id(); }},
          {"connected_duration", [](Request& r) { r.mutable_connected_duration()->set_nanos(1); }},
          {"connected_duration",
           [](Request& r) { r.mutable_connected_duration()->set_seconds(-1); }},
      });
}

TEST(CommandFromVoice, TheBalanceIsTheAccounts) {  // R1
  entitlement::Target target;
  Read<entitlement::GetVoiceBalance>(Parse<v1::GetVoiceBalanceRequest>("account: 'accounts/acme'"),
                                     &target);
  EXPECT_EQ(target, (entitlement::Target{entitlement::AccountId("acme"), {}}));
  EXPECT_EQ(RefusedField(Parse<v1::GetVoiceBalanceRequest>("account: '" +
                                                           std::string(testing::kSupport) + "'")),
            "account");
}

TEST(CommandFromVoice, GetCallNeedsACallId) {
  EXPECT_EQ(Read<entitlement::GetCall>(ParseInSupport<v1::GetCallRequest>("call_id: 'c-1'")).id,
            CallId("c-1"));
  EXPECT_EQ(RefusedField(ParseInSupport<v1::GetCallRequest>("")), "call_id");
  EXPECT_EQ(RefusedField(v1::GetCallRequest()), "application");
}

TEST(CommandFromVoice, AListOfCallsGoesOnBelowItsToken) {
  using Request = v1::ListCallsRequest;
  auto request = ParseInSupport<Request>("state: CALL_STATE_ENDED page_size: 5000");
  auto command = Read<entitlement::ListCalls>(request);
  EXPECT_EQ(command.state, CallState::kEnded);
  EXPECT_EQ(command.limit, entitlement::kPageSizeMax);
  EXPECT_FALSE(command.before);
  request.set_page_token(MakePageToken(request, "42"));
  EXPECT_EQ(Read<entitlement::ListCalls>(request).before, entitlement::CallNo(42));
  EXPECT_FALSE(Read<entitlement::ListCalls>(ParseInSupport<Request>("")).state.has_value());

  request.clear_state();
  const CommandOr mismatch = CommandFrom(request);
  ASSERT_TRUE(std::holds_alternative<entitlement::Refusal>(mismatch));
  EXPECT_TRUE(std::holds_alternative<entitlement::PageTokenMismatch>(
      std::get<entitlement::Refusal>(mismatch)));

  ExpectEachRefused<Request>(
      ParseInSupport<Request>(""),
      {
          {"application", [](Request& r) { r.clear_application(); }},
          {"page_size", [](Request& r) { r.set_page_size(-1); }},
          {"state", [](Request& r) { r.set_state(static_cast<v1::CallState>(4)); }},
      });
}

}  // namespace
}  // namespace usher::rpc
