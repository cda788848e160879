#include "entitlement/policy.h"

#include "gtest/gtest.h"

namespace usher::entitlement {
namespace {

TEST(TtlBounds, AnAbsentTtlTakesTheFallback) {  // R15
  EXPECT_EQ(Policy().session_ttl.Clamp(absl::ZeroDuration()), absl::Seconds(60));
  EXPECT_EQ(Policy().phone_ttl.Clamp(absl::ZeroDuration()), absl::Seconds(60));
}

TEST(TtlBounds, AnyOtherIsBroughtWithinTheBounds) {  // R15, R21
  const TtlBounds bounds = Policy().session_ttl;
  EXPECT_EQ(bounds.Clamp(absl::Seconds(1)), absl::Seconds(10));
  EXPECT_EQ(bounds.Clamp(absl::Seconds(-1)), absl::Seconds(10));
  EXPECT_EQ(bounds.Clamp(absl::Seconds(10)), absl::Seconds(10));
  EXPECT_EQ(bounds.Clamp(absl::Seconds(42)), absl::Seconds(42));
  EXPECT_EQ(bounds.Clamp(absl::Hours(1)), absl::Hours(1));
  EXPECT_EQ(bounds.Clamp(absl::Hours(2)), absl::Hours(1));
  EXPECT_EQ(Policy().phone_ttl.Clamp(absl::Hours(48)), absl::Hours(24));
}

}  // namespace
}  // namespace usher::entitlement
