// Whole command lines against a scripted server.
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/program_fixture.h"
#include "usher/v1/account_service.pb.h"
#include "usher/v1/admin_service.pb.h"
#include "usher/v1/agent_service.pb.h"
#include "usher/v1/license_service.pb.h"
#include "usher/v1/order_service.pb.h"
#include "usher/v1/voice_service.pb.h"

namespace usher::cli {
namespace {

using client::testing::Refusal;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kSupport[] = "accounts/acme/applications/support";

// ---- The command line ----

TEST_F(ProgramTest, HelpGoesToStandardOutputWithExamples) {
  EXPECT_EQ(Run({"--help"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("Usage: usher <command>"), HasSubstr("reset")));
  EXPECT_EQ(Run({"agent", "login", "--help"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("Usage: usher agent login APPLICATION EMAIL"),
                                HasSubstr("Examples:"), HasSubstr("--channel web|sdk|monitor"),
                                HasSubstr("--server HOST[:PORT]"), HasSubstr("--zone ZONE")));
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(ProgramTest, HelpOnACommandThatThereIsNotIsAUsageError) {
  EXPECT_EQ(Run({"agnt", "--help"}), ExitCode::kUsage);
  EXPECT_EQ(err_.str(), "usher: 'usher' has no command 'agnt'.\nhint: usher --help\n");
  EXPECT_EQ(Run({"agent", "lgoin", "acme/support", "-h"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), StartsWith("usher: 'usher agent' has no command 'lgoin'."));
  EXPECT_THAT(out_.str(), IsEmpty());
  EXPECT_EQ(Run({"agent", "--help"}), ExitCode::kOk);
  EXPECT_EQ(Run({"agent", "login", "acme/support", "--help"}), ExitCode::kOk);
  EXPECT_EQ(Run({"--server", "usher.example", "--help"}), ExitCode::kOk);
}

TEST_F(ProgramTest, VersionIsPrinted) {
  EXPECT_EQ(Run({"--version"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("usher "));
}

struct UsageRow {
  std::vector<std::string> arguments;
  const char* sentence;
};

TEST_F(ProgramTest, AMalformedCommandLineSaysWhatIsWrongAndSendsNothing) {
  const UsageRow rows[] = {
      {{}, "'usher' needs a command."},
      {{"frobnicate"}, "'usher' has no command 'frobnicate'."},
      {{"agent"}, "'usher agent' needs a command."},
      {{"agent", "dance"}, "'usher agent' has no command 'dance'."},
      {{"agent", "list"}, "APPLICATION is missing."},
      {{"agent", "list", "acme"},
       "APPLICATION must be an account and its application, such as acme/support; 'acme' is not."},
      {{"account", "show", "acme/support"},
       "ACCOUNT must be an account, such as acme; 'acme/support' is not."},
      {{"license", "list", "acme/support", "--edition", "gold"},
       "--edition must be one of standard|premium; 'gold' is not."},
      {{"license", "list", "acme/support", "--limit", "0"},
       "--limit must be a whole number from 1 up; '0' is not."},
      {{"license", "list", "acme/support", "--limit"}, "--limit needs a value."},
      {{"license", "list", "acme/support", "--limit", "1", "--limit", "2"},
       "--limit may be given only once."},
      {{"license", "list", "acme/support", "one", "two"},
       "'usher license list' has no use for 'one'."},
      {{"license", "show", "acme/support", "three"},
       "LICENSE must be a whole number from 1 up; 'three' is not."},
      {{"agent", "login", "acme/support", "a@b.test", "--ttl", "soon"},
       "--ttl must be a duration, such as 90s, 5m, 1h or 3d; 'soon' is not."},
      {{"order", "create", "acme/support"}, "ITEM is missing."},
      {{"order", "create", "acme/support", "standard-agent-package"},
       "ITEM must be PRODUCT=QUANTITY with 1 or more, such as standard-agent=4; "
       "'standard-agent-package' is not."},
      {{"subscription", "renew", "acme/support", "7", "--add-on", "standard-sip"},
       "--add-on must be PRODUCT=QUANTITY with 1 or more, such as standard-agent=4; "
       "'standard-sip' is not."},
      {{"order", "create", "acme/support", "standard-agent=x"},
       "ITEM must be PRODUCT=QUANTITY with 1 or more, such as standard-agent=4; "
       "'standard-agent=x' is not."},
      {{"voice", "balance", "acme/support"},
       "ACCOUNT must be an account, such as acme; 'acme/support' is not."},
      {{"voice", "start", "acme/support"}, "CALL_ID is missing."},
      {{"voice", "start", "acme/support", "c-1", "--inbound", "--outbound"},
       "--inbound can't be given along with --outbound."},
      {{"voice", "end", "acme/support", "c-1", "--connected", "-1s"},
       "--connected must be a duration, such as 90s, 5m, 1h or 3d; '-1s' is not."},
      {{"voice", "extend", "acme/support"}, "CALL_ID is missing."},
      {{"voice", "calls", "acme/support", "--state", "busy"},
       "--state must be one of ringing|connected|ended; 'busy' is not."},
      {{"reset", "acme/support", "--dry-run", "--yes"},
       "--dry-run can't be given along with --yes."},
      {{"reset", "acme/support", "--yes=maybe"}, "--yes takes no value."},
      {{"catalog", "-o", "yaml"}, "--output must be table, json or jsonl; 'yaml' is not."},
      {{"catalog", "--zone", "Mars/Olympus"},
       "--zone must be the name of a time zone, such as Europe/Berlin; 'Mars/Olympus' is not."},
      {{"completion", "fish"}, "SHELL must be bash; 'fish' is not."},
      {{"app", "update", "acme/support"}, "Say what to change: --display-name."},
      {{"account", "update", "acme"}, "Say what to change: --display-name, --time-zone or both."},
      {{"license", "list", "acme/support", "--colour"},
       "'usher license list' has no option '--colour'."},
      {{"license", "list", "--colour"}, "'usher license list' has no option '--colour'."},
  };
  for (const UsageRow& row : rows) {
    EXPECT_EQ(Run(row.arguments), ExitCode::kUsage) << row.sentence;
    EXPECT_THAT(err_.str(), StartsWith(absl::StrCat("usher: ", row.sentence, "\n")));
    EXPECT_THAT(out_.str(), IsEmpty()) << row.sentence;
  }
  EXPECT_THAT(connection_->sent(), IsEmpty());
}

TEST_F(ProgramTest, TheServerIsTheOptionElseTheEnvironmentElseTheDefault) {
  Run({"catalog"});
  EXPECT_EQ(server_, "127.0.0.1:7600");
  setenv("USHER_SERVER", "env.test:1", 1);  // NOLINT: no other thread.
  Run({"catalog"});
  EXPECT_EQ(server_, "env.test:1");
  Run({"catalog", "--server", "option.test:2"});
  EXPECT_EQ(server_, "option.test:2");
  unsetenv("USHER_SERVER");  // NOLINT: no other thread.
}

// ---- Requests ----

TEST_F(ProgramTest, AnOrderIsReadAsItIsWritten) {
  Serve<v1::CreateOrderRequest, v1::CreateOrderResponse>(
      "CreateOrder", R"({"order": {"totalCents": 120000, "currencyCode": "USD"}})");
  EXPECT_EQ(Run({"order", "create", "acme/support", "standard-agent-package=2", "standard-agent=4",
                 "standard-sip=1@9", "--months", "3", "--subscription", "7", "--dry-run"}),
            ExitCode::kOk);
  const v1::CreateOrderRequest request =
      connection_->Requests<v1::CreateOrderRequest>("CreateOrder")[0];
  ASSERT_THAT(request.items(), SizeIs(3));
  EXPECT_EQ(request.items(0).product(), "standard-agent-package");
  EXPECT_EQ(request.items(0).quantity(), 2);
  EXPECT_EQ(request.items(0).subscription_id(), 0) << "a package joins nothing";
  EXPECT_EQ(request.items(1).subscription_id(), 7);
  EXPECT_EQ(request.items(2).subscription_id(), 9) << "the item's own word counts";
  EXPECT_EQ(request.months(), 3);
  EXPECT_TRUE(request.validate_only());
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("1,200.00"), HasSubstr("AMOUNT (USD)")));
  EXPECT_THAT(err_.str(), HasSubstr("nothing was bought"));
}

TEST_F(ProgramTest, AnApplicationsDisplayNameIsChangedAlsoToNone) {
  Serve<v1::UpdateApplicationRequest, v1::UpdateApplicationResponse>(
      "UpdateApplication", R"({"application": {"name": "accounts/acme/applications/support",
                                               "displayName": "Support desk"}})");
  EXPECT_EQ(Run({"app", "update", "acme/support", "--display-name", "Support desk"}),
            ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("Support desk"));
  EXPECT_EQ(Run({"app", "update", "acme/support", "--display-name", "", "--request-id", "r-1"}),
            ExitCode::kOk);
  const auto requests = connection_->Requests<v1::UpdateApplicationRequest>("UpdateApplication");
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(requests[0].name(), kSupport);
  EXPECT_EQ(requests[0].display_name(), "Support desk");
  EXPECT_TRUE(requests[1].has_display_name());
  EXPECT_EQ(requests[1].display_name(), "");
  EXPECT_EQ(requests[1].request_id(), "r-1");
}

TEST_F(ProgramTest, ALoginCarriesAClientIdThatIsTheSameEachTime) {  // R15
  Serve<v1::StartSessionRequest, v1::StartSessionResponse>(
      "StartSession", R"({"session": {"sessionId": 12}, "license": {"licenseId": 3}})");
  EXPECT_EQ(Run({"agent", "login", "acme/support", "ann@acme.test", "--ttl", "5m"}), ExitCode::kOk);
  Run({"agent", "login", "acme/support", "ann@acme.test", "--channel", "sdk"});
  const auto requests = connection_->Requests<v1::StartSessionRequest>("StartSession");
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_NE(requests[0].client_id(), "");
  EXPECT_EQ(requests[0].client_id(), requests[1].client_id());
  EXPECT_EQ(requests[0].channel(), v1::CHANNEL_WEB);
  EXPECT_EQ(requests[1].channel(), v1::CHANNEL_SDK);
  EXPECT_EQ(requests[0].ttl().seconds(), 300);
}

TEST_F(ProgramTest, DurationsMayBeDays) {
  Serve<v1::CreateTokenRequest, v1::CreateTokenResponse>("CreateToken", "{}");
  const absl::Time before = absl::Now();
  EXPECT_EQ(Run({"token", "create", "Console", "--role", "operator", "--expires-in", "90d"}),
            ExitCode::kOk);
  const auto request = connection_->Requests<v1::CreateTokenRequest>("CreateToken")[0];
  EXPECT_NEAR(static_cast<double>(request.expire_time().seconds()),
              static_cast<double>(absl::ToUnixSeconds(before + absl::Hours(90 * 24))), 60);
  Serve<v1::StartSessionRequest, v1::StartSessionResponse>("StartSession", "{\"session\": {}}");
  EXPECT_EQ(Run({"agent", "login", "acme/support", "ann@acme.test", "--ttl", "1d"}), ExitCode::kOk);
  EXPECT_EQ(connection_->Requests<v1::StartSessionRequest>("StartSession")[0].ttl().seconds(),
            24 * 60 * 60);
}

TEST_F(ProgramTest, LogoutByEmailEndsEverySessionOfTheAgent) {
  Serve<v1::ListSessionsRequest, v1::ListSessionsResponse>(
      "ListSessions", R"({"sessions": [{"sessionId": 4}, {"sessionId": 5}]})");
  Serve<v1::EndSessionRequest, v1::EndSessionResponse>("EndSession", "{\"session\": {}}");
  EXPECT_EQ(Run({"agent", "logout", "acme/support", "ann@acme.test"}), ExitCode::kOk);
  EXPECT_EQ(connection_->Requests<v1::ListSessionsRequest>("ListSessions")[0].email(),
            "ann@acme.test");
  const auto ended = connection_->Requests<v1::EndSessionRequest>("EndSession");
  ASSERT_THAT(ended, SizeIs(2));
  EXPECT_EQ(ended[1].session_id(), 5);
}

// ---- Refusals ----

TEST_F(ProgramTest, ARefusedLoginExitsWithFiveAndSaysWhatToDo) {
  connection_->On<v1::StartSessionRequest, v1::StartSessionResponse>(
      "StartSession", [](const v1::StartSessionRequest&) -> Result<v1::StartSessionResponse> {
        return Refusal(absl::StatusCode::kResourceExhausted, "NO_IDLE_LICENSE",
                       {{"reliefTime", "2020-01-01T00:00:00Z"}}, "All 3 licenses are bound.");
      });
  EXPECT_EQ(Run({"agent", "login", "acme/support", "bob@acme.test"}), ExitCode::kExhausted);
  EXPECT_THAT(out_.str(), IsEmpty());
  EXPECT_THAT(err_.str(), AllOf(StartsWith("usher: All 3 licenses are bound.\n"),
                                HasSubstr("usher reset acme/support --dry-run")));
}

TEST_F(ProgramTest, ACheckThatFindsARefusalExplainsItAndExitsAsTheLoginWould) {
  Serve<v1::CheckAccessRequest, v1::CheckAccessResponse>("CheckAccess", R"({"allowed": false,
      "reason": "ERROR_REASON_NO_IDLE_LICENSE", "earliestReliefTime": "2126-11-30T23:00:00Z",
      "metadata": {"total": "3", "held": "3", "inUse": "1", "edition": "",
                   "reliefTime": "2126-11-30T23:00:00Z"}})");
  EXPECT_EQ(Run({"agent", "check", "acme/support", "bob@acme.test"}), ExitCode::kExhausted);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("refused: NO_IDLE_LICENSE"), HasSubstr("3 of 3 are held"),
                                HasSubstr("2126-12-01 00:00 CET")));
}

TEST_F(ProgramTest, AServerThatIsNotThereExitsWithSeven) {
  connection_->On<v1::ListProductsRequest, v1::ListProductsResponse>(
      "ListProducts", [](const v1::ListProductsRequest&) -> Result<v1::ListProductsResponse> {
        return Error{.code = absl::StatusCode::kUnavailable, .message = "refused"};
      });
  EXPECT_EQ(Run({"catalog"}), ExitCode::kUnavailable);
  EXPECT_EQ(
      err_.str(),
      "usher: No server can be reached at 127.0.0.1:7600: start usherd there, or say where it "
      "is with --server HOST:PORT.\n");
}

}  // namespace
}  // namespace usher::cli
