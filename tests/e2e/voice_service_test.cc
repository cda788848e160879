#include <algorithm>
#include <string>

#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

constexpr int kPackageMinutes = 8000;

class VoiceServiceTest : public ServerTest {
 protected:
  void SetUp() override { api_.CreateSupport(); }

  v1::Call Start(const std::string& id) {
    return api_.AskInSupport(&Voice::StartCall, "call_id: '" + id + "'").call();
  }
  v1::Call Connect(const std::string& id) {
    return api_.AskInSupport(&Voice::ConnectCall, "call_id: '" + id + "'").call();
  }
  v1::Call End(const std::string& id, const std::string& more = "") {
    return api_.AskInSupport(&Voice::EndCall, "call_id: '" + id + "' " + more).call();
  }
  v1::GetVoiceBalanceResponse Balance() {
    return api_.Ask(&Voice::GetVoiceBalance, "account: 'accounts/acme'");
  }

  // Talks away all but `left` of the account's minutes.
  void LeaveMinutes(int64_t left) {
    constexpr int64_t kLongestCall = 31 * 24 * 60;
    for (int i = 0; Balance().remaining_minutes() > left; ++i) {
      const std::string id = "long-" + std::to_string(i);
      Start(id);
      Connect(id);
      const int64_t minutes = std::min(
          kLongestCall, Balance().remaining_minutes() + Balance().reserved_minutes() - left);
      End(id, "connected_duration { seconds: " + std::to_string(minutes * 60) + " }");
    }
  }
};

TEST_F(VoiceServiceTest, ACallTakesASlotAndIsChargedOnceRoundedUp) {  // R22, R25, R26
  api_.BuyVoice();
  const v1::Call ringing = Start("c1");
  EXPECT_EQ(ringing.state(), v1::CALL_STATE_RINGING);
  EXPECT_EQ(ringing.direction(), v1::CALL_DIRECTION_INBOUND);
  EXPECT_EQ(ringing.reserved_minutes(), 1);
  EXPECT_EQ(TimeOf(ringing.expire_time()) - TimeOf(ringing.start_time()), absl::Seconds(90));
  EXPECT_EQ(Balance().concurrency(0).active(), 1);
  EXPECT_EQ(Balance().concurrency(0).limit(), 3);

  EXPECT_EQ(Connect("c1").state(), v1::CALL_STATE_CONNECTED);
  const v1::Call ended = End("c1", "connected_duration { seconds: 61 }");
  EXPECT_EQ(ended.state(), v1::CALL_STATE_ENDED);
  EXPECT_EQ(ended.end_reason(), v1::CALL_END_REASON_COMPLETED);
  EXPECT_EQ(ended.charged_minutes(), 2);
  ASSERT_EQ(ended.charges_size(), 1);
  EXPECT_EQ(ended.charges(0).grant_id(), 1);
  EXPECT_EQ(End("c1").SerializeAsString(), ended.SerializeAsString());  // the settlement again
  EXPECT_EQ(Balance().remaining_minutes(), kPackageMinutes - 2);
  EXPECT_EQ(Balance().reserved_minutes(), 0);
  EXPECT_EQ(Balance().concurrency(0).active(), 0);
}

TEST_F(VoiceServiceTest, ACallThatNeverConnectedCostsNothing) {  // R25
  api_.BuyVoice();
  Start("c1");
  EXPECT_EQ(End("c1").charged_minutes(), 0);
  EXPECT_EQ(Balance().remaining_minutes(), kPackageMinutes);
}

TEST_F(VoiceServiceTest, RepeatingACallIsAnsweredWithTheCall) {
  api_.BuyVoice();
  const v1::Call first = Start("c1");
  EXPECT_EQ(Start("c1").start_time().SerializeAsString(), first.start_time().SerializeAsString());
  const v1::Call connected = Connect("c1");
  EXPECT_EQ(Connect("c1").connect_time().SerializeAsString(),
            connected.connect_time().SerializeAsString());
  EXPECT_EQ(Balance().concurrency(0).active(), 1);
  End("c1");
  const auto again = api_.CallInSupport(&Voice::StartCall, "call_id: 'c1'");
  EXPECT_EQ(ReasonOf(again.status), "WRONG_STATE");
  EXPECT_EQ(InfoOf(again.status).metadata().at("state"), "ENDED");
  EXPECT_EQ(InfoOf(again.status).metadata().at("resource"), std::string(kSupport) + "/calls/c1");
}

TEST_F(VoiceServiceTest, ExtensionsAreAnsweredInTheOrderOfTheRequest) {
  api_.BuyVoice();
  Start("c1");
  Start("c2");
  Connect("c2");
  const auto extended = api_.AskInSupport(&Voice::ExtendCalls, "call_ids: ['c2', 'nobody', 'c1']");
  ASSERT_EQ(extended.extensions_size(), 3);
  EXPECT_EQ(extended.extensions(0).call_id(), "c2");
  EXPECT_EQ(extended.extensions(0).state(), v1::CALL_STATE_CONNECTED);
  EXPECT_EQ(extended.extensions(1).call_id(), "nobody");
  EXPECT_EQ(extended.extensions(1).state(), v1::CALL_STATE_ENDED);
  EXPECT_EQ(extended.extensions(2).state(), v1::CALL_STATE_RINGING);
}

TEST_F(VoiceServiceTest, RefusalsSayWhatIsMissing) {  // R23, R26, R31
  const auto package = api_.CallInSupport(&Voice::StartCall, "call_id: 'c1'");
  EXPECT_EQ(ReasonOf(package.status), "VOICE_PACKAGE_REQUIRED");
  EXPECT_EQ(package.status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);

  api_.BuyVoice();
  for (const char* id : {"c1", "c2", "c3"}) Start(id);
  const auto slots = api_.CallInSupport(&Voice::StartCall, "call_id: 'c4'");
  EXPECT_EQ(ReasonOf(slots.status), "VOICE_CONCURRENCY_EXHAUSTED");
  EXPECT_EQ(InfoOf(slots.status).metadata().at("limit"), "3");
  EXPECT_EQ(InfoOf(slots.status).metadata().at("active"), "3");
  EXPECT_GT(RetryDelayOf(slots.status), absl::ZeroDuration());
  for (const char* id : {"c1", "c2", "c3"}) End(id);

  LeaveMinutes(0);
  const auto minutes = api_.CallInSupport(&Voice::StartCall, "call_id: 'c5'");
  EXPECT_EQ(ReasonOf(minutes.status), "VOICE_MINUTES_EXHAUSTED");
  EXPECT_EQ(InfoOf(minutes.status).metadata().at("remaining"), "0");

  const auto unknown = api_.CallInSupport(&Voice::EndCall, "call_id: 'nobody'");
  EXPECT_EQ(ReasonOf(unknown.status), "RESOURCE_NOT_FOUND");
  const auto unnamed = api_.CallInSupport(&Voice::StartCall);
  EXPECT_EQ(ReasonOf(unnamed.status), "INVALID_FIELD");
  EXPECT_EQ(InfoOf(unnamed.status).metadata().at("field"), "call_id");
}

TEST_F(VoiceServiceTest, AnExtensionIsOfAThousandCallsAtMost) {
  std::string ids;
  for (int i = 0; i < 1001; ++i) ids += "call_ids: 'c" + std::to_string(i) + "' ";
  const auto refused = api_.CallInSupport(&Voice::ExtendCalls, ids);
  EXPECT_EQ(ReasonOf(refused.status), "INVALID_FIELD");
  EXPECT_EQ(InfoOf(refused.status).metadata().at("field"), "call_ids");
}

TEST_F(VoiceServiceTest, ATopUpInMidCallCountsFromTheNextExtensionOn) {  // R23, R26
  api_.BuyVoice();
  LeaveMinutes(1);
  Start("c1");
  EXPECT_TRUE(Connect("c1").final_minute());
  api_.AskInSupport(&Orders::CreateOrder, "items { product: 'voice-minutes' quantity: 5000 }");
  const auto extended = api_.AskInSupport(&Voice::ExtendCalls, "call_ids: 'c1'").extensions(0);
  EXPECT_FALSE(extended.final_minute());
  const v1::Call ended = End("c1", "connected_duration { seconds: 150 }");
  EXPECT_EQ(ended.charged_minutes(), 3);
  ASSERT_EQ(ended.charges_size(), 2);
  EXPECT_EQ(ended.charges(0).minutes(), 1);
  EXPECT_EQ(ended.charges(1).minutes(), 2);
}

TEST_F(VoiceServiceTest, TheBalanceIsListedInTheOrderOfConsumption) {  // R24
  api_.BuyVoice();
  api_.AskInSupport(&Orders::CreateOrder, "items { product: 'voice-minutes' quantity: 5000 }");
  api_.Ask(&Account::CreateApplication, "account: 'accounts/acme' application_id: 'sales'");
  api_.BuyVoice(2, "sales");
  const auto balance = Balance();
  ASSERT_EQ(balance.grants_size(), 3);
  EXPECT_EQ(balance.grants(0).product(), "voice-agent-package");
  EXPECT_EQ(balance.grants(1).granted_minutes(), 2 * kPackageMinutes);
  EXPECT_EQ(balance.grants(2).product(), "voice-minutes");
  EXPECT_EQ(balance.remaining_minutes(), 3 * kPackageMinutes + 5000);
  ASSERT_EQ(balance.concurrency_size(), 2);
  EXPECT_EQ(balance.concurrency(0).application(), "accounts/acme/applications/sales");
  EXPECT_EQ(balance.concurrency(0).limit(), 6);
  const auto entitlements = api_.AskInSupport(&Account::GetEntitlements);
  EXPECT_EQ(entitlements.voice_concurrency_limit(), 3);
  EXPECT_EQ(entitlements.voice_minutes_remaining(), 3 * kPackageMinutes + 5000);
}

TEST_F(VoiceServiceTest, CallsArePagedNewestFirstUnderEveryFilter) {
  api_.BuyVoice();
  for (int i = 1; i <= 5; ++i) {
    Start("c" + std::to_string(i));
    if (i > 2) End("c" + std::to_string(i));
  }
  for (const std::string filter : {"", "state: CALL_STATE_ENDED", "state: CALL_STATE_RINGING"}) {
    std::string ids;
    std::string token;
    do {
      const auto page = api_.AskInSupport(&Voice::ListCalls,
                                          filter + " page_size: 2 page_token: '" + token + "'");
      for (const v1::Call& call : page.calls()) ids += call.call_id() + " ";
      token = page.next_page_token();
    } while (!token.empty());
    EXPECT_EQ(ids, filter.empty()                              ? "c5 c4 c3 c2 c1 "
                   : filter.find("ENDED") != std::string::npos ? "c5 c4 c3 "
                                                               : "c2 c1 ");
  }
}

TEST_F(VoiceServiceTest, DeletingTheApplicationEndsItsCalls) {  // R4
  api_.BuyVoice();
  Start("c1");
  api_.Ask(&Account::DeleteApplication, "name: '" + std::string(kSupport) + "'");
  const auto call = api_.AskInSupport(&Voice::GetCall, "call_id: 'c1'").call();
  EXPECT_EQ(call.end_reason(), v1::CALL_END_REASON_APPLICATION_DELETED);
  const auto refused = api_.CallInSupport(&Voice::StartCall, "call_id: 'c2'");
  EXPECT_EQ(ReasonOf(refused.status), "APPLICATION_DELETED");
}

TEST_F(VoiceServiceTest, ARestartInMidCallChargesOnce) {  // R26, R27, R30
  api_.BuyVoice();
  Start("c1");
  Connect("c1");
  Start("c2");
  End("c2");
  Restart();
  EXPECT_EQ(Balance().concurrency(0).active(), 1);
  EXPECT_EQ(api_.AskInSupport(&Voice::ExtendCalls, "call_ids: 'c1'").extensions(0).state(),
            v1::CALL_STATE_CONNECTED);
  const v1::Call ended = End("c1", "connected_duration { seconds: 200 }");
  EXPECT_EQ(ended.charged_minutes(), 4);
  Restart();
  EXPECT_EQ(End("c1").SerializeAsString(), ended.SerializeAsString());
  EXPECT_EQ(Balance().remaining_minutes(), kPackageMinutes - 4);
  EXPECT_EQ(Balance().reserved_minutes(), 0);
  EXPECT_EQ(ReasonOf(api_.CallInSupport(&Voice::StartCall, "call_id: 'c2'").status), "WRONG_STATE");
}

}  // namespace
}  // namespace usher::e2e
