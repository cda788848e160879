#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

class AgentServiceTest : public ServerTest {
 protected:
  void SetUp() override { api_.CreateSupport(); }
};

TEST_F(AgentServiceTest, ALoginBindsAndTheSameClientGetsItsSessionBack) {  // R12, R15
  const auto first = api_.Login(" Ada");
  ASSERT_TRUE(first.ok()) << first.status.error_message();
  EXPECT_TRUE(first->newly_bound());
  EXPECT_EQ(first->session().email(), "ada@example.com");
  EXPECT_EQ(first->session().state(), v1::SESSION_STATE_ACTIVE);
  EXPECT_EQ(first->session().ttl().seconds(), 60);
  EXPECT_GT(first->session().revision(), 0);
  EXPECT_EQ(first->license().license_id(), 1);

  const auto again = api_.Login("ada");
  EXPECT_FALSE(again->newly_bound());
  EXPECT_EQ(again->session().session_id(), first->session().session_id());

  const auto other = api_.Login("ada", "tab-2");
  EXPECT_GT(other->session().session_id(), first->session().session_id());
  EXPECT_GT(other->session().revision(), first->session().revision());
  const auto renewals = api_.AskInSupport(&Agents::RenewSessions, "session_ids: [1, 2, 77]");
  ASSERT_EQ(renewals.renewals_size(), 3);
  EXPECT_EQ(renewals.renewals(0).state(), v1::SESSION_STATE_ENDED);
  EXPECT_EQ(renewals.renewals(0).end_reason(), v1::END_REASON_SUPERSEDED);
  EXPECT_EQ(renewals.renewals(1).state(), v1::SESSION_STATE_ACTIVE);
  EXPECT_EQ(renewals.renewals(2).end_reason(), v1::END_REASON_UNKNOWN);
  EXPECT_FALSE(renewals.renewals(2).has_expire_time());
}

TEST_F(AgentServiceTest, LogoutKeepsTheBindingAndSucceedsTwice) {  // R14
  const auto login = api_.Login("ada");
  const std::string id = "session_id: " + std::to_string(login->session().session_id());
  const auto ended = api_.AskInSupport(&Agents::EndSession, id + " note: 'home'");
  EXPECT_EQ(ended.session().state(), v1::SESSION_STATE_ENDED);
  EXPECT_EQ(ended.session().end_reason(), v1::END_REASON_LOGOUT);
  EXPECT_EQ(api_.AskInSupport(&Agents::EndSession, id).session().end_reason(),
            v1::END_REASON_LOGOUT);
  const auto agents = api_.AskInSupport(&Agents::ListAgents);
  ASSERT_EQ(agents.agents_size(), 1);
  EXPECT_EQ(agents.agents(0).license().state(), v1::LICENSE_STATE_BOUND);
  EXPECT_EQ(agents.agents(0).sessions_size(), 0);
}

TEST_F(AgentServiceTest, AnAdministratorTakesAnAgentOffline) {
  ASSERT_TRUE(api_.Login("ada").ok());
  api_.AskInSupport(&Agents::SetMobileAnswering,
                    "email: 'ada@example.com' mode: MOBILE_ANSWERING_WHEN_OFFLINE");
  const auto forced = api_.AskInSupport(
      &Agents::ForceOffline, "email: 'ada@example.com' mobile_answering_off: true note: 'shift'");
  EXPECT_EQ(forced.ended_sessions(), 1);
  EXPECT_EQ(forced.agent().mobile_answering(), v1::MOBILE_ANSWERING_OFF);
  EXPECT_EQ(api_.AskInSupport(&Agents::RenewSessions, "session_ids: 1").renewals(0).end_reason(),
            v1::END_REASON_FORCED);
}

TEST_F(AgentServiceTest, MobileAnsweringOccupiesALicenseLikeALogin) {  // R12
  const auto on = api_.AskInSupport(&Agents::SetMobileAnswering,
                                    "email: 'ada@example.com' mode: MOBILE_ANSWERING_ALWAYS");
  EXPECT_TRUE(on.newly_bound());
  EXPECT_EQ(on.agent().license().state(), v1::LICENSE_STATE_IN_USE);
  const auto off = api_.AskInSupport(&Agents::SetMobileAnswering,
                                     "email: 'ada@example.com' mode: MOBILE_ANSWERING_OFF");
  EXPECT_EQ(off.agent().license().state(), v1::LICENSE_STATE_BOUND);
}

TEST_F(AgentServiceTest, CheckAccessSaysWhatALoginWouldSay) {
  const auto open = api_.AskInSupport(&Agents::CheckAccess, "email: 'ada@example.com'");
  EXPECT_TRUE(open.allowed());
  EXPECT_TRUE(open.would_bind());
  EXPECT_EQ(open.license().license_id(), 1);
  for (const char* name : {"ada", "bob", "cyd"}) ASSERT_TRUE(api_.Login(name).ok());
  const auto shut = api_.AskInSupport(&Agents::CheckAccess, "email: 'dan@example.com'");
  EXPECT_FALSE(shut.allowed());
  EXPECT_EQ(shut.reason(), v1::ERROR_REASON_NO_IDLE_LICENSE);
  EXPECT_EQ(shut.metadata().at("inUse"), "3");
  EXPECT_EQ(shut.metadata().at("kind"), "AGENT");
  EXPECT_FALSE(shut.has_license());
}

TEST_F(AgentServiceTest, SessionsAndAgentsAreListedByPages) {
  for (const char* name : {"cyd", "ada", "bob"}) ASSERT_TRUE(api_.Login(name).ok());
  const auto sessions = api_.AskInSupport(&Agents::ListSessions, "page_size: 2");
  ASSERT_EQ(sessions.sessions_size(), 2);
  EXPECT_EQ(sessions.sessions(0).email(), "cyd@example.com");
  EXPECT_EQ(
      api_.AskInSupport(&Agents::ListSessions, "page_token: '" + sessions.next_page_token() + "'")
          .sessions(0)
          .email(),
      "bob@example.com");
  EXPECT_EQ(api_.AskInSupport(&Agents::ListSessions, "channel: CHANNEL_SDK").sessions_size(), 0);
  EXPECT_EQ(api_.AskInSupport(&Agents::ListSessions, "email: 'bob@example.com'").sessions_size(),
            1);
  const auto agents = api_.AskInSupport(&Agents::ListAgents, "page_size: 1");
  ASSERT_EQ(agents.agents_size(), 1);
  EXPECT_EQ(agents.agents(0).email(), "ada@example.com");
  EXPECT_EQ(agents.agents(0).sessions_size(), 1);
  EXPECT_EQ(api_.AskInSupport(&Agents::ListAgents, "page_token: '" + agents.next_page_token() + "'")
                .agents_size(),
            2);
}

TEST_F(AgentServiceTest, ALeaseThatIsNotRenewedRunsOut) {  // R14
  // The policy's shortest lease is 10 s; a shorter one can't be asked for.
  const auto login = api_.Login("ada", "tab-1", "ttl { seconds: 1 }");
  EXPECT_EQ(login->session().ttl().seconds(), 10);
}

}  // namespace
}  // namespace usher::e2e
