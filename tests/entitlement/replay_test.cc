// The changes alone tell the whole state: replayed on nothing they give it again.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/by_hand.h"
#include "tests/support/world.h"

namespace usher::entitlement {
namespace {

using testing::World;

StartSession LoginAs(const std::string& email, Channel channel = Channel::kWeb) {
  return {.email = Email(email),
          .channel = channel,
          .client_id = ClientId("tab"),
          .edition = std::nullopt,
          .ttl = absl::Hours(1)};
}

TEST(Replay, OfAMonthAtTheOfficeGivesTheSameState) {  // R29
  World world;
  world.WithApplication("Europe/Berlin");
  world.Ask<StartSessionReply>(LoginAs("ann@acme.com"));
  world.Ask<StartSessionReply>(LoginAs("ben@acme.com", Channel::kSdk));
  world.Ask<MobileAnsweringReply>(
      SetMobileAnswering{.email = Email("cat@acme.com"), .mode = MobileAnswering::kAlways});
  world.Refused<NoIdleLicense>(LoginAs("dan@acme.com"));
  world.Ask<OrderReply>(
      CreateOrder{.items = {{.product = "premium-agent-package", .quantity = 1}}, .months = 1});
  world.Ask<RegisterPhoneReply>(RegisterPhone{.id = PhoneId("201"), .ttl = absl::Hours(5)});
  world.Ask<StartSessionReply>(LoginAs("dan@acme.com"));
  world.Advance(absl::Hours(3));
  world.Ask<ResetReply>(ResetLicenses{});
  world.Ask<AccountReply>(UpdateAccount{.display_name = "Acme AG", .zone_name = "Asia/Tokyo"},
                          {.account = AccountId("acme"), .application = {}});
  world.Advance(absl::Hours(24 * 12));
  world.Ask<StartSessionReply>(LoginAs("eve@acme.com"));
  world.SleepServerDown(absl::Hours(24 * 20));
  world.Ask<OrderReply>(RenewSubscription{.id = SubscriptionId(1), .months = 2});
  world.Ask<ApplicationReply>(DeleteApplication{});
  world.Ask<ApplicationReply>(UndeleteApplication{});
  world.Advance(absl::Hours(24 * 40));
  world.ExpectReplayGivesTheSameState();
}

TEST(Replay, ThatSkipsAChangeIsNoticed) {
  testing::ByHand acme;
  testing::ByHand other;
  EXPECT_TRUE(SameState(acme.application, other.application));
  acme.Grant(testing::kAgent, testing::kStandard, absl::Hours(1));
  EXPECT_FALSE(SameState(acme.application, other.application));
}

TEST(Replay, RevisionsOfAnAccountGrowByOneOverAllItsApplications) {  // R29
  World world;
  world.WithApplication();
  world.Ask<ApplicationReply>(CreateApplication{ApplicationId("sales"), "Sales"},
                              {.account = AccountId("acme"), .application = {}});
  world.Ask<StartSessionReply>(LoginAs("ann@acme.com"));
  world.Ask<StartSessionReply>(LoginAs("ann@acme.com"), {.account = AccountId("acme"),
                                                         .application = ApplicationId("sales")});
  world.Advance(absl::Hours(24 * 60));
  Revision last;
  for (const Change& change : world.changes()) {
    if (!change.revision) continue;
    EXPECT_EQ(change.revision, last.next());
    last = change.revision;
  }
  EXPECT_EQ(world.account().last_revision, last);
}

}  // namespace
}  // namespace usher::entitlement
