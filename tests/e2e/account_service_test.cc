#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

using AccountServiceTest = ServerTest;

TEST_F(AccountServiceTest, AccountsAreCreatedReadUpdatedAndListed) {
  const auto created = api_.Ask(&Account::CreateAccount,
                                "account_id: 'acme' display_name: 'Acme' time_zone: 'Asia/Tokyo'");
  EXPECT_EQ(created.account().name(), "accounts/acme");
  EXPECT_EQ(created.account().time_zone(), "Asia/Tokyo");
  EXPECT_GT(created.account().create_time().seconds(), 0);

  const auto updated = api_.Ask(&Account::UpdateAccount,
                                "name: 'accounts/acme' display_name: 'Acme Ltd' time_zone: 'UTC'");
  EXPECT_EQ(updated.account().display_name(), "Acme Ltd");
  // R2: the current month keeps its end.
  EXPECT_EQ(updated.account().time_zone(), "Asia/Tokyo");
  EXPECT_EQ(updated.account().pending_time_zone(), "UTC");
  EXPECT_GT(TimeOf(updated.account().time_zone_change_time()), absl::Now());

  const auto read = api_.Ask(&Account::GetAccount, "name: 'accounts/acme'");
  EXPECT_EQ(read.account().SerializeAsString(), updated.account().SerializeAsString());
  EXPECT_EQ(api_.Ask(&Account::ListAccounts, "").accounts_size(), 1);

  EXPECT_EQ(ReasonOf(api_.Call(&Account::CreateAccount, "account_id: 'acme'").status),
            "RESOURCE_ALREADY_EXISTS");
  EXPECT_EQ(ReasonOf(api_.Call(&Account::GetAccount, "name: 'accounts/nobody'").status),
            "RESOURCE_NOT_FOUND");
}

TEST_F(AccountServiceTest, ListsArePagedInTheOrderOfTheirNames) {
  for (const char* id : {"delta", "alpha", "echo", "charlie", "bravo"}) {
    api_.Ask(&Account::CreateAccount, "account_id: '" + std::string(id) + "'");
  }
  std::vector<std::string> names;
  std::string token;
  int pages = 0;
  do {
    const auto page = api_.Ask(&Account::ListAccounts, "page_size: 2 page_token: '" + token + "'");
    for (const auto& account : page.accounts()) names.push_back(account.name());
    token = page.next_page_token();
    ASSERT_LE(++pages, 3);
  } while (!token.empty());
  EXPECT_EQ(names, (std::vector<std::string>{"accounts/alpha", "accounts/bravo", "accounts/charlie",
                                             "accounts/delta", "accounts/echo"}));
}

TEST_F(AccountServiceTest, ApplicationsStartTheirTrialAndCanBeDeletedAndBack) {  // R3, R4
  api_.Ask(&Account::CreateAccount, "account_id: 'acme'");
  const auto created =
      api_.Ask(&Account::CreateApplication,
               "account: 'accounts/acme' application_id: 'support' display_name: 'Support'");
  const v1::Application& application = created.application();
  EXPECT_EQ(application.name(), kSupport);
  EXPECT_EQ(TimeOf(application.trial_expire_time()) - TimeOf(application.create_time()),
            absl::Hours(24 * 14));
  api_.Ask(&Account::UpdateApplication,
           "name: 'accounts/acme/applications/support' display_name: 'Desk'");
  const std::string name = "name: 'accounts/acme/applications/support'";
  EXPECT_EQ(api_.Ask(&Account::GetApplication, name).application().display_name(), "Desk");

  EXPECT_TRUE(api_.Ask(&Account::DeleteApplication, name).application().has_delete_time());
  EXPECT_EQ(api_.Ask(&Account::ListApplications, "account: 'accounts/acme'").applications_size(),
            0);
  EXPECT_EQ(api_.Ask(&Account::ListApplications, "account: 'accounts/acme' show_deleted: true")
                .applications_size(),
            1);
  EXPECT_EQ(ReasonOf(api_.Login("ada").status), "APPLICATION_DELETED");
  EXPECT_EQ(ReasonOf(api_.Call(&Account::DeleteApplication, name).status), "WRONG_STATE");
  EXPECT_FALSE(api_.Ask(&Account::UndeleteApplication, name).application().has_delete_time());
  EXPECT_TRUE(api_.Login("ada").ok());
}

TEST_F(AccountServiceTest, EntitlementsShowPoolsResetsAndExpiriesToCome) {
  api_.CreateSupport();
  ASSERT_TRUE(api_.Login("ada").ok());
  for (const char* name : {"bob", "cyd"}) ASSERT_TRUE(api_.Login(name).ok());
  EXPECT_FALSE(api_.Login("dan").ok());

  const auto seen = api_.AskInSupport(&Account::GetEntitlements);
  ASSERT_EQ(seen.pools_size(), 1);
  const v1::Pool& pool = seen.pools(0);
  EXPECT_EQ(pool.kind(), v1::LICENSE_KIND_AGENT);
  EXPECT_EQ(pool.edition(), v1::EDITION_STANDARD);
  EXPECT_EQ(pool.total(), 3);
  EXPECT_EQ(pool.in_use(), 3);
  EXPECT_EQ(pool.peak_in_use(), 3);
  EXPECT_EQ(pool.denials(), 1);  // R17
  EXPECT_EQ(seen.resets().limit(), 4);
  EXPECT_EQ(seen.resets().used(), 0);
  ASSERT_EQ(seen.timeline_size(), 1);
  EXPECT_EQ(seen.timeline(0).total(), 0);
}

}  // namespace
}  // namespace usher::e2e
