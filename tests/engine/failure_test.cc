// The store refuses, and comes back: nothing that was answered is lost, nothing that was refused
// happened.
#include <atomic>
#include <chrono>
#include <functional>
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
using testing::Harness;

// Whether it comes true within ten seconds.
bool WaitFor(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

absl::Status DiskFull() { return absl::UnavailableError("the disk is full"); }

TEST(EngineFailure, AWriterOfARefusedCommitIsRefusedAndNothingHappened) {
  Harness harness;
  harness.store().FailNextCommits(1, DiskFull());
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(Harness::LoginOf("ann@acme.test")));
  const auto pools =
      harness.Ask<entitlement::EntitlementsReply>(entitlement::GetEntitlements()).pools;
  EXPECT_EQ(pools.at(0).count.held, 0);
}

// What was decided on top of a refused batch is decided again: the logins that the first one left
// without a license get one.
TEST(EngineFailure, WhatWasDecidedOnTopOfARefusedCommitIsDecidedAnew) {
  Harness harness;
  harness.Login("a1@acme.test");
  harness.Login("a2@acme.test");
  harness.store().BlockCommits();
  std::future<Result> refused = harness.Submit(Harness::LoginOf("a3@acme.test"));
  harness.store().WaitForBlockedCommit();
  std::future<Result> without = harness.Submit(Harness::LoginOf("a4@acme.test"));
  std::future<Result> takeover = harness.Submit(Harness::LoginOf("a1@acme.test", "tab-2"));
  std::future<Result> read = harness.Submit(entitlement::GetEntitlements());
  EXPECT_TRUE(WaitFor([&] { return harness.engine().stats().in_flight == 4; }));
  harness.store().FailNextCommits(1, DiskFull());
  harness.store().UnblockCommits();
  Harness::Get<entitlement::StoreUnavailable>(refused.get());
  EXPECT_TRUE(Harness::Get<entitlement::StartSessionReply>(without.get()).newly_bound);
  EXPECT_FALSE(Harness::Get<entitlement::StartSessionReply>(takeover.get()).newly_bound);
  EXPECT_EQ(Harness::Get<entitlement::EntitlementsReply>(read.get()).pools.at(0).count.held, 3);
}

// Also in a unit that the refused batch itself did not touch.
TEST(EngineFailure, WhatFollowedARefusedCommitInAnotherApplicationIsTakenBack) {
  Harness harness;
  const entitlement::Target sales = {AccountId("acme"), ApplicationId("sales")};
  harness.Run(entitlement::CreateApplication{ApplicationId("sales"), ""}, {AccountId("acme"), {}});
  harness.store().BlockCommits();
  std::future<Result> refused = harness.Submit(Harness::LoginOf("ann@acme.test"));
  harness.store().WaitForBlockedCommit();
  std::future<Result> again = harness.Submit(Harness::LoginOf("bob@acme.test"), sales);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  harness.store().FailNextCommits(1, DiskFull());
  harness.store().UnblockCommits();
  Harness::Get<entitlement::StoreUnavailable>(refused.get());
  // Decided on the truth, in which nothing is bound.
  EXPECT_TRUE(Harness::Get<entitlement::StartSessionReply>(again.get()).newly_bound);
}

// An account that a refused batch created is not there for those who named it meanwhile.
TEST(EngineFailure, NothingRestsOnAnAccountWhoseCreationWasRefused) {
  Harness harness;
  harness.store().BlockCommits();
  std::future<Result> created =
      harness.Submit(entitlement::CreateAccount{AccountId("other"), "", "UTC"}, {});
  harness.store().WaitForBlockedCommit();
  std::future<Result> named = harness.Submit(
      entitlement::CreateApplication{ApplicationId("sales"), ""}, {AccountId("other"), {}});
  EXPECT_TRUE(WaitFor([&] { return harness.engine().stats().in_flight == 2; }));
  harness.store().FailNextCommits(1, DiskFull());
  harness.store().UnblockCommits();
  Harness::Get<entitlement::StoreUnavailable>(created.get());
  Harness::Get<entitlement::ResourceNotFound>(named.get());
}

TEST(EngineFailure, WritesComeBackByThemselves) {
  Harness harness;
  harness.store().FailNextCommits(1, DiskFull());
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(Harness::LoginOf("ann@acme.test")));
  EXPECT_TRUE(harness.Login("ann@acme.test").newly_bound);
}

// The batch: two logins that take the last licenses, and a third that is refused for want of one.
// With the first two gone, the refusal was wrong: decided anew, the login succeeds.
TEST(EngineFailure, RefusalsAndReadsOfARefusedCommitAreDecidedAnew) {
  Harness harness;
  harness.Login("a1@acme.test");
  harness.store().BlockCommits();
  std::future<Result> gate = harness.Submit(Harness::LoginOf("a1@acme.test", "tab-2"));
  harness.store().WaitForBlockedCommit();
  std::future<Result> second = harness.Submit(Harness::LoginOf("a2@acme.test"));
  std::future<Result> third = harness.Submit(Harness::LoginOf("a3@acme.test"));
  std::future<Result> fourth = harness.Submit(Harness::LoginOf("a4@acme.test"));
  std::future<Result> read = harness.Submit(entitlement::GetEntitlements());
  // The gate's own commit is the first one that fails.
  harness.store().FailNextCommits(2, DiskFull());
  harness.store().UnblockCommits();
  Harness::Get<entitlement::StoreUnavailable>(second.get());
  Harness::Get<entitlement::StoreUnavailable>(third.get());
  EXPECT_TRUE(Harness::Get<entitlement::StartSessionReply>(fourth.get()).newly_bound);
  EXPECT_EQ(Harness::Get<entitlement::EntitlementsReply>(read.get()).pools.at(0).count.held, 2);
}

// What is taken back is also looked for no more: an application that was created, and had a
// session, in what follows a refused commit.
TEST(EngineFailure, AnApplicationThatWasNeverStoredIsNotMissed) {
  const entitlement::Target sales = {AccountId("acme"), ApplicationId("sales")};
  for (const int refused : {1, 2}) {
    std::atomic<int> decided = 0;
    Harness harness;
    const RequestIdentity identity{
        .request_id = "r", .fingerprint = "f", .encode = [&decided](const entitlement::Reply&) {
          ++decided;
          return std::string("bytes");
        }};
    harness.store().BlockCommits();
    std::future<Result> before = harness.Submit(Harness::LoginOf("ann@acme.test"));
    harness.store().WaitForBlockedCommit();
    std::future<Result> created = harness.Submit(
        entitlement::CreateApplication{ApplicationId("sales"), ""}, {AccountId("acme"), {}});
    std::future<Result> login = harness.Submit(Harness::LoginOf("ben@acme.test"), sales, identity);
    ASSERT_TRUE(WaitFor([&] { return decided == 1; }));
    harness.store().FailNextCommits(refused, DiskFull());
    harness.store().UnblockCommits();
    Harness::Get<entitlement::StoreUnavailable>(before.get());
    if (refused == 1) {
      Harness::Get<entitlement::ApplicationReply>(created.get());
      Harness::Get<entitlement::StartSessionReply>(login.get());
    } else {
      Harness::Get<entitlement::StoreUnavailable>(created.get());
      Harness::Get<entitlement::StoreUnavailable>(login.get());
    }
    // What time does is put off after a refusal, loads among it.
    harness.clock().Advance(absl::Seconds(2));
    const Result again = harness.Run(Harness::LoginOf("ben@acme.test", "tab-2"), sales);
    if (refused == 1) {
      Harness::Get<entitlement::StartSessionReply>(again);
    } else {
      Harness::Get<entitlement::ResourceNotFound>(again);
    }
    EXPECT_EQ(harness.engine().stats().state.sessions, refused == 1 ? 1 : 0);
  }
}

// Who is answered with what a repeated request was told asked for nothing himself: where that is
// not stored either, he is decided again instead of being refused. In the batch that fails, "r" is
// refused for want of a license; the login that follows under the same request_id is decided on top
// of it. Decided anew "r" succeeds, and that login is answered with its reply; then this fails,
// too.
TEST(EngineFailure, WhoseRepeatedRequestWasNotStoredIsDecidedAnew) {  // R28
  std::atomic<int> decided = 0;
  Harness harness;
  const auto identity = [&decided](const std::string& request_id) {
    return RequestIdentity{.request_id = request_id,
                           .fingerprint = "f",
                           .encode = [&decided](const entitlement::Reply&) {
                             ++decided;
                             return std::string("bytes");
                           }};
  };
  const auto login = [&](const std::string& email, const std::string& client_id,
                         const std::string& request_id) {
    return harness.Submit(Harness::LoginOf(email, client_id), Harness::Support(),
                          identity(request_id));
  };
  harness.Login("a1@acme.test");
  harness.Login("a2@acme.test");
  harness.store().BlockCommits();
  std::future<Result> before = login("a1@acme.test", "tab-2", "before");
  harness.store().WaitForBlockedCommit();
  std::future<Result> last = login("a3@acme.test", "tab-1", "last");
  std::future<Result> refused = login("a4@acme.test", "tab-1", "r");
  std::future<Result> behind = login("a2@acme.test", "tab-2", "behind");
  ASSERT_TRUE(WaitFor([&] { return decided == 3; }));
  harness.store().LetBlockedCommitPass();
  Harness::Get<entitlement::StartSessionReply>(before.get());
  harness.store().WaitForBlockedCommit();
  std::future<Result> repeated = login("a1@acme.test", "tab-3", "r");
  ASSERT_TRUE(WaitFor([&] { return decided == 4; }));
  harness.store().FailNextCommits(2, DiskFull());
  harness.store().UnblockCommits();
  Harness::Get<entitlement::StoreUnavailable>(last.get());
  Harness::Get<entitlement::StoreUnavailable>(behind.get());
  Harness::Get<entitlement::StoreUnavailable>(refused.get());
  Harness::Get<entitlement::StartSessionReply>(repeated.get());
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

// One application's damage is not the others'.
TEST(EngineFailure, AUnitWhoseRowsMakeNoSenseIsRefusedAndAllOthersAreServed) {
  std::atomic<int> told = 0;
  EngineOptions options;
  options.on_damaged_unit = [&](const absl::Status&) { ++told; };
  Harness harness(options);
  harness.Login("ann@acme.test");
  harness.Run(entitlement::CreateApplication{ApplicationId("sales"), ""}, {AccountId("acme"), {}});
  harness.Run(entitlement::CreateAccount{AccountId("other"), "", "UTC"}, {});
  // The application with a lease, which is loaded at the start.
  harness.store().DamageApplication(entitlement::ApplicationNo(1));
  harness.Restart();
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(Harness::LoginOf("bob@acme.test")));
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(Harness::LoginOf("bob@acme.test")));
  EXPECT_EQ(told, 1);
  Harness::Get<entitlement::StartSessionReply>(
      harness.Run(Harness::LoginOf("bob@acme.test"), {AccountId("acme"), ApplicationId("sales")}));
  // What falls due is found beside it: the trial of sales.
  harness.clock().Advance(absl::Hours(24 * 14));
  EXPECT_TRUE(harness.WaitForSystemEntries(1));
}

TEST(EngineFailure, HistoryThatCantBeReadIsRefusedAndAllElseIsServed) {
  std::atomic<int> told = 0;
  EngineOptions options;
  options.on_damaged_history = [&told](const absl::Status& status) {
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    ++told;
  };
  Harness harness(options);
  harness.store().DamageHistory();
  Harness::Get<entitlement::StoreUnavailable>(
      harness.Run(entitlement::ListOrders{.before = {}, .limit = 10}));
  EXPECT_EQ(told, 1);
  // What is old enough is looked for each minute.
  harness.clock().Advance(absl::Minutes(2));
  EXPECT_TRUE(WaitFor([&] { return told == 2; }));
  harness.Login("ann@acme.test");
}

// Nor is it looked for again and again.
TEST(EngineFailure, WhatIsDueInAnAccountThatMakesNoSenseKeepsNobodyBusy) {
  Harness harness;
  harness.Run(entitlement::CreateAccount{AccountId("other"), "", "UTC"}, {});
  harness.store().DamageAccount(entitlement::AccountNo(1));
  harness.Restart();
  // The trial ends.
  harness.clock().Advance(absl::Hours(24 * 15));
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(Harness::LoginOf("bob@acme.test")));
  const int64_t before = harness.store().looks_for_due();
  // Some hundreds of turns.
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(harness.store().looks_for_due() - before, 20);
}

TEST(EngineFailure, AnApplicationOfAnAccountThatMakesNoSenseWaitsForIt) {
  Harness harness;
  harness.Login("ann@acme.test");
  harness.store().DamageAccount(entitlement::AccountNo(1));
  harness.Restart();
  EXPECT_TRUE(WaitFor([&] { return harness.engine().stats().state.sessions == 1; }));
  harness.clock().Advance(absl::Minutes(2));
  EXPECT_TRUE(WaitFor([&] { return harness.engine().stats().state.sessions == 0; }));
  EXPECT_TRUE(harness.SystemEntries().empty());
  Harness::Get<entitlement::StoreUnavailable>(harness.Run(Harness::LoginOf("bob@acme.test")));
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
