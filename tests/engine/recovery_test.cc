// What was decided beside or on top of a commit that the store refused: nothing of it is answered,
// and all that asked for nothing in the refused one is decided anew, on the truth.
#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "tests/engine/harness.h"

namespace usher::engine {
namespace {

using entitlement::AccountId;
using entitlement::ApplicationId;
using testing::DiskFull;
using testing::Harness;
using testing::WaitFor;

// Counts the replies that are decided under it: what was submitted is known to be decided.
RequestIdentity Counting(const std::string& request_id, std::atomic<int>& decided) {
  return {.request_id = request_id,
          .fingerprint = "f",
          .encode = [&decided](const entitlement::Reply&) {
            ++decided;
            return std::string("bytes");
          }};
}

// What was decided on top of a refused batch is decided again: the logins that the first one left
// without a license get one.
TEST(EngineRecovery, WhatWasDecidedOnTopOfARefusedCommitIsDecidedAnew) {
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
TEST(EngineRecovery, WhatFollowedARefusedCommitInAnotherApplicationIsTakenBack) {
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
TEST(EngineRecovery, NothingRestsOnAnAccountWhoseCreationWasRefused) {
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

// The batch: two logins that take the last licenses, and a third that is refused for want of one.
// With the first two gone, the refusal was wrong: decided anew, the login succeeds.
TEST(EngineRecovery, RefusalsAndReadsOfARefusedCommitAreDecidedAnew) {
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
TEST(EngineRecovery, AnApplicationThatWasNeverStoredIsNotMissed) {
  const entitlement::Target sales = {AccountId("acme"), ApplicationId("sales")};
  for (const int refused : {1, 2}) {
    std::atomic<int> decided = 0;
    Harness harness;
    harness.store().BlockCommits();
    std::future<Result> before = harness.Submit(Harness::LoginOf("ann@acme.test"));
    harness.store().WaitForBlockedCommit();
    std::future<Result> created = harness.Submit(
        entitlement::CreateApplication{ApplicationId("sales"), ""}, {AccountId("acme"), {}});
    std::future<Result> login =
        harness.Submit(Harness::LoginOf("ben@acme.test"), sales, Counting("r", decided));
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

// Whoever is answered with what a repeated request was told asked for nothing that has to be
// stored: where that was not stored either, it is decided again instead of being refused. In the
// batch that fails, "r" is refused for want of a license; the login that follows under the same
// request_id is decided on top of it. Decided anew "r" succeeds, and that login is answered with
// its reply; then this fails, too.
TEST(EngineRecovery, WhoseRepeatedRequestWasNotStoredIsDecidedAnew) {  // R28
  std::atomic<int> decided = 0;
  Harness harness;
  const auto login = [&](const std::string& email, const std::string& client_id,
                         const std::string& request_id) {
    return harness.Submit(Harness::LoginOf(email, client_id), Harness::Support(),
                          Counting(request_id, decided));
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

}  // namespace
}  // namespace usher::engine
