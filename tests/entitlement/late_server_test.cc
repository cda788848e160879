// A server that stood still, as with its machine paused: what fell due meanwhile is done in the
// order of time, leases that ran out among it.
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/agents.h"
#include "tests/entitlement/buying.h"
#include "tests/entitlement/by_hand.h"
#include "tests/support/world.h"

namespace usher::entitlement {
namespace {

using testing::Buy;
using ::testing::ElementsAre;
using testing::Item;
using testing::kStandardPackage;
using testing::LoginOf;
using testing::Words;
using testing::World;

constexpr absl::Duration kTrial = absl::Hours(24 * 14);

// At the trial's end there is another license for Ann, whose lease runs out `lease` after it.
// Stands still over both; what it did then.
std::vector<Change> StandStillOverTrialsEnd(World& world, absl::Duration lease) {
  constexpr absl::Duration kBefore = absl::Seconds(20);
  world.WithApplication();
  world.AdvanceTo(world.now() + kTrial - kBefore);
  world.Ask<StartSessionReply>(LoginOf("ann", {.ttl = kBefore + lease}));
  Buy(world, {Item(kStandardPackage, 1)});
  world.NewChanges();
  world.StandStill(absl::Seconds(30));
  return world.NewChanges();
}

// Whoever was gone before the license expired is not moved to another one, which would be a seat
// held that somebody pays for.
TEST(LateServer, WhoseLeaseRanOutBeforeTheLicenseExpiredStaysOnIt) {  // R16, R29
  World world;
  const absl::Time expiry = world.now() + kTrial;
  const std::vector<Change> changes = StandStillOverTrialsEnd(world, -absl::Seconds(5));
  ASSERT_THAT(Words(changes), ElementsAre("SessionEnded", "LicensesExpired"));
  EXPECT_EQ(World::Only<SessionEnded>(changes)[0].reason, EndReason::kLeaseExpired);
  EXPECT_EQ(changes[0].event_time, expiry - absl::Seconds(5));
  EXPECT_EQ(changes[1].event_time, expiry);
  EXPECT_EQ(world.application().pool(LicenseKind::kAgent, Edition::kStandard).held, 0);
}

TEST(LateServer, WhoseLeaseRanOutAfterwardsWasMovedBefore) {  // R16, R29
  World world;
  const absl::Time expiry = world.now() + kTrial;
  const std::vector<Change> changes = StandStillOverTrialsEnd(world, absl::Seconds(5));
  ASSERT_THAT(Words(changes),
              ElementsAre("LicensesExpired", "LicenseReleased", "LicenseBound", "SessionEnded"));
  EXPECT_EQ(changes[2].event_time, expiry);
  EXPECT_EQ(changes[3].event_time, expiry + absl::Seconds(5));
}

}  // namespace
}  // namespace usher::entitlement
