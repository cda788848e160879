#include "entitlement/limits.h"
#include "tests/rpc/wire_test_support.h"
#include "usher/v1/account_service.pb.h"

namespace usher::rpc {
namespace {

using testing::ExpectEachRefused;
using testing::Parse;
using testing::Read;
using testing::RefusedField;

TEST(CommandFromAccount, CreateAccountIsReadWhole) {
  entitlement::Target target;
  const auto command = Read<entitlement::CreateAccount>(
      Parse<v1::CreateAccountRequest>(
          "account_id: 'acme' display_name: 'Acme Ltd' time_zone: 'Europe/Berlin'"),
      &target);
  EXPECT_EQ(command.id.value(), "acme");
  EXPECT_EQ(command.display_name, "Acme Ltd");
  EXPECT_EQ(command.zone_name, "Europe/Berlin");
  EXPECT_EQ(target, entitlement::Target());
}

TEST(CommandFromAccount, TheZoneDefaultsToUtc) {  // R2
  const auto command =
      Read<entitlement::CreateAccount>(Parse<v1::CreateAccountRequest>("account_id: 'acme'"));
  EXPECT_EQ(command.zone_name, "UTC");
}

TEST(CommandFromAccount, IdsHaveTheFormOfTheContract) {
  const std::string longest(63, 'a');
  for (const std::string& good : std::vector<std::string>{"a", "a1", "a-1", "abc", longest}) {
    v1::CreateAccountRequest request;
    request.set_account_id(good);
    EXPECT_EQ(RefusedField(request), "") << good;
  }
  for (const std::string& bad : std::vector<std::string>{"", "A", "1a", "-a", "a-", "a_b", "a.b",
                                                         "a b", "ä", "a/b", longest + "a"}) {
    v1::CreateAccountRequest request;
    request.set_account_id(bad);
    EXPECT_EQ(RefusedField(request), "account_id") << bad;
  }
}

TEST(CommandFromAccount, EachMalformedFieldOfCreateAccountIsNamed) {
  using Request = v1::CreateAccountRequest;
  ExpectEachRefused<Request>(
      Parse<Request>("account_id: 'acme' request_id: 'r1'"),
      {
          {"account_id", [](Request& r) { r.set_account_id("Acme"); }},
          {"display_name", [](Request& r) { r.set_display_name("two\nlines"); }},
          {"display_name",
           [](Request& r) {
             r.set_display_name(std::string(entitlement::kDisplayNameLengthMax + 1, 'x'));
           }},
          {"time_zone", [](Request& r) { r.set_time_zone("Europe/Atlantis"); }},
          {"time_zone", [](Request& r) { r.set_time_zone("../../etc/passwd"); }},
          {"time_zone",
           [](Request& r) {
             r.set_time_zone(std::string(entitlement::kTimeZoneLengthMax + 1, 'x'));
           }},
          {"request_id", [](Request& r) { r.set_request_id("tab\there"); }},
          {"request_id",
           [](Request& r) {
             r.set_request_id(std::string(entitlement::kRequestIdLengthMax + 1, 'x'));
           }},
      });
}

TEST(CommandFromAccount, LengthsCountCharactersNotBytes) {
  std::string umlauts;
  for (int i = 0; i < entitlement::kDisplayNameLengthMax; ++i) umlauts += "ü";
  v1::CreateAccountRequest request;
  request.set_account_id("acme");
  request.set_display_name(umlauts);
  EXPECT_EQ(RefusedField(request), "");
  request.set_display_name(umlauts + "ü");
  EXPECT_EQ(RefusedField(request), "display_name");
}

TEST(CommandFromAccount, AnUpdateChangesWhatIsPresentOnly) {
  entitlement::Target target;
  const auto nothing = Read<entitlement::UpdateAccount>(
      Parse<v1::UpdateAccountRequest>("name: 'accounts/acme'"), &target);
  EXPECT_EQ(target.account.value(), "acme");
  EXPECT_FALSE(nothing.display_name.has_value());
  EXPECT_FALSE(nothing.zone_name.has_value());

  const auto both = Read<entitlement::UpdateAccount>(
      Parse<v1::UpdateAccountRequest>("name: 'accounts/acme' display_name: '' time_zone: 'UTC'"));
  EXPECT_EQ(both.display_name, "");
  EXPECT_EQ(both.zone_name, "UTC");
}

TEST(CommandFromAccount, EachMalformedFieldOfUpdateAccountIsNamed) {
  using Request = v1::UpdateAccountRequest;
  ExpectEachRefused<Request>(
      Parse<Request>("name: 'accounts/acme'"),
      {
          {"name", [](Request& r) { r.set_name("acme"); }},
          {"name", [](Request& r) { r.set_name("accounts/acme/applications/support"); }},
          {"display_name", [](Request& r) { r.set_display_name("\x01"); }},
          {"time_zone", [](Request& r) { r.set_time_zone("Mars/Olympus"); }},
          {"time_zone", [](Request& r) { r.set_time_zone(""); }},
          {"request_id", [](Request& r) { r.set_request_id("\n"); }},
      });
}

TEST(CommandFromAccount, ApplicationNamesHaveTheFormOfTheContract) {
  entitlement::Target target;
  Read<entitlement::GetApplication>(
      Parse<v1::GetApplicationRequest>("name: 'accounts/acme/applications/support'"), &target);
  EXPECT_EQ(target.account.value(), "acme");
  EXPECT_EQ(target.application.value(), "support");

  for (const char* bad :
       {"", "acme/support", "accounts/acme", "accounts/acme/", "accounts/acme/applications/",
        "accounts//applications/support", "accounts/acme/applications/support/",
        "accounts/acme/applications/Support", "accounts/acme/application/support",
        "/accounts/acme/applications/support", "accounts/acme/applications/support/licenses/1",
        "applications/support"}) {
    v1::GetApplicationRequest request;
    request.set_name(bad);
    EXPECT_EQ(RefusedField(request), "name") << bad;
  }
}

TEST(CommandFromAccount, EachMalformedFieldOfTheApplicationMethodsIsNamed) {
  using Create = v1::CreateApplicationRequest;
  ExpectEachRefused<Create>(Parse<Create>("account: 'accounts/acme' application_id: 'support'"),
                            {
                                {"account", [](Create& r) { r.set_account("acme"); }},
                                {"application_id", [](Create& r) { r.set_application_id("S"); }},
                                {"display_name", [](Create& r) { r.set_display_name("\t"); }},
                                {"request_id", [](Create& r) { r.set_request_id("\t"); }},
                            });
  using Update = v1::UpdateApplicationRequest;
  ExpectEachRefused<Update>(Parse<Update>("name: 'accounts/acme/applications/support'"),
                            {
                                {"name", [](Update& r) { r.set_name("accounts/acme"); }},
                                {"display_name", [](Update& r) { r.set_display_name("\t"); }},
                                {"request_id", [](Update& r) { r.set_request_id("\t"); }},
                            });
  using Delete = v1::DeleteApplicationRequest;
  ExpectEachRefused<Delete>(Parse<Delete>("name: 'accounts/acme/applications/support'"),
                            {
                                {"name", [](Delete& r) { r.set_name("accounts/acme"); }},
                                {"request_id", [](Delete& r) { r.set_request_id("\t"); }},
                            });
  using Undelete = v1::UndeleteApplicationRequest;
  ExpectEachRefused<Undelete>(Parse<Undelete>("name: 'accounts/acme/applications/support'"),
                              {
                                  {"name", [](Undelete& r) { r.clear_name(); }},
                                  {"request_id", [](Undelete& r) { r.set_request_id("\t"); }},
                              });
  EXPECT_EQ(RefusedField(v1::GetAccountRequest()), "name");
  EXPECT_EQ(RefusedField(v1::GetEntitlementsRequest()), "application");
}

TEST(CommandFromAccount, PageSizesAreDefaultedClampedAndNotNegative) {
  const auto limit_of = [](int size) {
    v1::ListAccountsRequest request;
    request.set_page_size(size);
    return Read<entitlement::ListAccounts>(request).limit;
  };
  EXPECT_EQ(limit_of(0), entitlement::kPageSizeDefault);
  EXPECT_EQ(limit_of(1), 1);
  EXPECT_EQ(limit_of(entitlement::kPageSizeMax), entitlement::kPageSizeMax);
  EXPECT_EQ(limit_of(entitlement::kPageSizeMax + 1), entitlement::kPageSizeMax);

  v1::ListAccountsRequest accounts;
  accounts.set_page_size(-1);
  EXPECT_EQ(RefusedField(accounts), "page_size");
  auto applications = Parse<v1::ListApplicationsRequest>("account: 'accounts/acme' page_size: -1");
  EXPECT_EQ(RefusedField(applications), "page_size");
  applications.set_account("acme");
  EXPECT_EQ(RefusedField(applications), "account");
}

}  // namespace
}  // namespace usher::rpc
