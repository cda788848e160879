// R2, R14, R16, R29, R30: time acts without calls, and a restart loses none of it.
#include "absl/time/time.h"

#include <algorithm>
#include <string>
#include <variant>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/harness.h"

namespace usher::engine {
namespace {

using testing::Harness;
using ::testing::HasSubstr;

std::string Text(absl::Time time) { return absl::FormatTime(time, absl::UTCTimeZone()); }

TEST(EngineTime, ALeaseRunsOutByItself) {  // R14
  Harness harness;
  const auto login = harness.Login("ann@acme.test");
  harness.clock().Advance(absl::Seconds(60));
  ASSERT_TRUE(harness.WaitForSystemEntries(1));
  EXPECT_THAT(harness.SystemEntries()[0], HasSubstr(Text(harness.start() + absl::Seconds(60))));
  const auto renewals =
      harness.Ask<entitlement::RenewSessionsReply>(entitlement::RenewSessions{{login.session.id}})
          .renewals;
  EXPECT_EQ(renewals.at(0).end_reason, entitlement::EndReason::kLeaseExpired);
}

TEST(EngineTime, ARenewedLeaseDoesNotRunOut) {  // R14
  Harness harness;
  const auto login = harness.Login("ann@acme.test");
  for (int i = 0; i < 5; ++i) {
    harness.clock().Advance(absl::Seconds(40));
    const auto renewal =
        harness.Ask<entitlement::RenewSessionsReply>(entitlement::RenewSessions{{login.session.id}})
            .renewals.at(0);
    ASSERT_EQ(renewal.state, entitlement::SessionState::kActive) << i;
    EXPECT_EQ(renewal.expire_time, harness.clock().Now() + absl::Seconds(60));
  }
}

TEST(EngineTime, ATrialEndsByItselfAtItsInstant) {  // R3, R29
  Harness harness;
  harness.clock().Advance(absl::Hours(24 * 14) + absl::Hours(5));
  ASSERT_TRUE(harness.WaitForSystemEntries(1));
  EXPECT_THAT(harness.SystemEntries()[0], HasSubstr(Text(harness.start() + absl::Hours(24 * 14))));
  Harness::Get<entitlement::NoIdleLicense>(harness.Run(Harness::LoginOf("ann@acme.test")));
}

// Also of many applications that nobody names, none of which is in memory.
TEST(EngineTime, AnAccountsEventsAreToldOnceWhateverIsOverdueInItIsDone) {  // R29
  constexpr int kMore = 300;
  Harness harness;
  for (int i = 0; i < kMore; ++i) {
    harness.Ask<entitlement::ApplicationReply>(
        entitlement::CreateApplication{entitlement::ApplicationId("app-" + std::to_string(i)), ""},
        {entitlement::AccountId("acme"), {}});
  }
  harness.engine().Stop();
  harness.clock().Advance(absl::Hours(24 * 20));
  harness.Restart();
  const auto page = std::get<entitlement::EventsPage>(harness.Ask<entitlement::HistoryPage>(
      entitlement::ListEvents(), {entitlement::AccountId("acme"), {}}));
  const auto of_time = [](const entitlement::EventsRecord& entry) {
    return entry.payload.starts_with("system ");
  };
  EXPECT_EQ(std::count_if(page.entries.begin(), page.entries.end(), of_time), kMore + 1);
}

// R29: what fell due while the server was down is carried out at its due time, also where nobody
// calls.
TEST(EngineTime, WhatFellDueWhileTheServerWasDownIsCaughtUpUnasked) {
  Harness harness;
  harness.engine().Stop();
  harness.clock().Advance(absl::Hours(24 * 20));
  harness.Restart();
  ASSERT_TRUE(harness.WaitForSystemEntries(1));
  EXPECT_THAT(harness.SystemEntries()[0], HasSubstr(Text(harness.start() + absl::Hours(24 * 14))));
  EXPECT_EQ(harness.store().Journal().back().entry.record_time, harness.clock().Now());
}

// The journal is kept for as long as the policy says, and forgotten in steps while the server
// works.
TEST(EngineTime, WhatIsOlderThanTheRetentionLeavesTheJournal) {
  constexpr size_t kLogins = 1700;
  EngineOptions options;
  options.policy.journal_retention = absl::Hours(24 * 10);
  Harness harness(options);
  for (size_t i = 0; i < kLogins; ++i) {
    harness.Login("ann@acme.test", "tab-" + std::to_string(i));
  }
  ASSERT_GT(harness.store().Journal().size(), kLogins);
  harness.clock().Advance(absl::Hours(24 * 10) - absl::Seconds(1));
  harness.Login("ann@acme.test", "still all there");
  EXPECT_GT(harness.store().Journal().size(), kLogins);
  harness.clock().Advance(absl::Minutes(1));
  // Each step takes a pause, which only the clock can end.
  for (int i = 0; i < 1000 && harness.store().Journal().size() > 10; ++i) {
    harness.clock().Advance(absl::Milliseconds(50));
    harness.Ask<entitlement::AccountReply>(entitlement::GetAccount(),
                                           {entitlement::AccountId("acme"), {}});
  }
  EXPECT_LE(harness.store().Journal().size(), 10U);
  // Who holds what does not depend on it.
  EXPECT_EQ(harness.Login("ann@acme.test").license.id, entitlement::LicenseId(1));
}

TEST(EngineTime, ARestartGivesEveryLiveSessionOneFullTtl) {  // R30
  Harness harness;
  const auto login = harness.Login("ann@acme.test");
  harness.clock().Advance(absl::Seconds(50));
  harness.engine().Stop();
  harness.clock().Advance(absl::Minutes(10));
  harness.Restart();
  const auto sessions = harness.Ask<entitlement::SessionsReply>(
      entitlement::ListSessions{.email = {}, .channel = {}, .after = {}, .limit = 10});
  ASSERT_EQ(sessions.sessions.size(), 1u);
  EXPECT_EQ(sessions.sessions[0].id, login.session.id);
  EXPECT_EQ(sessions.sessions[0].expire_time, harness.clock().Now() + absl::Seconds(60));
  // Then it runs out as ever, without anybody having asked.
  harness.clock().Advance(absl::Seconds(60));
  EXPECT_TRUE(harness.WaitForSystemEntries(1));
}

TEST(EngineTime, LeasesThatNobodyAsksForRunOutAfterARestart) {  // R14
  Harness harness;
  harness.Login("ann@acme.test");
  harness.Restart();
  // Loaded in the background; give it the time to notice, then let the lease end.
  while (harness.engine().stats().state.applications == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  harness.clock().Advance(absl::Seconds(61));
  EXPECT_TRUE(harness.WaitForSystemEntries(1));
}

TEST(EngineTime, AWallClockThatStepsBackUnexpiresNothing) {
  Harness harness;
  harness.clock().Advance(absl::Hours(24 * 14));
  ASSERT_TRUE(harness.WaitForSystemEntries(1));
  const absl::Time expired_at = harness.clock().Now();
  harness.clock().StepWallClock(-absl::Hours(24));
  Harness::Get<entitlement::NoIdleLicense>(harness.Run(Harness::LoginOf("ann@acme.test")));
  harness.Restart();
  Harness::Get<entitlement::NoIdleLicense>(harness.Run(Harness::LoginOf("ann@acme.test")));
  harness.Run(entitlement::UpdateApplication{.display_name = "Renamed"});
  EXPECT_GE(harness.store().Journal().back().entry.record_time, expired_at);
}

TEST(EngineTime, AWallClockThatStepsBackDoesNotProlongALease) {
  Harness harness;
  harness.Login("ann@acme.test");
  harness.clock().StepWallClock(-absl::Hours(1));
  harness.clock().Advance(absl::Seconds(60));
  EXPECT_TRUE(harness.WaitForSystemEntries(1));
}

// R17: figures are stored with a delay, but not only at the end.
TEST(EngineTime, DenialsAreStoredWithinSeconds) {
  Harness harness;
  for (int i = 0; i < 3; ++i) harness.Login("a" + std::to_string(i) + "@acme.test");
  Harness::Get<entitlement::NoIdleLicense>(harness.Run(Harness::LoginOf("a3@acme.test")));
  harness.clock().Advance(absl::Seconds(6));
  harness.Run(entitlement::GetEntitlements());
  // What a process that starts now would load.
  auto stored =
      harness.store().LoadApplication(entitlement::ApplicationNo(1), absl::InfinitePast());
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->usage.pools[0][0].denials, 1);
  EXPECT_EQ(stored->usage.pools[0][0].peak_in_use, 3);
}

TEST(EngineTime, DenialsSurviveARestart) {  // R17
  Harness harness;
  for (int i = 0; i < 3; ++i) harness.Login("a" + std::to_string(i) + "@acme.test");
  Harness::Get<entitlement::NoIdleLicense>(harness.Run(Harness::LoginOf("a3@acme.test")));
  harness.Restart();
  const auto pools =
      harness.Ask<entitlement::EntitlementsReply>(entitlement::GetEntitlements()).pools;
  EXPECT_EQ(pools.at(0).usage.denials, 1);
}

TEST(EngineTime, AnUnusedApplicationLeavesMemoryAndComesBack) {
  Harness harness;
  harness.Run(entitlement::GetEntitlements());
  ASSERT_EQ(harness.engine().stats().state.applications, 1);
  harness.clock().Advance(absl::Minutes(11));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (harness.engine().stats().state.applications != 0 &&
         std::chrono::steady_clock::now() < deadline) {
    harness.clock().Advance(absl::Seconds(11));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(harness.engine().stats().state.applications, 0);
  harness.Login("ann@acme.test");
}

TEST(EngineTime, AnApplicationWithALiveSessionStaysInMemory) {
  Harness harness;
  entitlement::StartSession login = Harness::LoginOf("ann@acme.test");
  login.ttl = absl::Hours(1);
  harness.Run(login);
  harness.clock().Advance(absl::Minutes(30));
  harness.Run(entitlement::GetAccount(), {entitlement::AccountId("acme"), {}});
  harness.Run(entitlement::GetAccount(), {entitlement::AccountId("acme"), {}});
  EXPECT_EQ(harness.engine().stats().state.applications, 1);
}

}  // namespace
}  // namespace usher::engine
