#include "auth/gatekeeper.h"

#include "gtest/gtest.h"

namespace usher::auth {
namespace {

TEST(Gatekeeper, TakesTheSecretOfABearerHeaderAlone) {
  EXPECT_EQ(SecretIn("Bearer abc"), "abc");
  EXPECT_EQ(SecretIn("bearer abc"), "abc");
  for (const char* header : {"", "abc", "Bearer", "Basic abc", "Bearerabc"}) {
    EXPECT_EQ(SecretIn(header), "") << header;
  }
}

}  // namespace
}  // namespace usher::auth
