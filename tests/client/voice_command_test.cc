// usher voice …, whole command lines against a scripted server.
#include "gmock/gmock.h"
#include "tests/client/program_fixture.h"
#include "usher/v1/order_service.pb.h"
#include "usher/v1/voice_service.pb.h"

namespace usher::cli {
namespace {

using client::testing::Refusal;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kSupport[] = "accounts/acme/applications/support";

TEST_F(ProgramTest, ACallIsInboundUnlessItIsSaidToBeOutbound) {
  Serve<v1::StartCallRequest, v1::StartCallResponse>("StartCall", R"({"call": {"callId": "c-1"}})");
  EXPECT_EQ(Run({"voice", "start", "acme/support", "c-1"}), ExitCode::kOk);
  EXPECT_EQ(Run({"voice", "start", "acme/support", "c-1", "--outbound", "--ttl", "5m"}),
            ExitCode::kOk);
  const auto requests = connection_->Requests<v1::StartCallRequest>("StartCall");
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(requests[0].application(), kSupport);
  EXPECT_EQ(requests[0].call_id(), "c-1");
  EXPECT_EQ(requests[0].direction(), v1::CALL_DIRECTION_INBOUND);
  EXPECT_FALSE(requests[0].has_ttl());
  EXPECT_EQ(requests[1].direction(), v1::CALL_DIRECTION_OUTBOUND);
  EXPECT_EQ(requests[1].ttl().seconds(), 300);
}

TEST_F(ProgramTest, AConnectedTimeOfZeroIsNotTheSameAsNone) {  // R25
  Serve<v1::EndCallRequest, v1::EndCallResponse>("EndCall", R"({"call": {"callId": "c-1"}})");
  EXPECT_EQ(Run({"voice", "end", "acme/support", "c-1"}), ExitCode::kOk);
  EXPECT_EQ(Run({"voice", "end", "acme/support", "c-1", "--connected", "0s"}), ExitCode::kOk);
  const auto requests = connection_->Requests<v1::EndCallRequest>("EndCall");
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_FALSE(requests[0].has_connected_duration());
  EXPECT_TRUE(requests[1].has_connected_duration());
}

TEST_F(ProgramTest, AnExtensionOfACallThatEndedExitsWithSix) {
  Serve<v1::ExtendCallsRequest, v1::ExtendCallsResponse>("ExtendCalls", R"({"extensions": [
      {"callId": "c-1", "state": "CALL_STATE_CONNECTED"}]})");
  EXPECT_EQ(Run({"voice", "extend", "acme/support", "c-1"}), ExitCode::kOk);
  Serve<v1::ExtendCallsRequest, v1::ExtendCallsResponse>("ExtendCalls", R"({"extensions": [
      {"callId": "c-1", "state": "CALL_STATE_CONNECTED"},
      {"callId": "c-2", "state": "CALL_STATE_ENDED"}]})");
  EXPECT_EQ(Run({"voice", "extend", "acme/support", "c-1", "c-2"}), ExitCode::kConflict);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("c-1   connected"), HasSubstr("c-2   not known")));
  EXPECT_EQ(Run({"voice", "extend", "acme/support", "c-1", "c-2", "-o", "json"}),
            ExitCode::kConflict);
  v1::ExtendCallsResponse response;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(out_.str(), &response).ok());
  EXPECT_THAT(connection_->Requests<v1::ExtendCallsRequest>("ExtendCalls").back().call_ids(),
              ElementsAre("c-1", "c-2"));
}

TEST_F(ProgramTest, TheBalanceShowsGrantsInTheOrderOfTheServer) {  // R24
  Serve<v1::GetVoiceBalanceRequest, v1::GetVoiceBalanceResponse>("GetVoiceBalance", R"({
      "remainingMinutes": "12893", "reservedMinutes": "7", "grants": [
       {"grantId": 3, "product": "voice-agent-package", "grantedMinutes": 8000,
        "chargedMinutes": 100, "reservedMinutes": 7, "remainingMinutes": 7893,
        "expireTime": "2126-11-30T23:00:00Z"},
       {"grantId": 1, "product": "voice-minutes", "grantedMinutes": 5000,
        "remainingMinutes": 5000, "expireTime": "2126-11-28T23:00:00Z"}],
      "concurrency": [{"application": "accounts/acme/applications/support",
                       "limit": 6, "active": 2}]})");
  EXPECT_EQ(Run({"voice", "balance", "acme"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("Remaining      12,893 minutes\n"), HasSubstr("7 minutes more"),
                    HasSubstr("5,000 minutes, 2126-11-29 00:00 CET"), HasSubstr("LAPSES (CET)"),
                    HasSubstr("acme/support      6      2     4\n")));
  EXPECT_LT(out_.str().find("voice-agent-package"), out_.str().find("voice-minutes"));
  EXPECT_EQ(connection_->Requests<v1::GetVoiceBalanceRequest>("GetVoiceBalance")[0].account(),
            "accounts/acme");
}

TEST_F(ProgramTest, CallsAreListedByState) {
  Serve<v1::ListCallsRequest, v1::ListCallsResponse>("ListCalls", R"({"calls": []})");
  EXPECT_EQ(Run({"voice", "calls", "acme/support", "--state", "ringing"}), ExitCode::kOk);
  EXPECT_EQ(err_.str(), "No calls.\n");
  EXPECT_EQ(connection_->Requests<v1::ListCallsRequest>("ListCalls")[0].state(),
            v1::CALL_STATE_RINGING);
}

TEST_F(ProgramTest, ACallForWhichNoSlotIsFreeExitsWithFive) {
  connection_->On<v1::StartCallRequest, v1::StartCallResponse>(
      "StartCall", [](const v1::StartCallRequest&) -> Result<v1::StartCallResponse> {
        return Refusal(absl::StatusCode::kResourceExhausted, "VOICE_CONCURRENCY_EXHAUSTED",
                       {{"limit", "3"}, {"active", "3"}}, "All slots are taken: 3 of 3.");
      });
  EXPECT_EQ(Run({"voice", "start", "acme/support", "c-1"}), ExitCode::kExhausted);
  EXPECT_THAT(out_.str(), IsEmpty());
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("usher: All slots are taken: 3 of 3.\n"),
                                HasSubstr("hint: "), HasSubstr("usher voice calls acme/support")));
  EXPECT_THAT(connection_->Requests<v1::StartCallRequest>("StartCall"), SizeIs(1))
      << "a full pool is told, not waited for";
}

TEST_F(ProgramTest, MinutesJoinNoSubscriptionAndAreSaidToBeTheAccounts) {  // R23
  Serve<v1::CreateOrderRequest, v1::CreateOrderResponse>("CreateOrder", R"({"order": {
      "orderId": 3, "totalCents": 42900, "currencyCode": "USD", "lines": [
       {"product": "voice-concurrency", "quantity": 1, "chargedMonths": 1, "subscriptionId": 7},
       {"product": "voice-minutes", "quantity": 5000, "chargedMonths": 1}]}})");
  EXPECT_EQ(Run({"order", "create", "acme/support", "voice-concurrency=1", "voice-minutes=5000",
                 "--subscription", "7"}),
            ExitCode::kOk);
  const auto request = connection_->Requests<v1::CreateOrderRequest>("CreateOrder")[0];
  EXPECT_EQ(request.items(0).subscription_id(), 7);
  EXPECT_EQ(request.items(1).subscription_id(), 0);
  EXPECT_THAT(out_.str(), HasSubstr("voice-minutes      5,000       —"));
  EXPECT_THAT(err_.str(), HasSubstr("for all applications of acme: usher voice balance acme\n"));
}

TEST_F(ProgramTest, AnApplicationShowsItsSlotsAndWhatItsAccountHas) {
  const auto shown = [this](const std::string& voice) {
    Serve<v1::GetEntitlementsRequest, v1::GetEntitlementsResponse>(
        "GetEntitlements",
        R"({"application": {"name": "accounts/acme/applications/support"}, )" + voice + "}");
    EXPECT_EQ(Run({"app", "show", "acme/support"}), ExitCode::kOk);
    return out_.str();
  };
  EXPECT_THAT(shown(R"("voiceConcurrencyLimit": 6, "voiceConcurrencyActive": 2,
                       "voiceMinutesRemaining": 12893)"),
              HasSubstr("2 of 6 slots taken; 12,893 minutes remaining in the account\n"));
  EXPECT_THAT(shown(R"("voiceMinutesRemaining": 1)"),
              HasSubstr("no slots; 1 minute remaining in the account\n"));
  EXPECT_THAT(shown(R"("voiceConcurrencyActive": 2)"),
              HasSubstr("no slots, 2 calls under way may finish; 0 minutes"));
  EXPECT_THAT(shown(R"("pools": [])"), ::testing::Not(HasSubstr("Voice AI")));
}

}  // namespace
}  // namespace usher::cli
