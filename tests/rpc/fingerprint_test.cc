#include "rpc/fingerprint.h"

#include "absl/strings/escaping.h"
#include "tests/rpc/wire_test_support.h"
#include "usher/v1/account_service.pb.h"
#include "usher/v1/license_service.pb.h"

namespace usher::rpc {
namespace {

using testing::Parse;
using testing::ParseInSupport;

std::string Of(const google::protobuf::Message& request) {
  return Fingerprint(request, {"request_id"});
}

TEST(Fingerprint, PassesOverTheRequestIdOnly) {  // R28
  const auto first = ParseInSupport<v1::ResetLicensesRequest>("license_ids: 1 request_id: 'a'");
  const auto again = ParseInSupport<v1::ResetLicensesRequest>("license_ids: 1 request_id: 'b'");
  const auto other = ParseInSupport<v1::ResetLicensesRequest>("license_ids: 2 request_id: 'a'");
  EXPECT_EQ(Of(first), Of(again));
  EXPECT_NE(Of(first), Of(other));
}

TEST(Fingerprint, TellsMethodsApart) {  // R28: the fields of these two are the same
  const auto text = "name: 'accounts/acme/applications/support'";
  EXPECT_NE(Of(Parse<v1::DeleteApplicationRequest>(text)),
            Of(Parse<v1::UndeleteApplicationRequest>(text)));
}

TEST(Fingerprint, TellsAbsentFromEmpty) {
  EXPECT_NE(Of(Parse<v1::UpdateAccountRequest>("name: 'accounts/acme'")),
            Of(Parse<v1::UpdateAccountRequest>("name: 'accounts/acme' display_name: ''")));
}

TEST(Fingerprint, IsTheSameForAnyOrderOnTheWire) {
  // display_name (3) before account (1), with a field that this server does not know (15).
  v1::CreateApplicationRequest read;
  ASSERT_TRUE(
      read.ParseFromString(std::string("\x1a\x01X\x0a\x0d"
                                       "accounts/acme\x12\x01s\x78\x01")));
  EXPECT_EQ(Of(read), Of(Parse<v1::CreateApplicationRequest>(
                          "account: 'accounts/acme' application_id: 's' display_name: 'X'")));
}

TEST(Fingerprint, StaysTheSameForEver) {
  // Remembered in databases: a change here would make replays look like other requests.
  EXPECT_EQ(absl::BytesToHexString(
                Of(Parse<v1::DeleteApplicationRequest>("name: 'accounts/a/applications/b'"))),
            "7e14fd7724b4c7b797ca537c2192652925405f07892ea6902b99669424409ca7");
}

}  // namespace
}  // namespace usher::rpc
