#include "auth/secret.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace usher::auth {
namespace {

TEST(Secret, HasNoEqualAndIsMarked) {
  std::set<std::string> secrets;
  for (int i = 0; i < 1000; ++i) secrets.insert(NewSecret());
  EXPECT_EQ(secrets.size(), 1000U);
  EXPECT_EQ(secrets.begin()->substr(0, 6), "usher_");
  // 256 bits in base64.
  EXPECT_EQ(secrets.begin()->size(), 6 + 43U);
}

}  // namespace
}  // namespace usher::auth
