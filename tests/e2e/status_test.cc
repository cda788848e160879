// GetStatus: what the server tells of itself, and whom.
#include "absl/time/clock.h"
#include "server/options.h"
#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

class StatusTest : public ServerTest {
 protected:
  v1::GetStatusResponse Status() { return api_.Ask(&Admin::GetStatus, ""); }
};

TEST_F(StatusTest, TellsWhatServesSinceWhenAndOnWhat) {
  const v1::GetStatusResponse status = Status();
  EXPECT_EQ(status.version(), Version());
  EXPECT_EQ(status.store(), "sqlite");
  EXPECT_EQ(status.database_id().size(), 32u);
  EXPECT_GE(status.schema_version(), 4);
  EXPECT_GT(status.store_bytes(), 0);
  EXPECT_GT(status.disk_free_bytes(), 0);
  EXPECT_LE(TimeOf(status.start_time()), TimeOf(status.server_time()));
  EXPECT_LE(TimeOf(status.server_time()), absl::Now());
  EXPECT_GT(TimeOf(status.server_time()), absl::Now() - absl::Minutes(1));
  // The operator's token was made by an event.
  EXPECT_LE(TimeOf(status.oldest_record_time()), TimeOf(status.server_time()));
}

TEST_F(StatusTest, CountsWhatIsLiveAsSoonAsItIsAnswered) {
  api_.CreateSupport();
  api_.BuyVoice();
  api_.AskInSupport(&Orders::CreateOrder, "items { product: 'premium-agent-package' quantity: 1 }");
  ASSERT_TRUE(api_.Login("ann").ok());
  const auto bob = api_.Login("bob");
  ASSERT_TRUE(bob.ok());
  api_.AskInSupport(&Phones::RegisterPhone, "phone_id: 'desk-1'");
  api_.AskInSupport(&Voice::StartCall, "call_id: 'c-1'");
  v1::GetStatusResponse status = Status();
  EXPECT_EQ(status.live_sessions(), 2);
  EXPECT_EQ(status.online_phones(), 1);
  EXPECT_EQ(status.active_calls(), 1);
  api_.AskInSupport(&Agents::EndSession,
                    "session_id: " + std::to_string(bob->session().session_id()));
  api_.AskInSupport(&Phones::UnregisterPhone, "phone_id: 'desk-1'");
  api_.AskInSupport(&Voice::EndCall, "call_id: 'c-1'");
  status = Status();
  EXPECT_EQ(status.live_sessions(), 1);
  EXPECT_EQ(status.online_phones(), 0);
  EXPECT_EQ(status.active_calls(), 0);
}

TEST_F(StatusTest, ARestartCountsAnewAndKeepsTheDatabase) {
  api_.CreateSupport();
  ASSERT_TRUE(api_.Login("ann").ok());
  const v1::GetStatusResponse before = Status();
  Restart();
  v1::GetStatusResponse after = Status();
  for (int i = 0; i < 100 && after.live_sessions() == 0; ++i) {
    absl::SleepFor(absl::Milliseconds(50));
    after = Status();
  }
  EXPECT_EQ(after.live_sessions(), 1);
  EXPECT_EQ(after.database_id(), before.database_id());
  EXPECT_GT(TimeOf(after.start_time()), TimeOf(before.start_time()));
}

TEST_F(StatusTest, OnlyAnOperatorLearnsSizesAndWhatIsLive) {
  api_.CreateSupport();
  ASSERT_TRUE(api_.Login("ann").ok());
  for (const char* role : {"ROLE_VIEWER", "ROLE_AGENT", "ROLE_ADMIN"}) {
    const auto token = api_.Ask(&Admin::CreateToken, std::string("display_name: 'x' role: ") +
                                                         role + " account: 'accounts/acme'");
    Api other(testing::OwnChannel(server_.address(), token.secret()));
    const v1::GetStatusResponse status = other.Ask(&Admin::GetStatus, "");
    EXPECT_EQ(status.version(), Version());
    EXPECT_EQ(status.live_sessions(), 0) << role;
    EXPECT_EQ(status.store_bytes(), 0) << role;
    EXPECT_EQ(status.disk_free_bytes(), 0) << role;
  }
}

}  // namespace
}  // namespace usher::e2e
