// What whole command lines print: tables, their width, JSON.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/client/program_fixture.h"
#include "usher/v1/account_service.pb.h"
#include "usher/v1/agent_service.pb.h"
#include "usher/v1/license_service.pb.h"
#include "usher/v1/order_service.pb.h"
#include "usher/v1/voice_service.pb.h"

namespace usher::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kSupport[] = "accounts/acme/applications/support";

TEST_F(ProgramTest, ListsInTheAccountsZone) {
  Serve<v1::ListLicensesRequest, v1::ListLicensesResponse>("ListLicenses", R"({"licenses": [
      {"licenseId": 1, "kind": "LICENSE_KIND_AGENT", "edition": "EDITION_STANDARD",
       "source": "LICENSE_SOURCE_TRIAL", "state": "LICENSE_STATE_IN_USE",
       "holder": "ann@acme.test", "expireTime": "2126-12-09T09:14:00Z"}]})");
  EXPECT_EQ(Run({"license", "list", "acme/support"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("EXPIRES (CET)"), HasSubstr("2126-12-09 10:14"),
                                HasSubstr("in use"), HasSubstr("ann@acme.test")));
  EXPECT_THAT(err_.str(), IsEmpty());
  EXPECT_EQ(connection_->Requests<v1::ListLicensesRequest>("ListLicenses")[0].application(),
            kSupport);
}

TEST_F(ProgramTest, AnotherZoneIsShownWhereItIsAskedFor) {
  Serve<v1::ListLicensesRequest, v1::ListLicensesResponse>(
      "ListLicenses", R"({"licenses": [{"licenseId": 1, "expireTime": "2126-12-09T09:14:00Z"}]})");
  EXPECT_EQ(Run({"license", "list", "acme/support", "--zone", "Asia/Tokyo"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("EXPIRES (JST)"), HasSubstr("2126-12-09 18:14")));
  EXPECT_THAT(connection_->Requests<v1::GetAccountRequest>("GetAccount"), IsEmpty());
  EXPECT_EQ(Run({"account", "show", "acme", "--zone", "Asia/Tokyo"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("Europe/Berlin"), HasSubstr("JST")));
}

// ---- Width ----

constexpr size_t kWidth = 100;

// The longest line on standard output, in characters: every byte but those that continue one.
size_t WidthOf(const std::string& text) {
  size_t widest = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    const auto width = std::count_if(line.begin(), line.end(), begins);
    widest = std::max(widest, static_cast<size_t>(width));
  }
  return widest;
}

// Emails of 30 characters, times on both sides of a change of the clocks.
TEST_F(ProgramTest, TablesOfRealDataFitIntoAHundredColumns) {
  Serve<v1::ListProductsRequest, v1::ListProductsResponse>("ListProducts", R"({"products": [
      {"productId": "voice-agent-package", "unitPriceCents": 79900, "monthly": true,
       "minutes": 8000, "concurrency": 3, "minimumQuantity": 1},
      {"productId": "premium-agent-package", "unitPriceCents": 21000, "monthly": true,
       "agentLicenses": 3, "sipLicenses": 3, "minimumQuantity": 1},
      {"productId": "standard-agent", "unitPriceCents": 4000, "monthly": true,
       "agentLicenses": 1, "minimumQuantity": 1, "requiredProduct": "standard-agent-package"},
      {"productId": "voice-minutes", "unitPriceCents": 8, "minutes": 1,
       "minimumQuantity": 5000, "requiredProduct": "voice-agent-package"}]})");
  Serve<v1::ListAgentsRequest, v1::ListAgentsResponse>("ListAgents", R"({"agents": [
      {"email": "maximilian.mustermann@acme.test", "mobileAnswering": "MOBILE_ANSWERING_WHEN_OFFLINE",
       "license": {"licenseId": 1043, "edition": "EDITION_STANDARD",
                   "state": "LICENSE_STATE_IN_USE"},
       "sessions": [{"channel": "CHANNEL_WEB"}, {"channel": "CHANNEL_SDK"}],
       "lastActiveTime": "2026-07-09T09:14:00Z"}]})");
  Serve<v1::ListSessionsRequest, v1::ListSessionsResponse>("ListSessions", R"({"sessions": [
      {"sessionId": 104300, "email": "maximilian.mustermann@acme.test",
       "channel": "CHANNEL_MONITOR", "licenseId": 1043, "state": "SESSION_STATE_ACTIVE",
       "startTime": "2026-11-09T09:14:00Z", "expireTime": "2126-07-09T09:14:00Z",
       "clientId": "desk-1043"}]})");
  Serve<v1::ListLicensesRequest, v1::ListLicensesResponse>("ListLicenses", R"({"licenses": [
      {"licenseId": 1043, "kind": "LICENSE_KIND_AGENT", "edition": "EDITION_STANDARD",
       "source": "LICENSE_SOURCE_PACKAGE", "subscriptionId": 12, "state": "LICENSE_STATE_EXPIRED",
       "holder": "maximilian.mustermann@acme.test", "expireTime": "2026-07-09T09:14:00Z"}]})");
  Serve<v1::CreateOrderRequest, v1::CreateOrderResponse>("CreateOrder", R"({"order": {
      "totalCents": 12000000, "currencyCode": "USD", "lines": [
       {"product": "standard-agent-package", "quantity": 1000, "chargedMonths": 12,
        "unitPriceCents": 12000, "amountCents": 144000000, "subscriptionId": 12,
        "expireTime": "2027-07-09T09:14:00Z"}]}})");
  Serve<v1::ListOrdersRequest, v1::ListOrdersResponse>("ListOrders", R"({"orders": [
      {"orderId": 12, "createTime": "2026-07-09T09:14:00Z", "actor": "operator",
       "totalCents": 144000000, "currencyCode": "USD", "lines": [
        {"product": "standard-agent-package", "quantity": 1000},
        {"product": "premium-agent-package", "quantity": 1000},
        {"product": "standard-agent", "quantity": 1000}]}]})");
  Serve<v1::ListSubscriptionsRequest, v1::ListSubscriptionsResponse>("ListSubscriptions",
                                                                     R"({"subscriptions": [
      {"subscriptionId": 12, "product": "standard-agent-package", "units": 1000,
       "state": "SUBSCRIPTION_STATE_EXPIRED", "startTime": "2026-07-09T09:14:00Z",
       "expireTime": "2026-09-09T09:14:00Z", "addOns": [
        {"product": "standard-agent", "quantity": 1000, "expireTime": "2026-09-09T09:14:00Z"},
        {"product": "standard-sip", "quantity": 1000, "expireTime": "2026-08-09T09:14:00Z"}]}]})");
  Serve<v1::GetVoiceBalanceRequest, v1::GetVoiceBalanceResponse>("GetVoiceBalance", R"({"grants": [
      {"grantId": 1043, "product": "voice-agent-package", "grantedMinutes": 80000000,
       "chargedMinutes": 70000000, "reservedMinutes": 1000, "remainingMinutes": 9999000,
       "expireTime": "2026-07-31T22:00:00Z"}], "concurrency": [
      {"application": "accounts/acme/applications/support", "limit": 30000, "active": 12}]})");
  Serve<v1::ListCallsRequest, v1::ListCallsResponse>("ListCalls", R"({"calls": [
      {"callId": "550e8400-e29b-41d4-a716-446655440000", "direction": "CALL_DIRECTION_OUTBOUND",
       "state": "CALL_STATE_ENDED", "endReason": "CALL_END_REASON_PACKAGE_EXPIRED",
       "startTime": "2026-07-09T09:14:00Z", "connectTime": "2026-07-09T09:14:00Z",
       "connectedDuration": "86400s", "chargedMinutes": 1440}]})");
  Serve<v1::ExtendCallsRequest, v1::ExtendCallsResponse>("ExtendCalls", R"({"extensions": [
      {"callId": "550e8400-e29b-41d4-a716-446655440000", "state": "CALL_STATE_CONNECTED",
       "expireTime": "2126-07-09T09:14:00Z", "finalMinute": true,
       "mustEndTime": "2126-07-09T09:14:00Z"}]})");
  const std::vector<std::vector<std::string>> commands = {
      {"voice", "balance", "acme"},
      {"voice", "calls", "acme/support"},
      {"voice", "extend", "acme/support", "550e8400-e29b-41d4-a716-446655440000"},
      {"catalog"},
      {"agent", "list", "acme/support"},
      {"session", "list", "acme/support"},
      {"license", "list", "acme/support"},
      {"order", "create", "acme/support", "standard-agent-package=1000"},
      {"order", "list", "acme/support"},
      {"subscription", "list", "acme/support"},
  };
  for (const std::vector<std::string>& command : commands) {
    EXPECT_EQ(Run(command), ExitCode::kOk) << command[0];
    EXPECT_LE(WidthOf(out_.str()), kWidth) << out_.str();
  }
}

TEST_F(ProgramTest, AnOrderOfSeveralProductsHasALineForEach) {
  Serve<v1::ListOrdersRequest, v1::ListOrdersResponse>("ListOrders", R"({"orders": [
      {"orderId": 2, "createTime": "2026-11-09T09:14:00Z", "actor": "operator",
       "totalCents": 16000, "currencyCode": "USD", "lines": [
        {"product": "standard-agent-package", "quantity": 1},
        {"product": "standard-agent", "quantity": 1}]}]})");
  EXPECT_EQ(Run({"order", "list", "acme/support"}), ExitCode::kOk);
  EXPECT_EQ(absl::StrSplit(out_.str(), '\n').begin()->substr(0, 5), "ORDER");
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("operator  160.00 USD      1  standard-agent-package\n"),
                                HasSubstr("\n                                                   1  "
                                          "standard-agent\n")));
}

TEST_F(ProgramTest, JsonIsOneDocumentThatProtoCanRead) {
  Serve<v1::ListLicensesRequest, v1::ListLicensesResponse>("ListLicenses", R"({"licenses": [
      {"licenseId": 1, "state": "LICENSE_STATE_IDLE"}, {"licenseId": 2}]})");
  EXPECT_EQ(Run({"license", "list", "acme/support", "-o", "json"}), ExitCode::kOk);
  v1::ListLicensesResponse response;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(out_.str(), &response).ok());
  EXPECT_EQ(response.licenses_size(), 2);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("\"licenseId\": \"1\""), HasSubstr("\"holder\": \"\"")));
}

TEST_F(ProgramTest, AsLinesAListHasALineForEachAlsoWhereItHasNoPages) {
  Serve<v1::ListProductsRequest, v1::ListProductsResponse>(
      "ListProducts", R"({"products": [{"productId": "a"}, {"productId": "b"}]})");
  EXPECT_EQ(Run({"catalog", "-o", "jsonl"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(StartsWith("{\"productId\":\"a\""), HasSubstr("}\n{\"productId\":\"b\"")));
}

TEST_F(ProgramTest, AnEmptyListIsSaidOnStandardError) {
  Serve<v1::ListSessionsRequest, v1::ListSessionsResponse>("ListSessions", "{}");
  EXPECT_EQ(Run({"session", "list", "acme/support"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), IsEmpty());
  EXPECT_EQ(err_.str(), "No live sessions.\n");
}

TEST_F(ProgramTest, AListThatALimitCutShortSaysSo) {
  Serve<v1::ListOrdersRequest, v1::ListOrdersResponse>(
      "ListOrders", R"({"orders": [{"orderId": 2}], "nextPageToken": "more"})");
  EXPECT_EQ(Run({"order", "list", "acme/support", "--limit", "1"}), ExitCode::kOk);
  EXPECT_THAT(err_.str(), HasSubstr("raise --limit"));
}

TEST_F(ProgramTest, TheEntitlementsAreShownAtOneGlance) {
  Serve<v1::GetEntitlementsRequest, v1::GetEntitlementsResponse>("GetEntitlements", R"({
      "application": {"name": "accounts/acme/applications/support",
                      "trialExpireTime": "2020-01-15T09:00:00Z"},
      "pools": [{"kind": "LICENSE_KIND_AGENT", "edition": "EDITION_STANDARD", "total": 9,
                 "idle": 4, "bound": 3, "inUse": 2, "peakInUse": 5, "denials": "17"}],
      "resets": {"month": "2026-11", "used": 1, "limit": 4,
                 "monthEndTime": "2126-11-30T23:00:00Z"},
      "timeline": [{"time": "2126-12-09T09:14:00Z", "kind": "LICENSE_KIND_AGENT",
                    "edition": "EDITION_STANDARD", "total": 6}]})");
  EXPECT_EQ(Run({"app", "show", "acme/support"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("ended 2020-01-15 10:00 CET"), HasSubstr("3 of 4 left in 2026-11"),
                    HasSubstr("whole again 2126-12-01 00:00 CET"), HasSubstr("17"),
                    HasSubstr("EXPIRY (CET)"), HasSubstr("2126-12-09 10:14")));
}

}  // namespace
}  // namespace usher::cli
