// ListEvents: the audit log as administrators read it.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ListEventsTest : public ServerTest {
 protected:
  void SetUp() override { api_.CreateSupport(); }

  // "session_started" and so on, in the order of the list.
  static std::vector<std::string> TypesOf(const v1::ListEventsResponse& page) {
    std::vector<std::string> types;
    for (const v1::Event& event : page.events()) {
      types.push_back(v1::Event::descriptor()->FindFieldByNumber(event.payload_case())->name());
    }
    return types;
  }
  std::vector<std::string> List(const std::string& text) {
    return TypesOf(api_.Ask(&Events::ListEvents, text));
  }
  std::string Refused(const std::string& text) {
    return ReasonOf(api_.Call(&Events::ListEvents, text).status);
  }
  static std::string Next(const v1::ListEventsResponse& page) {
    return " page_token: '" + page.next_page_token() + "'";
  }
};

TEST_F(ListEventsTest, NewestFirstWithWhoAndWhen) {  // R29
  const absl::Time before = absl::Now();
  ASSERT_TRUE(api_.Login("ada").ok());
  const auto page = api_.Ask(&Events::ListEvents, "parent: 'accounts/acme'");
  EXPECT_THAT(TypesOf(page),
              ElementsAre("session_started", "license_bound", "licenses_granted", "trial_started",
                          "application_changed", "account_changed"));
  EXPECT_EQ(page.next_page_token(), "");
  const v1::Event& login = page.events(0);
  EXPECT_EQ(login.actor(), "operator");
  EXPECT_EQ(login.account(), "accounts/acme");
  EXPECT_EQ(login.application(), kSupport);
  EXPECT_EQ(login.session_started().email(), "ada@example.com");
  EXPECT_GE(TimeOf(login.record_time()), before - absl::Microseconds(1));
  EXPECT_EQ(login.command_revision(), login.revision());
  EXPECT_EQ(page.events(1).command_revision(), login.revision());
  EXPECT_EQ(page.events(1).revision(), login.revision() - 1);
}

TEST_F(ListEventsTest, EachFilterNarrowsTheList) {
  api_.Ask(&Account::CreateApplication, "account: 'accounts/acme' application_id: 'sales'");
  ASSERT_TRUE(api_.Login("ada").ok());
  ASSERT_TRUE(api_.Login("bob").ok());
  api_.AskInSupport(&Agents::EndSession, "session_id: 1");
  EXPECT_THAT(List("parent: 'accounts/acme/applications/sales'"),
              ElementsAre("licenses_granted", "trial_started", "application_changed"));
  EXPECT_THAT(List("parent: 'accounts/acme' types: 'session_started' types: 'session_ended'"),
              ElementsAre("session_ended", "session_started", "session_started"));
  EXPECT_THAT(List("parent: 'accounts/acme' email: 'Ada@Example.com'"),
              ElementsAre("session_ended", "session_started", "license_bound"));
  EXPECT_THAT(List("parent: 'accounts/acme' actor: 'somebody'"), IsEmpty());
  EXPECT_EQ(List("parent: 'accounts/acme' actor: 'operator'").size(), 12U);
}

TEST_F(ListEventsTest, TimeBoundsGoByRecordTime) {
  ASSERT_TRUE(api_.Login("ada").ok());
  const auto all = api_.Ask(&Events::ListEvents, "parent: 'accounts/acme'");
  const auto& time = all.events(0).record_time();
  const std::string login =
      absl::StrCat("{ seconds: ", time.seconds(), " nanos: ", time.nanos(), " }");
  EXPECT_THAT(List("parent: 'accounts/acme' start_time " + login),
              ElementsAre("session_started", "license_bound"));
  EXPECT_EQ(List("parent: 'accounts/acme' end_time " + login).size(), 4U);
}

// A page may end in the middle of a command's events, and the journal grows meanwhile.
TEST_F(ListEventsTest, PagesGoOnWhereTheyEndedWhileTheJournalGrows) {
  ASSERT_TRUE(api_.Login("ada").ok());
  const std::string list = "parent: 'accounts/acme' page_size: 1";
  std::vector<std::string> types;
  auto page = api_.Ask(&Events::ListEvents, list);
  while (true) {
    for (const std::string& type : TypesOf(page)) types.push_back(type);
    if (page.next_page_token().empty()) break;
    ASSERT_TRUE(api_.Login("ada", absl::StrCat("tab-", types.size() + 1)).ok());
    page = api_.Ask(&Events::ListEvents, list + Next(page));
  }
  EXPECT_THAT(types, ElementsAre("session_started", "license_bound", "licenses_granted",
                                 "trial_started", "application_changed", "account_changed"));
}

TEST_F(ListEventsTest, APageTokenBelongsToItsListAndFilters) {
  const auto page = api_.Ask(&Events::ListEvents, "parent: 'accounts/acme' page_size: 1");
  EXPECT_EQ(Refused("parent: 'accounts/acme' types: 'trial_started'" + Next(page)),
            "PAGE_TOKEN_MISMATCH");
  EXPECT_EQ(Refused("parent: '" + std::string(kSupport) + "'" + Next(page)), "PAGE_TOKEN_MISMATCH");
}

TEST_F(ListEventsTest, MalformedFieldsAreNamed) {
  const auto field = [this](const std::string& text) {
    return InfoOf(api_.Call(&Events::ListEvents, text).status).metadata().at("field");
  };
  EXPECT_EQ(field("parent: 'acme'"), "parent");
  EXPECT_EQ(field("parent: 'accounts/acme/applications/'"), "parent");
  EXPECT_EQ(field("parent: 'accounts/acme' types: 'trial_started' types: 'login'"), "types[1]");
  EXPECT_EQ(field("parent: 'accounts/acme' types: 'actor'"), "types[0]");
  EXPECT_EQ(field("parent: 'accounts/acme' email: 'ada'"), "email");
  EXPECT_EQ(field("parent: 'accounts/acme' page_size: -1"), "page_size");
  EXPECT_EQ(field("parent: 'accounts/acme' actor: '" + std::string(121, 'x') + "'"), "actor");
  std::string many = "parent: 'accounts/acme'";
  for (int i = 0; i < 101; ++i) many += " types: 'trial_started'";
  EXPECT_EQ(field(many), "types");
}

TEST_F(ListEventsTest, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(Refused("parent: 'accounts/other'"), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(Refused("parent: 'accounts/acme/applications/none'"), "RESOURCE_NOT_FOUND");
}

TEST_F(ListEventsTest, TheServersOwnAreAccountsAndTokensAndAnOperators) {
  const auto admin = api_.Ask(&Admin::CreateToken,
                              "display_name: 'Ada' role: ROLE_ADMIN account: 'accounts/acme'");
  api_.Ask(&Account::UpdateAccount, "name: 'accounts/acme' display_name: 'Acme'");
  EXPECT_THAT(List(""),
              ElementsAre("account_changed", "token_changed", "account_changed", "token_changed"));
  Api ada(testing::OwnChannel(server_.address(), admin.secret()));
  EXPECT_EQ(ReasonOf(ada.Call(&Events::ListEvents, "").status), "ROLE_FORBIDS");
  const auto own = ada.Ask(&Events::ListEvents, "parent: 'accounts/acme'");
  EXPECT_EQ(own.events(0).account_changed().display_name(), "Acme");
}

// The actor is who holds the token, and the request_id is that of the caller.
TEST_F(ListEventsTest, ActorAndRequestIdStandOnEveryEvent) {
  const auto admin = api_.Ask(&Admin::CreateToken,
                              "display_name: 'Ada' role: ROLE_ADMIN account: 'accounts/acme'");
  Api ada(testing::OwnChannel(server_.address(), admin.secret()));
  ada.AskInSupport(&Orders::CreateOrder,
                   "items { product: 'standard-agent-package' quantity: 1 } request_id: 'r-1'");
  const auto page = api_.Ask(&Events::ListEvents, "parent: 'accounts/acme' actor: 'Ada'");
  EXPECT_THAT(TypesOf(page), ElementsAre("licenses_granted", "order_placed"));
  for (const v1::Event& event : page.events()) EXPECT_EQ(event.request_id(), "r-1");
}

TEST_F(ListEventsTest, ASparseFilterReadsThroughAllOfTheJournal) {
  for (int i = 0; i < 1200; ++i) {
    ASSERT_TRUE(api_.Login("ada", absl::StrCat("tab-", i % 2)).ok());
  }
  EXPECT_THAT(List("parent: 'accounts/acme' types: 'trial_started'"), ElementsAre("trial_started"));
}

}  // namespace
}  // namespace usher::e2e
