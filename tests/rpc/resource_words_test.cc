#include "rpc/resource_words.h"

#include "gtest/gtest.h"

namespace usher::rpc {
namespace {

TEST(ResourceWords, NameResourcesAsPeopleSayThem) {
  EXPECT_EQ(ResourceWords("accounts/acme"), "account acme");
  EXPECT_EQ(ResourceWords("accounts/acme/applications/support"), "application acme/support");
  EXPECT_EQ(ResourceWords("accounts/acme/applications/support/licenses/7"),
            "license 7 of acme/support");
  // A caller's own ids may have any characters.
  EXPECT_EQ(ResourceWords("accounts/acme/applications/support/calls/sip/7@pbx"),
            "call sip/7@pbx of acme/support");
  EXPECT_EQ(ResourceWords("tokens/7"), "token 7");
  EXPECT_EQ(ResourceWords("elsewhere"), "elsewhere");
}

}  // namespace
}  // namespace usher::rpc
