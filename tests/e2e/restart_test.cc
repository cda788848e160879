#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

class RestartTest : public ServerTest {
 protected:
  void SetUp() override { api_.CreateSupport("Europe/Berlin"); }
};

TEST_F(RestartTest, BindingsSessionsAndPhonesGoOn) {  // R30
  api_.AskInSupport(&Orders::CreateOrder,
                    "items { product: 'premium-agent-package' quantity: 1 } months: 2");
  const auto login = api_.Login("ada", "tab-1", "edition: EDITION_PREMIUM ttl { seconds: 600 }");
  ASSERT_TRUE(login.ok());
  ASSERT_TRUE(api_.Login("bob").ok());
  api_.AskInSupport(&Agents::EndSession, "session_id: 2");
  api_.AskInSupport(&Agents::SetMobileAnswering,
                    "email: 'bob@example.com' mode: MOBILE_ANSWERING_WHEN_OFFLINE");
  const auto phone = api_.AskInSupport(&Phones::RegisterPhone, "phone_id: '100'").phone();
  const auto before = api_.AskInSupport(&Licenses::ListLicenses);

  Restart();
  EXPECT_EQ(api_.AskInSupport(&Licenses::ListLicenses).SerializeAsString(),
            before.SerializeAsString());
  const auto renewal = api_.AskInSupport(&Agents::RenewSessions, "session_ids: 1").renewals(0);
  EXPECT_EQ(renewal.state(), v1::SESSION_STATE_ACTIVE);
  EXPECT_GE(TimeOf(renewal.expire_time()), TimeOf(login->session().expire_time()));
  const auto again = api_.Login("ada", "tab-1", "edition: EDITION_PREMIUM ttl { seconds: 600 }");
  EXPECT_EQ(again->session().session_id(), login->session().session_id());
  EXPECT_EQ(again->session().revision(), login->session().revision());
  EXPECT_EQ(api_.AskInSupport(&Phones::ListPhones).phones(0).license_id(), phone.license_id());
  EXPECT_EQ(api_.AskInSupport(&Agents::ListAgents, "email: 'bob@example.com'")
                .agents(0)
                .mobile_answering(),
            v1::MOBILE_ANSWERING_WHEN_OFFLINE);
}

TEST_F(RestartTest, EndedSessionsAreStillRemembered) {
  ASSERT_TRUE(api_.Login("ada").ok());
  api_.AskInSupport(&Agents::EndSession, "session_id: 1");
  Restart();
  EXPECT_EQ(api_.AskInSupport(&Agents::RenewSessions, "session_ids: 1").renewals(0).end_reason(),
            v1::END_REASON_LOGOUT);
  // Session ids are never given out again, and a clean restart leaves no gap.
  EXPECT_EQ(api_.Login("ada")->session().session_id(), 2);
}

TEST_F(RestartTest, ResetsOrdersAndCountersOfTheMonthAreKept) {  // R17, R18
  ASSERT_TRUE(api_.Login("ada").ok());
  api_.AskInSupport(&Agents::EndSession, "session_id: 1");
  api_.AskInSupport(&Licenses::ResetLicenses);
  for (const char* name : {"ada", "bob", "cyd"}) ASSERT_TRUE(api_.Login(name).ok());
  EXPECT_FALSE(api_.Login("dan").ok());
  api_.AskInSupport(&Orders::CreateOrder,
                    "items { product: 'standard-agent-package' quantity: 1 }");
  const auto before = api_.AskInSupport(&Account::GetEntitlements);
  EXPECT_EQ(before.resets().used(), 1);
  EXPECT_EQ(before.pools(0).denials(), 1);

  Restart();
  EXPECT_EQ(api_.AskInSupport(&Account::GetEntitlements).SerializeAsString(),
            before.SerializeAsString());
  EXPECT_EQ(api_.AskInSupport(&Licenses::ListResets).resets_size(), 1);
  EXPECT_EQ(api_.AskInSupport(&Orders::ListOrders).orders_size(), 1);
  EXPECT_EQ(api_.AskInSupport(&Licenses::ListBindings).bindings_size(), 4);
  EXPECT_EQ(api_.Ask(&Account::ListAccounts, "").accounts(0).time_zone(), "Europe/Berlin");
}

TEST_F(RestartTest, ManyRestartsLoseNothing) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(api_.Login("ada", "tab-" + std::to_string(i)).ok());
    Restart();
  }
  const auto sessions = api_.AskInSupport(&Agents::ListSessions);
  ASSERT_EQ(sessions.sessions_size(), 1);
  EXPECT_EQ(sessions.sessions(0).client_id(), "tab-4");
}

}  // namespace
}  // namespace usher::e2e
