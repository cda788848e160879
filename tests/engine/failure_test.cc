// The store refuses, and comes back: nothing that was answered is lost, nothing that was refused
// happened.
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/harness.h"

namespace usher::engine {
namespace {

using entitlement::AccountId;
using entitlement::ApplicationId;
using testing::DiskFull;
using testing::Harness;
using testing::WaitFor;

TEST(EngineFailure, AWriterOfARefusedCommitIsRefusedAndNothingHappened) {
  Harness harness;
  harness.store().FailNextCommits(1, DiskFull());
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(Harness::LoginOf("ann@acme.test")));
  const auto pools =
      harness.Ask<entitlement::EntitlementsReply>(entitlement::GetEntitlements()).pools;
  EXPECT_EQ(pools.at(0).count.held, 0);
}

TEST(EngineFailure, WritesComeBackByThemselves) {
  Harness harness;
  harness.store().FailNextCommits(1, DiskFull());
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(Harness::LoginOf("ann@acme.test")));
  EXPECT_TRUE(harness.Login("ann@acme.test").newly_bound);
}

TEST(EngineFailure, AnotherApplicationsStateIsNotTouched) {
  Harness harness;
  harness.Run(entitlement::CreateApplication{ApplicationId("sales"), ""}, {AccountId("acme"), {}});
  const auto session = Harness::Get<entitlement::StartSessionReply>(
      harness.Run(Harness::LoginOf("ann@acme.test"), {AccountId("acme"), ApplicationId("sales")}));
  harness.store().FailNextCommits(1, DiskFull());
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(Harness::LoginOf("ann@acme.test")));
  const auto renewals = Harness::Get<entitlement::RenewSessionsReply>(
      harness.Run(entitlement::RenewSessions{{session.session.id}},
                  {AccountId("acme"), ApplicationId("sales")}));
  EXPECT_EQ(renewals.renewals.at(0).state, entitlement::SessionState::kActive);
}

TEST(EngineFailure, WhatAFailedBatchCreatedDoesNotExist) {
  Harness harness;
  harness.store().FailNextCommits(1, DiskFull());
  Harness::Get<entitlement::StoreUnavailable>(
      harness.Run(entitlement::CreateAccount{AccountId("other"), "", "UTC"}, {}));
  Harness::Get<entitlement::ResourceNotFound>(
      harness.Run(entitlement::GetAccount(), {AccountId("other"), {}}));
  harness.store().FailNextCommits(1, DiskFull());
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(
      entitlement::CreateApplication{ApplicationId("sales"), ""}, {AccountId("acme"), {}}));
  Harness::Get<entitlement::ResourceNotFound>(
      harness.Run(entitlement::GetApplication(), {AccountId("acme"), ApplicationId("sales")}));
  Harness::Get<entitlement::ApplicationReply>(harness.Run(
      entitlement::CreateApplication{ApplicationId("sales"), ""}, {AccountId("acme"), {}}));
}

// R30: the lease that was answered, neither shorter nor a full one by accident.
TEST(EngineFailure, LeaseEndsOutliveARefusedCommit) {
  Harness harness;
  const auto login = harness.Login("ann@acme.test");
  harness.clock().Advance(absl::Seconds(20));
  const auto renewed =
      harness.Ask<entitlement::RenewSessionsReply>(entitlement::RenewSessions{{login.session.id}})
          .renewals.at(0);
  harness.clock().Advance(absl::Seconds(10));
  harness.store().FailNextCommits(1, DiskFull());
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(Harness::LoginOf("bob@acme.test")));
  const auto sessions = harness.Ask<entitlement::SessionsReply>(
      entitlement::ListSessions{.email = {}, .channel = {}, .after = {}, .limit = 10});
  ASSERT_EQ(sessions.sessions.size(), 1u);
  EXPECT_EQ(sessions.sessions[0].expire_time, renewed.expire_time);
  harness.clock().Advance(absl::Seconds(50));
  EXPECT_TRUE(harness.WaitForSystemEntries(1));
}

// Neither does anybody have to ask for them: what a refused commit dropped is loaded again.
TEST(EngineFailure, LeasesRunOutByThemselvesAlsoAfterARefusedCommit) {  // R14
  Harness harness;
  harness.Login("ann@acme.test");
  harness.store().FailNextCommits(1, DiskFull());
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(Harness::LoginOf("bob@acme.test")));
  harness.clock().Advance(absl::Seconds(2));
  EXPECT_TRUE(WaitFor([&] { return harness.engine().stats().state.sessions == 1; }));
  harness.clock().Advance(absl::Minutes(2));
  EXPECT_TRUE(harness.WaitForSystemEntries(1));
  // The figures follow the commit.
  EXPECT_TRUE(WaitFor([&] { return harness.engine().stats().state.sessions == 0; }));
}

TEST(EngineFailure, ALoadThatTheStoreRefusedIsTriedAgainWhereLeasesDependOnIt) {  // R14
  Harness harness;
  harness.Login("ann@acme.test");
  harness.store().FailNextLoads(3, DiskFull());
  harness.Restart();
  for (int i = 0; i < 100 && harness.SystemEntries().empty(); ++i) {
    harness.clock().Advance(absl::Seconds(2));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_FALSE(harness.SystemEntries().empty());
}

TEST(EngineFailure, FiguresThatCouldNotBeStoredAreStoredLater) {  // R17
  Harness harness;
  for (int i = 0; i < 3; ++i) harness.Login("a" + std::to_string(i) + "@acme.test");
  Harness::Get<entitlement::NoIdleLicense>(harness.Run(Harness::LoginOf("a3@acme.test")));
  harness.store().FailNextCommits(1, DiskFull());
  harness.clock().Advance(absl::Seconds(6));
  harness.Run(entitlement::GetEntitlements());
  harness.clock().Advance(absl::Seconds(6));
  harness.Run(entitlement::GetEntitlements());
  auto stored =
      harness.store().LoadApplication(entitlement::ApplicationNo(1), absl::InfinitePast());
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->usage.pools[0][0].denials, 1);
}

TEST(EngineFailure, TimeActsAgainOnceTheStoreDoes) {  // R29
  Harness harness;
  harness.store().FailNextCommits(3, DiskFull());
  harness.clock().Advance(absl::Hours(24 * 14));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (harness.SystemEntries().empty() && std::chrono::steady_clock::now() < deadline) {
    harness.clock().Advance(absl::Seconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ASSERT_FALSE(harness.SystemEntries().empty());
  EXPECT_THAT(harness.SystemEntries()[0],
              ::testing::HasSubstr(
                  absl::FormatTime(harness.start() + absl::Hours(24 * 14), absl::UTCTimeZone())));
}

// A read on which something overdue could not be stored is refused, not answered with a lie, and
// not tried for ever.
TEST(EngineFailure, AReadWhoseOverdueExpiryCannotBeStoredIsRefused) {
  Harness harness;
  harness.Run(entitlement::GetEntitlements());
  harness.store().FailNextCommits(1'000'000, DiskFull());
  harness.clock().Advance(absl::Hours(24 * 14));
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(entitlement::GetEntitlements()));
  harness.store().FailNextCommits(0, absl::OkStatus());
  EXPECT_EQ(harness.Ask<entitlement::EntitlementsReply>(entitlement::GetEntitlements())
                .pools.at(0)
                .count.total,
            0);
}

// What a watchdog goes by.
TEST(EngineFailure, ALoopThatHangsInTheStoreHasNoNewTurn) {
  Harness harness;
  const auto turned = [&harness](entitlement::LeaseTime since) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (harness.engine().stats().last_turn < since) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  };
  harness.clock().Advance(absl::Seconds(1));
  EXPECT_TRUE(turned(harness.clock().LeaseNow())) << "an idle loop turns";

  harness.store().BlockCommits();
  std::future<Result> login = harness.Submit(Harness::LoginOf("ann@acme.test"));
  harness.store().WaitForBlockedCommit();
  const entitlement::LeaseTime stuck = harness.engine().stats().last_turn;
  harness.clock().Advance(absl::Minutes(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(harness.engine().stats().last_turn, stuck);
  harness.store().UnblockCommits();
  Harness::Get<entitlement::StartSessionReply>(login.get());
  EXPECT_TRUE(turned(harness.clock().LeaseNow()));
}

// What the engine says of its store, and when.
class EngineStoreRefuses : public ::testing::Test {
 protected:
  bool Refuses() { return harness_.engine().stats().store_refuses; }
  // The loop looks every millisecond; a second of the test's clock goes by for each look here.
  bool BecomesWithin(bool refuses, int seconds) {
    for (int i = 0; i < seconds && Refuses() != refuses; ++i) {
      harness_.clock().Advance(absl::Seconds(1));
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return Refuses() == refuses;
  }
  void TryLogin() {
    Harness::Get<entitlement::StoreUnavailable>(harness_.Run(Harness::LoginOf("ann@acme.test")));
  }
  static EngineOptions Options(std::vector<bool>* said) {
    EngineOptions options;
    options.on_store_refuses = [said](bool refuses) { said->push_back(refuses); };
    return options;
  }

  std::vector<bool> said_;
  Harness harness_{Options(&said_)};
};

TEST_F(EngineStoreRefuses, AfterTenSecondsWithoutASuccessAndNoLongerThanItDoes) {
  harness_.store().FailNextCommits(1'000'000, DiskFull());
  TryLogin();
  harness_.clock().Advance(kStoreRefusesAfter - absl::Seconds(1));
  TryLogin();
  EXPECT_FALSE(Refuses());
  harness_.clock().Advance(absl::Seconds(1));
  TryLogin();
  EXPECT_TRUE(Refuses());
  harness_.store().FailNextCommits(0, absl::OkStatus());
  // Nobody asks for anything: the engine finds out by itself.
  EXPECT_TRUE(BecomesWithin(false, 3));
  EXPECT_TRUE(harness_.Login("ann@acme.test").newly_bound);
  harness_.engine().Stop();
  EXPECT_THAT(said_, ::testing::ElementsAre(true, false));
}

TEST_F(EngineStoreRefuses, ASuccessInBetweenBeginsAnew) {
  for (int i = 0; i < 3; ++i) {
    harness_.store().FailNextCommits(1'000'000, DiskFull());
    TryLogin();
    harness_.clock().Advance(kStoreRefusesAfter - absl::Seconds(1));
    harness_.store().FailNextCommits(0, absl::OkStatus());
    harness_.Login("ann@acme.test", "desk-" + std::to_string(i));
  }
  EXPECT_FALSE(Refuses());
  harness_.engine().Stop();
  EXPECT_TRUE(said_.empty());
}

// One refusal on a quiet night says nothing of what is ten seconds later.
TEST_F(EngineStoreRefuses, WhereNobodyElseWritesAProbeDecides) {
  harness_.store().FailNextCommits(1'000'000, DiskFull());
  TryLogin();
  harness_.store().FailNextCommits(0, absl::OkStatus());
  EXPECT_FALSE(BecomesWithin(true, 15));
  harness_.store().FailNextCommits(1'000'000, DiskFull());
  TryLogin();
  EXPECT_TRUE(BecomesWithin(true, 15));
}

TEST(EngineFailureDeathTest, AnUnknownOutcomeEndsTheProcess) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        EngineOptions options;
        options.on_fatal = [](const absl::Status& status) {
          std::fprintf(stderr, "fatal: %s\n", std::string(status.message()).c_str());
        };
        Harness harness(options);
        harness.store().FailNextCommits(1, absl::DataLossError("a sync failed"));
        harness.Run(Harness::LoginOf("ann@acme.test"));
      },
      "fatal: a sync failed");
}

}  // namespace
}  // namespace usher::engine
