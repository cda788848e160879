#include <atomic>
#include <chrono>
#include <latch>
#include <thread>
#include <vector>

#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

constexpr int kThreads = 100;
constexpr std::chrono::seconds kConnectMax(20);

class ContentionTest : public ServerTest {
 protected:
  void SetUp() override { api_.CreateSupport(); }

  // Runs `act` in 100 threads at once, each with a connection of its own.
  template <typename Act>
  void InManyThreads(Act act) {
    std::latch ready(kThreads);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
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

}  // namespace
}  // namespace usher::e2e
