#include "rpc/page_token.h"

#include "rpc/limits.h"
#include "tests/rpc/wire_test_support.h"
#include "usher/v1/agent_service.pb.h"
#include "usher/v1/license_service.pb.h"
#include "usher/v1/order_service.pb.h"
#include "usher/v1/phone_service.pb.h"

namespace usher::rpc {
namespace {

using testing::ParseInSupport;
using testing::Read;

bool IsMismatch(const CommandOr& result) {
  const auto* refusal = std::get_if<entitlement::Refusal>(&result);
  return refusal != nullptr && std::holds_alternative<entitlement::PageTokenMismatch>(*refusal);
}

TEST(PageToken, GoesOnWhereThePageEnded) {
  auto request = ParseInSupport<v1::ListLicensesRequest>("kind: LICENSE_KIND_AGENT page_size: 2");
  request.set_page_token(MakePageToken(request, "42"));
  EXPECT_EQ(Read<entitlement::ListLicenses>(request).after, entitlement::LicenseId(42));
  auto agents = ParseInSupport<v1::ListAgentsRequest>("");
  agents.set_page_token(MakePageToken(agents, "ada@example.com"));
  EXPECT_EQ(Read<entitlement::ListAgents>(agents).after.value(), "ada@example.com");
}

TEST(PageToken, IsSafeInAUrl) {
  const auto request = ParseInSupport<v1::ListPhonesRequest>("");
  for (int i = 0; i < 100; ++i) {
    const std::string token = MakePageToken(request, "sip:" + std::to_string(i) + "?/&");
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_"),
              std::string::npos)
        << token;
  }
}

TEST(PageToken, AnotherPageSizeIsFine) {
  auto request = ParseInSupport<v1::ListSessionsRequest>("page_size: 2");
  request.set_page_token(MakePageToken(request, "7"));
  request.set_page_size(500);
  EXPECT_EQ(Read<entitlement::ListSessions>(request).after, entitlement::SessionId(7));
}

TEST(PageToken, AnotherFilterIsRefused) {
  auto request = ParseInSupport<v1::ListLicensesRequest>("kind: LICENSE_KIND_AGENT");
  request.set_page_token(MakePageToken(request, "42"));
  request.set_kind(v1::LICENSE_KIND_SIP);
  EXPECT_TRUE(IsMismatch(CommandFrom(request)));
  request.clear_kind();
  EXPECT_TRUE(IsMismatch(CommandFrom(request)));
}

TEST(PageToken, AnotherParentIsRefused) {
  auto request = ParseInSupport<v1::ListLicensesRequest>("");
  request.set_page_token(MakePageToken(request, "42"));
  request.set_application("accounts/acme/applications/sales");
  EXPECT_TRUE(IsMismatch(CommandFrom(request)));
}

TEST(PageToken, AnotherListIsRefused) {
  // The two requests have the same fields.
  const auto orders = ParseInSupport<v1::ListOrdersRequest>("");
  auto subscriptions = ParseInSupport<v1::ListSubscriptionsRequest>("");
  subscriptions.set_page_token(MakePageToken(orders, "42"));
  EXPECT_TRUE(IsMismatch(CommandFrom(subscriptions)));
}

TEST(PageToken, GarbageIsRefused) {
  auto request = ParseInSupport<v1::ListOrdersRequest>("");
  const std::string good = MakePageToken(request, "42");
  for (const std::string& bad :
       {std::string("x"), std::string("42"), std::string("AAAAAAAAAAAAAAAAAAAAAAAA"),
        good.substr(1), good + "AAAA", std::string("not base64 !"),
        std::string(kPageTokenLengthMax + 1, 'A')}) {
    request.set_page_token(bad);
    EXPECT_TRUE(IsMismatch(CommandFrom(request))) << bad;
  }
  for (size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    request.set_page_token(changed);
    EXPECT_TRUE(IsMismatch(CommandFrom(request))) << "character " << i;
  }
}

TEST(PageToken, AMalformedFieldIsNamedBeforeTheToken) {
  auto request = ParseInSupport<v1::ListOrdersRequest>("page_size: -1 page_token: 'x'");
  EXPECT_EQ(testing::RefusedField(request), "page_size");
}

}  // namespace
}  // namespace usher::rpc
