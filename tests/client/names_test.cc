#include "client/cli/names.h"

#include "gtest/gtest.h"

namespace usher::cli {
namespace {

constexpr char kSupport[] = "accounts/acme/applications/support";

TEST(Names, ShortAndFullFormsOfAnApplicationAreTheSame) {
  EXPECT_EQ(FullApplicationName("acme/support"), kSupport);
  EXPECT_EQ(FullApplicationName(kSupport), kSupport);
}

TEST(Names, ShortAndFullFormsOfAnAccountAreTheSame) {
  EXPECT_EQ(FullAccountName("acme"), "accounts/acme");
  EXPECT_EQ(FullAccountName("accounts/acme"), "accounts/acme");
}

TEST(Names, AnAccountMayBeCalledAccounts) {
  EXPECT_EQ(FullAccountName("accounts"), "accounts/accounts");
  EXPECT_EQ(FullApplicationName("accounts/support"), "accounts/accounts/applications/support");
}

TEST(Names, OtherShapesAreNoNames) {
  for (const char* text : {"", "acme", "/support", "acme/", "acme/support/x", "acme//support",
                           "accounts/acme/apps/support"}) {
    EXPECT_EQ(FullApplicationName(text), std::nullopt) << text;
  }
  for (const char* text : {"", "acme/support", "accounts/", "/acme"}) {
    EXPECT_EQ(FullAccountName(text), std::nullopt) << text;
  }
}

TEST(Names, PartsOfAFullName) {
  EXPECT_EQ(ShortName(kSupport), "acme/support");
  EXPECT_EQ(ShortName("accounts/acme"), "acme");
  EXPECT_EQ(AccountOf(kSupport), "accounts/acme");
  EXPECT_EQ(AccountOf("support"), "");
  EXPECT_EQ(LastId(kSupport), "support");
}

}  // namespace
}  // namespace usher::cli
