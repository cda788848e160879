#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
#include <thread>
#include <vector>

#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

constexpr int kThreads = 100;
constexpr int kCalls = 64;
constexpr std::chrono::seconds kConnectMax(20);

class ContentionTest : public ServerTest {
 protected:
  void SetUp() override { api_.CreateSupport(); }

  // Runs `act` in many threads at once, each with a connection of its own.
  template <typename Act>
  void InManyThreads(Act act, int count = kThreads) {
    std::latch ready(count);
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        const auto channel = server_.NewChannel();
        // gRPC 1.51 now and then takes a connection that is under way for one that failed.
        EXPECT_TRUE(channel->WaitForConnected(std::chrono::system_clock::now() + kConnectMax));
        Api api(channel);
        ready.arrive_and_wait();
        act(i, api);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(ContentionTest, OneOfAHundredGetsTheLastLicense) {  // R11
  for (const char* name : {"ada", "bob"}) ASSERT_TRUE(api_.Login(name).ok());
  std::atomic<int> winners = 0;
  std::atomic<int> refused = 0;
  InManyThreads([&](int i, Api& api) {
    const auto login = api.Login("agent" + std::to_string(i));
    if (login.ok()) ++winners;
    if (ReasonOf(login.status) == "NO_IDLE_LICENSE") ++refused;
  });
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(refused, kThreads - 1);
  const auto pool = api_.AskInSupport(&Account::GetEntitlements).pools(0);
  EXPECT_EQ(pool.in_use(), 3);
  EXPECT_EQ(pool.idle(), 0);
  EXPECT_EQ(pool.denials(), kThreads - 1);
}

TEST_F(ContentionTest, AHundredClientsOfOneAgentLeaveOneSessionAndOneLicense) {  // R11, R15
  std::atomic<int> succeeded = 0;
  InManyThreads([&](int i, Api& api) {
    const auto login = api.Login("ada", "tab-" + std::to_string(i));
    if (login.ok()) ++succeeded;
    EXPECT_TRUE(login.ok()) << login.status.error_message();
  });
  EXPECT_EQ(succeeded, kThreads);
  const auto sessions = api_.AskInSupport(&Agents::ListSessions);
  ASSERT_EQ(sessions.sessions_size(), 1);
  EXPECT_EQ(sessions.sessions(0).session_id(), kThreads);
  EXPECT_EQ(api_.AskInSupport(&Account::GetEntitlements).pools(0).in_use(), 1);
}

TEST_F(ContentionTest, OneOfAHundredResetsReleases) {  // R18
  ASSERT_TRUE(api_.Login("ada").ok());
  api_.AskInSupport(&Agents::EndSession, "session_id: 1");
  std::atomic<int> released = 0;
  std::atomic<int> refused = 0;
  InManyThreads([&](int, Api& api) {
    const auto reset = api.CallInSupport(&Licenses::ResetLicenses);
    if (reset.ok()) ++released;
    if (ReasonOf(reset.status) == "NOTHING_TO_RESET") ++refused;
  });
  EXPECT_EQ(released, 1);
  EXPECT_EQ(refused, kThreads - 1);
  EXPECT_EQ(api_.AskInSupport(&Account::GetEntitlements).resets().used(), 1);
}

TEST_F(ContentionTest, SixtyFourCallsFightForThreeSlots) {  // R26
  api_.BuyVoice();
  std::atomic<int> winners = 0;
  std::atomic<int> refused = 0;
  InManyThreads(
      [&](int i, Api& api) {
        const auto call =
            api.CallInSupport(&Voice::StartCall, "call_id: 'c" + std::to_string(i) + "'");
        if (call.ok()) ++winners;
        if (ReasonOf(call.status) == "VOICE_CONCURRENCY_EXHAUSTED") ++refused;
      },
      kCalls);
  EXPECT_EQ(winners, 3);
  EXPECT_EQ(refused, kCalls - 3);
  const auto balance = api_.Ask(&Voice::GetVoiceBalance, "account: 'accounts/acme'");
  EXPECT_EQ(balance.concurrency(0).active(), 3);
  EXPECT_EQ(balance.reserved_minutes(), 3);
}

TEST_F(ContentionTest, SixtyFourCallsOfTwoApplicationsDrainTheLastTenMinutes) {  // R24, R26
  constexpr int kPackages = 11;  // 33 slots an application, so that none is short of them
  constexpr int kLeft = 10;
  constexpr int64_t kLongestCall = 31 * 24 * 60;
  api_.Ask(&Account::CreateApplication, "account: 'accounts/acme' application_id: 'sales'");
  api_.BuyVoice(kPackages);
  api_.BuyVoice(kPackages, "sales");
  const auto balance = [this] {
    return api_.Ask(&Voice::GetVoiceBalance, "account: 'accounts/acme'");
  };
  for (int i = 0; balance().remaining_minutes() > kLeft; ++i) {
    const std::string id = "call_id: 'long-" + std::to_string(i) + "' ";
    const int64_t minutes = std::min(kLongestCall, balance().remaining_minutes() - kLeft);
    api_.AskInSupport(&Voice::StartCall, id);
    api_.AskInSupport(&Voice::ConnectCall, id);
    api_.AskInSupport(&Voice::EndCall,
                      id + "connected_duration { seconds: " + std::to_string(minutes * 60) + " }");
  }

  std::atomic<int> minutes_charged = 0;
  std::atomic<int> refused = 0;
  InManyThreads(
      [&](int i, Api& api) {
        const std::string call = std::string("application: 'accounts/acme/applications/") +
                                 (i % 2 == 0 ? "support" : "sales") + "' call_id: 'c" +
                                 std::to_string(i) + "' ";
        const auto started = api.Call(&Voice::StartCall, call);
        if (!started.ok()) {
          if (ReasonOf(started.status) == "VOICE_MINUTES_EXHAUSTED") ++refused;
          return;
        }
        EXPECT_TRUE(api.Call(&Voice::ConnectCall, call).ok());
        // Two minutes each, of which the account has not always both.
        const auto ended = api.Call(&Voice::EndCall, call + "connected_duration { seconds: 120 }");
        ASSERT_TRUE(ended.ok());
        EXPECT_EQ(ended->call().charged_minutes() + ended->call().uncovered_minutes(), 2);
        minutes_charged += static_cast<int>(ended->call().charged_minutes());
      },
      kCalls);
  EXPECT_EQ(minutes_charged, kLeft);
  EXPECT_GE(refused, kCalls - kLeft);
  const auto drained = balance();
  EXPECT_EQ(drained.remaining_minutes(), 0);
  EXPECT_EQ(drained.reserved_minutes(), 0);
  for (const auto& grant : drained.grants()) {
    EXPECT_EQ(grant.charged_minutes(), grant.granted_minutes());
  }
}

}  // namespace
}  // namespace usher::e2e
