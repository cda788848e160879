#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "entitlement/apply.h"
#include "entitlement/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/agents.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::BindAndLeave;
using testing::BindAndStay;
using testing::Buy;
using testing::Item;
using testing::kStandardPackage;
using testing::LogIn;
using testing::Preview;
using testing::ReasonOf;
using testing::Reset;
using testing::SetMobile;
using testing::World;

TEST(DecideReset, TheEtagOfAPreviewHoldsWhileTheOutcomeDoes) {
  World world;
  world.WithApplication();
  BindAndLeave(world, "anna");
  BindAndStay(world, "ben");
  const std::string etag = Preview(world).etag;
  EXPECT_EQ(etag.size(), 18U);
  EXPECT_EQ(etag.front(), '"');
  // What leaves the outcome as it is leaves the etag too.
  SetMobile(world, "ben", MobileAnswering::kWhenOffline);
  world.Advance(absl::Minutes(1));
  EXPECT_EQ(Preview(world).etag, etag);
  EXPECT_EQ(world.Ask<ResetReply>(ResetLicenses{.etag = etag}).released_count, 1);
}

TEST(DecideReset, TheEtagIsTheSameOnEveryMachine) {
  World world;
  world.WithApplication();
  BindAndLeave(world, "anna");
  EXPECT_EQ(Preview(world).etag, "\"b3e047cf0e38c19c\"");
}

TEST(DecideReset, AnythingThatChangesTheOutcomeMakesTheEtagStale) {
  struct Case {
    std::string name;
    std::function<void(World&)> change;
  };
  const std::vector<Case> cases = {
      {"a released one logs in", [](World& world) { LogIn(world, "anna"); }},
      {"a retained one leaves",
       [](World& world) { SetMobile(world, "ben", MobileAnswering::kOff); }},
      {"another reason to retain", [](World& world) { LogIn(world, "ben"); }},
      {"another candidate", [](World& world) { BindAndLeave(world, "carl"); }},
      {"another holder of the same license",
       [](World& world) {
         Reset(world);
         BindAndLeave(world, "carl");
       }},
      {"another reset in between",
       [](World& world) {
         Reset(world);
         BindAndLeave(world, "anna");
       }},
      {"another month", [](World& world) { world.AdvanceTo(At("2026-12-01T00:00:00Z")); }},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    World world;
    world.WithApplication();
    Buy(world, {Item(kStandardPackage, 1)}, 2);
    BindAndLeave(world, "anna");
    BindAndStay(world, "ben");
    const std::string etag = Preview(world).etag;
    row.change(world);
    EXPECT_EQ(ReasonOf(world.Run(ResetLicenses{.etag = etag})), "ETAG_MISMATCH");
  }
}

}  // namespace
}  // namespace usher::entitlement
