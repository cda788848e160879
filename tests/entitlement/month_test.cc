// R2: the months of an account whose zone changes: the current month keeps its end, the next starts
// there and ends by the new zone.
#include <string>

#include "entitlement/account.h"
#include "gtest/gtest.h"
#include "tests/support/world.h"

namespace usher::entitlement {
namespace {

using testing::At;
using testing::World;

const Target kAcme = {.account = AccountId("acme"), .application = {}};

Account AccountIn(const std::string& zone_name) {
  return Account{.zone_name = zone_name, .zone = LoadTimeZone(zone_name).value()};
}

// An account whose zone became `zone_name` at `start`, with the month `label`.
Account ChangedTo(const std::string& zone_name, const std::string& start, absl::CivilMonth label) {
  Account account = AccountIn(zone_name);
  account.zone_start = ZoneStart{.time = At(start), .label = label};
  return account;
}

void ExpectMonth(const Month& month, absl::CivilMonth label, const std::string& start,
                 const std::string& end) {
  EXPECT_EQ(FormatMonth(month.label), FormatMonth(label));
  EXPECT_EQ(month.start, At(start));
  EXPECT_EQ(month.end, At(end));
}

TEST(MonthOf, IsTheZonesMonthWhereTheZoneNeverChanged) {  // R2
  const Account account = AccountIn("Europe/Berlin");
  ExpectMonth(MonthOf(account, At("2026-11-30T23:30:00Z")), absl::CivilMonth(2026, 12),
              "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z");
}

TEST(MonthOf, IsLongerAfterAChangeToTheWest) {  // R2
  // Berlin's November ended while New York still had six hours of it.
  const Account account =
      ChangedTo("America/New_York", "2026-11-30T23:00:00Z", absl::CivilMonth(2026, 12));
  for (const char* now : {"2026-11-30T23:00:00Z", "2026-12-01T04:59:59Z", "2026-12-01T05:00:00Z",
                          "2027-01-01T04:59:59.999999Z"}) {
    ExpectMonth(MonthOf(account, At(now)), absl::CivilMonth(2026, 12), "2026-11-30T23:00:00Z",
                "2027-01-01T05:00:00Z");
  }
  ExpectMonth(MonthOf(account, At("2027-01-01T05:00:00Z")), absl::CivilMonth(2027, 1),
              "2027-01-01T05:00:00Z", "2027-02-01T05:00:00Z");
}

TEST(MonthOf, IsShorterAfterAChangeToTheEast) {  // R2
  // New York's November ended when Berlin had begun December six hours ago.
  const Account account =
      ChangedTo("Europe/Berlin", "2026-12-01T05:00:00Z", absl::CivilMonth(2026, 12));
  for (const char* now : {"2026-12-01T05:00:00Z", "2026-12-31T22:59:59.999999Z"}) {
    ExpectMonth(MonthOf(account, At(now)), absl::CivilMonth(2026, 12), "2026-12-01T05:00:00Z",
                "2026-12-31T23:00:00Z");
  }
  ExpectMonth(MonthOf(account, At("2026-12-31T23:00:00Z")), absl::CivilMonth(2027, 1),
              "2026-12-31T23:00:00Z", "2027-01-31T23:00:00Z");
}

TEST(MonthOf, HasNeitherGapNorOverlapAroundTheDateLine) {  // R2
  for (const Account& account :
       {ChangedTo("Pacific/Niue", "2026-11-30T10:00:00Z", absl::CivilMonth(2026, 12)),
        ChangedTo("Pacific/Kiritimati", "2026-12-01T11:00:00Z", absl::CivilMonth(2026, 12))}) {
    Month month = MonthOf(account, account.zone_start->time);
    EXPECT_EQ(month.start, account.zone_start->time);
    for (int i = 0; i < 24; ++i) {
      const Month next = MonthOf(account, month.end);
      EXPECT_EQ(next.start, month.end) << account.zone_name;
      EXPECT_EQ(next.label, month.label + 1) << account.zone_name;
      EXPECT_EQ(MonthOf(account, month.end - absl::Microseconds(1)), month) << account.zone_name;
      month = next;
    }
  }
}

// The same through the account's own commands and the passing of time.
TEST(MonthOf, FollowsAnUpdateOfTheZoneAtTheMonthsEnd) {  // R2
  struct Case {
    std::string from;
    std::string to;
    std::string change_time;
    std::string next_end;
  };
  for (const Case& c : {
           Case{"Europe/Berlin", "America/New_York", "2026-11-30T23:00:00Z",
                "2027-01-01T05:00:00Z"},
           Case{"America/New_York", "Europe/Berlin", "2026-12-01T05:00:00Z",
                "2026-12-31T23:00:00Z"},
           Case{"Pacific/Apia", "America/New_York", "2026-11-30T11:00:00Z", "2027-01-01T05:00:00Z"},
           Case{"UTC", "Australia/Lord_Howe", "2026-12-01T00:00:00Z", "2026-12-31T13:00:00Z"},
       }) {
    SCOPED_TRACE(c.from + " to " + c.to);
    World world;
    world.WithApplication(c.from);
    const Month before = MonthOf(world.account(), world.now());
    world.Ask<AccountReply>(UpdateAccount{.zone_name = c.to}, kAcme);
    EXPECT_EQ(MonthOf(world.account(), world.now()), before);

    world.AdvanceTo(At(c.change_time) - absl::Microseconds(1));
    EXPECT_EQ(world.account().zone_name, c.from);
    EXPECT_EQ(MonthOf(world.account(), world.now()), before);

    world.AdvanceTo(At(c.change_time));
    EXPECT_EQ(world.account().zone_name, c.to);
    ExpectMonth(MonthOf(world.account(), world.now()), absl::CivilMonth(2026, 12), c.change_time,
                c.next_end);
    world.ExpectReplayGivesTheSameState();
  }
}

TEST(MonthOf, KeepsItsOddMonthWhereTheZoneChangesAgainWithinIt) {  // R2
  World world;
  world.WithApplication("Europe/Berlin");
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "America/New_York"}, kAcme);
  // New York's clocks still show November, which is over.
  world.AdvanceTo(At("2026-12-01T00:00:00Z"));
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "Europe/Berlin"}, kAcme);
  ExpectMonth(MonthOf(world.account(), world.now()), absl::CivilMonth(2026, 12),
              "2026-11-30T23:00:00Z", "2027-01-01T05:00:00Z");
  world.AdvanceTo(At("2027-01-01T05:00:00Z"));
  ExpectMonth(MonthOf(world.account(), world.now()), absl::CivilMonth(2027, 1),
              "2027-01-01T05:00:00Z", "2027-01-31T23:00:00Z");
}

TEST(MonthOf, DoesNotMoveInstantsThatAreFixed) {  // R2
  World world;
  world.WithApplication("Europe/Berlin");
  const absl::Time trial_end = *world.account().Find(ApplicationId("support"))->trial_expire_time;
  world.Ask<AccountReply>(UpdateAccount{.zone_name = "America/New_York"}, kAcme);
  world.AdvanceTo(At("2026-12-05T00:00:00Z"));
  EXPECT_EQ(world.account().Find(ApplicationId("support"))->trial_expire_time, trial_end);
  EXPECT_EQ(world.application().licenses.front().expire_time, trial_end);
}

}  // namespace
}  // namespace usher::entitlement
