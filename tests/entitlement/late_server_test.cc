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

// Who was gone before his license expired is not moved to another one, where he would hold a seat
// that somebody pays for.
TEST(LateServer, WhoseLeaseRanOutBeforeHisLicenseExpiredStaysOnIt) {  // R16, R29
  World world;
  world.WithApplication();
  const absl::Time expiry = world.now() + kTrial;
  world.AdvanceTo(expiry - absl::Seconds(20));
  world.Ask<StartSessionReply>(LoginOf("ann", {.ttl = absl::Seconds(15)}));
  Buy(world, {Item(kStandardPackage, 1)});
  world.NewChanges();

  world.StandStill(absl::Seconds(30));
  const std::vector<Change> changes = world.NewChanges();
  ASSERT_THAT(Words(changes), ElementsAre("SessionEnded", "LicensesExpired"));
  EXPECT_EQ(World::Only<SessionEnded>(changes)[0].reason, EndReason::kLeaseExpired);
  EXPECT_EQ(changes[0].event_time, expiry - absl::Seconds(5));
  EXPECT_EQ(changes[1].event_time, expiry);
  EXPECT_EQ(world.application().pool(LicenseKind::kAgent, Edition::kStandard).held, 0);
}

TEST(LateServer, WhoseLeaseRanOutAfterwardsWasMovedBefore) {  // R16, R29
  World world;
  world.WithApplication();
  const absl::Time expiry = world.now() + kTrial;
  world.AdvanceTo(expiry - absl::Seconds(20));
  world.Ask<StartSessionReply>(LoginOf("ann", {.ttl = absl::Seconds(25)}));
  Buy(world, {Item(kStandardPackage, 1)});
  world.NewChanges();

  world.StandStill(absl::Seconds(30));
  const std::vector<Change> changes = world.NewChanges();
  ASSERT_THAT(Words(changes),
              ElementsAre("LicensesExpired", "LicenseReleased", "LicenseBound", "SessionEnded"));
  EXPECT_EQ(changes[2].event_time, expiry);
  EXPECT_EQ(changes[3].event_time, expiry + absl::Seconds(5));
}

}  // namespace
}  // namespace usher::entitlement
