#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

class LicenseServiceTest : public ServerTest {
 protected:
  void SetUp() override { api_.CreateSupport(); }

  // Binds a license to the agent, who logs out again.
  void BindAndLeave(const std::string& name) {
    const auto login = api_.Login(name);
    ASSERT_TRUE(login.ok()) << login.status.error_message();
    api_.AskInSupport(&Agents::EndSession,
                      "session_id: " + std::to_string(login->session().session_id()));
  }
};

TEST_F(LicenseServiceTest, LicensesAreReadListedAndFiltered) {
  ASSERT_TRUE(api_.Login("ada").ok());
  BindAndLeave("bob");
  const auto license = api_.AskInSupport(&Licenses::GetLicense, "license_id: 1").license();
  EXPECT_EQ(license.holder(), "ada@example.com");
  EXPECT_EQ(license.state(), v1::LICENSE_STATE_IN_USE);
  EXPECT_EQ(license.source(), v1::LICENSE_SOURCE_TRIAL);
  EXPECT_TRUE(license.has_bind_time());

  EXPECT_EQ(api_.AskInSupport(&Licenses::ListLicenses).licenses_size(), 3);
  const auto bound = api_.AskInSupport(&Licenses::ListLicenses, "state: LICENSE_STATE_BOUND");
  ASSERT_EQ(bound.licenses_size(), 1);
  EXPECT_EQ(bound.licenses(0).holder(), "bob@example.com");
  const auto idle = api_.AskInSupport(&Licenses::ListLicenses, "state: LICENSE_STATE_IDLE");
  ASSERT_EQ(idle.licenses_size(), 1);
  EXPECT_FALSE(idle.licenses(0).has_bind_time());
  EXPECT_EQ(api_.AskInSupport(&Licenses::ListLicenses, "kind: LICENSE_KIND_SIP").licenses_size(),
            0);
  EXPECT_EQ(ReasonOf(api_.CallInSupport(&Licenses::GetLicense, "license_id: 9").status),
            "RESOURCE_NOT_FOUND");
}

TEST_F(LicenseServiceTest, AResetReleasesWhoIsAwayAndKeepsWhoIsNot) {  // R18, R19, R20
  ASSERT_TRUE(api_.Login("ada").ok());
  BindAndLeave("bob");
  api_.AskInSupport(&Agents::SetMobileAnswering,
                    "email: 'cyd@example.com' mode: MOBILE_ANSWERING_ALWAYS");

  const auto preview = api_.AskInSupport(&Licenses::ResetLicenses, "validate_only: true");
  ASSERT_EQ(preview.released_size(), 1);
  EXPECT_EQ(preview.released(0).email(), "bob@example.com");
  ASSERT_EQ(preview.retained_size(), 2);
  EXPECT_EQ(preview.retained(0).reason(), v1::RETAIN_REASON_LOGGED_IN);
  EXPECT_EQ(preview.retained(1).reason(), v1::RETAIN_REASON_MOBILE_ANSWERING);
  EXPECT_EQ(preview.allowance().used(), 0);

  const auto reset = api_.AskInSupport(&Licenses::ResetLicenses, "etag: '" + preview.etag() + "'");
  EXPECT_EQ(reset.released_count(), 1);
  EXPECT_EQ(reset.retained_count(), 2);
  EXPECT_EQ(reset.allowance().used(), 1);
  EXPECT_EQ(
      ReasonOf(
          api_.CallInSupport(&Licenses::ResetLicenses, "etag: '" + preview.etag() + "'").status),
      "ETAG_MISMATCH");
  EXPECT_EQ(ReasonOf(api_.CallInSupport(&Licenses::ResetLicenses).status), "NOTHING_TO_RESET");
  EXPECT_TRUE(api_.Login("dan").ok());

  const auto resets = api_.AskInSupport(&Licenses::ListResets);
  ASSERT_EQ(resets.resets_size(), 1);
  EXPECT_EQ(resets.resets(0).actor(), "operator");
  EXPECT_EQ(resets.resets(0).released_count(), 1);
}

TEST_F(LicenseServiceTest, TheFifthResetOfAMonthIsRefused) {  // R18
  for (int i = 0; i < 4; ++i) {
    BindAndLeave("agent" + std::to_string(i));
    api_.AskInSupport(&Licenses::ResetLicenses);
  }
  BindAndLeave("ada");
  const auto refused = api_.CallInSupport(&Licenses::ResetLicenses).status;
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "RESET_LIMIT_REACHED");
  EXPECT_EQ(InfoOf(refused).metadata().at("used"), "4");
  // A preview answers all the same.
  EXPECT_EQ(api_.AskInSupport(&Licenses::ResetLicenses, "validate_only: true").released_size(), 1);
  const auto page = api_.AskInSupport(&Licenses::ListResets, "page_size: 3");
  EXPECT_EQ(page.resets_size(), 3);
  EXPECT_EQ(api_.AskInSupport(&Licenses::ListResets, "page_token: '" + page.next_page_token() + "'")
                .resets_size(),
            1);
}

TEST_F(LicenseServiceTest, BindingsTellWhoHeldWhatWhen) {
  BindAndLeave("ada");
  api_.AskInSupport(&Licenses::ResetLicenses);
  BindAndLeave("bob");
  const auto bindings = api_.AskInSupport(&Licenses::ListBindings);
  ASSERT_EQ(bindings.bindings_size(), 2);
  EXPECT_EQ(bindings.bindings(0).email(), "bob@example.com");
  EXPECT_FALSE(bindings.bindings(0).has_release_time());
  EXPECT_EQ(bindings.bindings(1).release_cause(), v1::RELEASE_CAUSE_RESET);

  const auto& time = bindings.bindings(1).bind_time();
  const auto then = api_.AskInSupport(&Licenses::ListBindings,
                                      "at_time { seconds: " + std::to_string(time.seconds()) +
                                          " nanos: " + std::to_string(time.nanos()) + " }");
  ASSERT_EQ(then.bindings_size(), 1);
  EXPECT_EQ(then.bindings(0).email(), "ada@example.com");
  EXPECT_EQ(api_.AskInSupport(&Licenses::ListBindings, "email: 'bob@example.com'").bindings_size(),
            1);
  const auto page = api_.AskInSupport(&Licenses::ListBindings, "page_size: 1");
  ASSERT_EQ(page.bindings_size(), 1);
  EXPECT_EQ(
      api_.AskInSupport(&Licenses::ListBindings, "page_token: '" + page.next_page_token() + "'")
          .bindings(0)
          .email(),
      "ada@example.com");
}

}  // namespace
}  // namespace usher::e2e
