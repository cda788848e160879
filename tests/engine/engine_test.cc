// The engine's own promises: order, group commit, replays, overload, stopping. Time and failure
// have their own files.
#include "engine/engine.h"

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/memory/memory_store.h"
#include "tests/engine/harness.h"
#include "tests/support/fake_clock.h"

namespace usher::engine {
namespace {

using entitlement::AccountId;
using entitlement::ApplicationId;
using entitlement::Refusal;
using entitlement::Reply;
using testing::Harness;

bool Answered(std::future<Result>& future) {
  return future.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready;
}

RequestIdentity Identity(const std::string& request_id, const std::string& fingerprint) {
  return {request_id, fingerprint, [](const Reply&) { return std::string("encoded answer"); }};
}

entitlement::CreateOrder TwoPackages() {
  entitlement::CreateOrder order;
  order.items = {{"standard-agent-package", 2, {}}};
  return order;
}

// An engine whose thread is a guest somewhere.
template <typename SomeHost>
struct Hosted {
  Hosted() : engine(Options(), &store, &clock) { EXPECT_TRUE(engine.Start(&host).ok()); }

  static EngineOptions Options() {
    EngineOptions options;
    options.encode_journal = testing::EncodeForTest;
    return options;
  }

  storage::MemoryStore store;
  testing::FakeClock clock{absl::FromUnixSeconds(1793610000)};
  SomeHost host;
  Engine engine;
};

// R30.
TEST(Engine, NothingIsAnsweredBeforeItsCommitReturns) {
  Harness harness;
  harness.Login("ann@acme.test");
  harness.store().BlockCommits();
  std::future<Result> login = harness.Submit(Harness::LoginOf("bob@acme.test"));
  harness.store().WaitForBlockedCommit();
  EXPECT_FALSE(Answered(login));
  harness.store().UnblockCommits();
  const auto reply = Harness::Get<entitlement::StartSessionReply>(login.get());
  EXPECT_TRUE(reply.newly_bound);
}

// R30: a read or a refusal tells of state that a write of the same batch made.
TEST(Engine, ReadsAndRefusalsWaitForTheCommitThatTheyRestOn) {
  Harness harness;
  harness.store().BlockCommits();
  std::future<Result> first = harness.Submit(Harness::LoginOf("a1@acme.test"));
  harness.store().WaitForBlockedCommit();
  // These gather while the first commit is under way, and are one batch.
  std::vector<std::future<Result>> logins;
  for (const char* email : {"a2@acme.test", "a3@acme.test"}) {
    logins.push_back(harness.Submit(Harness::LoginOf(email)));
  }
  std::future<Result> refused = harness.Submit(Harness::LoginOf("a4@acme.test"));
  std::future<Result> read = harness.Submit(entitlement::GetEntitlements());
  EXPECT_FALSE(Answered(refused));
  EXPECT_FALSE(Answered(read));
  harness.store().UnblockCommits();
  Harness::Get<entitlement::NoIdleLicense>(refused.get());
  const auto entitlements = Harness::Get<entitlement::EntitlementsReply>(read.get());
  EXPECT_EQ(entitlements.pools.at(0).count.in_use, 3);
}

TEST(Engine, WhatGathersDuringACommitIsCommittedTogether) {
  Harness harness;
  harness.Run(TwoPackages());
  harness.store().BlockCommits();
  std::vector<std::future<Result>> logins;
  logins.push_back(harness.Submit(Harness::LoginOf("first@acme.test")));
  harness.store().WaitForBlockedCommit();
  const int64_t before = harness.store().commits();
  for (int i = 0; i < 8; ++i) {
    logins.push_back(harness.Submit(Harness::LoginOf("a" + std::to_string(i) + "@acme.test")));
  }
  harness.store().UnblockCommits();
  for (std::future<Result>& login : logins) {
    Harness::Get<entitlement::StartSessionReply>(login.get());
  }
  // The one that was held up, and one for all that gathered meanwhile; one more where the engine's
  // thread had not got round to all of them when the first was over.
  EXPECT_GE(harness.store().commits() - before, 2);
  EXPECT_LE(harness.store().commits() - before, 3);
}

// Also where the batch takes less than has gathered.
TEST(Engine, MoreThanABatchTakesIsCommittedInSeveral) {
  EngineOptions options;
  options.batch_max = 2;
  Harness harness(options);
  harness.Run(TwoPackages());
  harness.store().BlockCommits();
  std::vector<std::future<Result>> logins;
  logins.push_back(harness.Submit(Harness::LoginOf("first@acme.test")));
  harness.store().WaitForBlockedCommit();
  const int64_t before = harness.store().commits();
  for (int i = 0; i < 5; ++i) {
    logins.push_back(harness.Submit(Harness::LoginOf("a" + std::to_string(i) + "@acme.test")));
  }
  harness.store().UnblockCommits();
  for (std::future<Result>& login : logins) {
    Harness::Get<entitlement::StartSessionReply>(login.get());
  }
  EXPECT_EQ(harness.store().commits() - before, 1 + 3);
}

// Where the engine's thread is a guest it decides what was submitted there without being woken.
TEST(Engine, ServesFromItsHost) {
  class CallingHost final : public Host {
   public:
    void Wait(absl::Duration longest, Expected wake) override {
      if (Engine* const engine = engine_.exchange(nullptr)) {
        Submission submission;
        submission.command = {Harness::Support(), entitlement::GetEntitlements()};
        submission.actor = "operator";
        submission.done = [this](const Result&) {
          answered_on_.set_value(std::this_thread::get_id());
        };
        submitted_on_ = std::this_thread::get_id();
        engine->Submit(std::move(submission));
        return;
      }
      sleeping_.Wait(longest, wake);
    }
    void Wake() override { sleeping_.Wake(); }

    std::atomic<Engine*> engine_ = nullptr;
    std::thread::id submitted_on_;
    std::promise<std::thread::id> answered_on_;

   private:
    IdleHost sleeping_;
  };
  Hosted<CallingHost> hosted;
  hosted.host.engine_ = &hosted.engine;
  hosted.host.Wake();
  EXPECT_EQ(hosted.host.answered_on_.get_future().get(), hosted.host.submitted_on_);
  hosted.engine.Stop();
}

// The host may stay awake for the end of a commit, if that is near: not for one of a slow disk.
TEST(Engine, TellsItsHostWhetherACommitIsOverSoon) {
  class NotingHost final : public Host {
   public:
    void Wait(absl::Duration longest, Expected wake) override {
      last_ = wake;
      ++waits_;
      sleeping_.Wait(longest, wake);
    }
    void Wake() override { sleeping_.Wake(); }

    // Of the first wait behind so many.
    Expected After(int64_t waits) const {
      while (waits_ <= waits) std::this_thread::yield();
      return last_;
    }

    std::atomic<int64_t> waits_ = 0;

   private:
    std::atomic<Expected> last_ = Expected::kAnytime;
    IdleHost sleeping_;
  };
  Hosted<NotingHost> hosted;
  NotingHost& host = hosted.host;
  storage::MemoryStore& store = hosted.store;
  EXPECT_EQ(host.After(0), Expected::kAnytime);
  for (const Expected expected : {Expected::kSoon, Expected::kAnytime}) {
    store.BlockCommits();
    const int64_t waits = host.waits_;
    std::promise<void> answered;
    Submission submission;
    const AccountId account(expected == Expected::kSoon ? "quick" : "slow");
    submission.command = {{}, entitlement::CreateAccount{account, "Acme", "UTC"}};
    submission.actor = "operator";
    submission.done = [&](const Result&) { answered.set_value(); };
    hosted.engine.Submit(std::move(submission));
    store.WaitForBlockedCommit();
    EXPECT_EQ(host.After(waits), expected);
    // So that the next is expected to be as slow.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    store.UnblockCommits();
    answered.get_future().get();
  }
  hosted.engine.Stop();
}

TEST(Engine, AReadThatChangesNothingCommitsNothing) {
  Harness harness;
  harness.Run(entitlement::GetEntitlements());
  const int64_t before = harness.store().commits();
  harness.Run(entitlement::GetEntitlements());
  harness.Run(entitlement::ListLicenses{.filter = {}, .after = {}, .limit = 10});
  EXPECT_EQ(harness.store().commits(), before);
}

TEST(Engine, UnknownAccountsAndApplicationsAreNotFound) {
  Harness harness;
  Harness::Get<entitlement::ResourceNotFound>(harness.Run(
      Harness::LoginOf("ann@acme.test"), {AccountId("nobody"), ApplicationId("support")}));
  Harness::Get<entitlement::ResourceNotFound>(harness.Run(
      Harness::LoginOf("ann@acme.test"), {AccountId("acme"), ApplicationId("nothing")}));
}

// R28.
TEST(Engine, ARepeatedRequestGetsTheFirstAnswerAndDoesNothing) {
  Harness harness;
  harness.Run(TwoPackages(), Harness::Support(), Identity("order-1", "payload"));
  const auto again = Harness::Get<entitlement::RememberedReply>(
      harness.Run(TwoPackages(), Harness::Support(), Identity("order-1", "payload")));
  EXPECT_EQ(again.bytes, "encoded answer");
  EXPECT_EQ(harness.Ask<entitlement::EntitlementsReply>(entitlement::GetEntitlements())
                .pools.at(0)
                .count.total,
            3 + 6);
}

// R28: also while the first is being committed.
TEST(Engine, ARepeatedRequestOfTheBatchBeforeIsDoneOnce) {
  Harness harness;
  harness.store().BlockCommits();
  std::future<Result> first =
      harness.Submit(TwoPackages(), Harness::Support(), Identity("order-1", "payload"));
  harness.store().WaitForBlockedCommit();
  std::future<Result> second =
      harness.Submit(TwoPackages(), Harness::Support(), Identity("order-1", "payload"));
  EXPECT_FALSE(Answered(second));
  harness.store().UnblockCommits();
  Harness::Get<entitlement::OrderReply>(first.get());
  Harness::Get<entitlement::RememberedReply>(second.get());
}

// R28: also where both come in one batch.
TEST(Engine, ARepeatedRequestOfTheSameBatchIsDoneOnce) {
  Harness harness;
  harness.store().BlockCommits();
  std::future<Result> gate = harness.Submit(Harness::LoginOf("ann@acme.test"));
  harness.store().WaitForBlockedCommit();
  std::future<Result> first =
      harness.Submit(TwoPackages(), Harness::Support(), Identity("order-1", "payload"));
  std::future<Result> second =
      harness.Submit(TwoPackages(), Harness::Support(), Identity("order-1", "payload"));
  harness.store().UnblockCommits();
  Harness::Get<entitlement::OrderReply>(first.get());
  Harness::Get<entitlement::RememberedReply>(second.get());
}

TEST(Engine, ARepeatedRequestIsKnownAfterARestart) {  // R28
  Harness harness;
  harness.Run(TwoPackages(), Harness::Support(), Identity("order-1", "payload"));
  harness.Restart();
  Harness::Get<entitlement::RememberedReply>(
      harness.Run(TwoPackages(), Harness::Support(), Identity("order-1", "payload")));
}

TEST(Engine, ARequestIdWithAnotherPayloadIsRefused) {  // R28
  Harness harness;
  harness.Run(TwoPackages(), Harness::Support(), Identity("order-1", "payload"));
  const auto refusal = Harness::Get<entitlement::RequestIdReused>(
      harness.Run(TwoPackages(), Harness::Support(), Identity("order-1", "another")));
  EXPECT_EQ(refusal.request_id, "order-1");
}

TEST(Engine, WhatIsWrongWithTheFieldsIsSaidBeforeARequestIdIsRefused) {  // R28, R31
  Harness harness;
  harness.Run(TwoPackages(), Harness::Support(), Identity("order-1", "payload"));
  entitlement::CreateOrder unknown = TwoPackages();
  unknown.items.front().product = "nope";
  const auto refusal = Harness::Get<entitlement::InvalidField>(
      harness.Run(unknown, Harness::Support(), Identity("order-1", "another")));
  EXPECT_EQ(refusal.field, "items[0].product");
}

TEST(Engine, ARequestIdIsFreeAgainAfterADay) {  // R28
  Harness harness;
  harness.Run(TwoPackages(), Harness::Support(), Identity("order-1", "payload"));
  harness.clock().Advance(absl::Hours(24) + absl::Microseconds(1));
  Harness::Get<entitlement::OrderReply>(
      harness.Run(TwoPackages(), Harness::Support(), Identity("order-1", "another")));
}

TEST(Engine, RefusalsAndPreviewsAreNotRemembered) {  // R28
  Harness harness;
  entitlement::CreateOrder addon;
  addon.items = {{"standard-agent", 1, {}}};
  Harness::Get<entitlement::PackageRequired>(
      harness.Run(addon, Harness::Support(), Identity("r-1", "addon")));
  entitlement::CreateOrder preview = TwoPackages();
  preview.validate_only = true;
  Harness::Get<entitlement::OrderReply>(
      harness.Run(preview, Harness::Support(), Identity("r-1", "preview")));
  Harness::Get<entitlement::OrderReply>(
      harness.Run(TwoPackages(), Harness::Support(), Identity("r-1", "order")));
}

TEST(Engine, MoreThanTheInFlightLimitIsRefusedAtOnce) {
  EngineOptions options;
  options.in_flight_max = 4;
  Harness harness(options);
  harness.store().BlockCommits();
  std::vector<std::future<Result>> accepted;
  for (int i = 0; i < 4; ++i) {
    accepted.push_back(harness.Submit(Harness::LoginOf("ann@acme.test", std::to_string(i))));
  }
  const auto refusal = Harness::Get<entitlement::Overloaded>(
      harness.Run(Harness::LoginOf("ann@acme.test", "one-too-many")));
  EXPECT_EQ(refusal.limit, 4);
  harness.store().UnblockCommits();
  for (std::future<Result>& login : accepted) {
    Harness::Get<entitlement::StartSessionReply>(login.get());
  }
  harness.Login("ann@acme.test", "afterwards");
}

TEST(Engine, StopAnswersWhatWasAcceptedAndRefusesTheRest) {
  Harness harness;
  harness.store().BlockCommits();
  std::vector<std::future<Result>> accepted;
  for (int i = 0; i < 20; ++i) {
    accepted.push_back(harness.Submit(Harness::LoginOf("ann@acme.test", std::to_string(i))));
  }
  harness.store().WaitForBlockedCommit();
  std::thread stopper([&harness] { harness.engine().Stop(); });
  harness.store().UnblockCommits();
  stopper.join();
  for (std::future<Result>& login : accepted) {
    Harness::Get<entitlement::StartSessionReply>(login.get());
  }
  Harness::Get<entitlement::ServerDraining>(harness.Run(Harness::LoginOf("ann@acme.test", "late")));
}

TEST(Engine, HistoryIsReadBehindTheCommandsBeforeIt) {
  Harness harness;
  harness.Run(TwoPackages());
  const auto page = std::get<entitlement::OrdersPage>(
      harness.Ask<entitlement::HistoryPage>(entitlement::ListOrders{.before = {}, .limit = 10}));
  ASSERT_EQ(page.orders.size(), 1u);
  EXPECT_EQ(page.orders[0].total_cents, 2 * 12000);
}

// R1: accounts and applications don't see each other's licenses.
TEST(Engine, ApplicationsAreServedSideBySide) {
  Harness harness;
  harness.Run(entitlement::CreateApplication{ApplicationId("sales"), ""}, {AccountId("acme"), {}});
  for (int i = 0; i < 3; ++i) harness.Login("a" + std::to_string(i) + "@acme.test");
  Harness::Get<entitlement::NoIdleLicense>(harness.Run(Harness::LoginOf("a3@acme.test")));
  const auto reply = Harness::Get<entitlement::StartSessionReply>(
      harness.Run(Harness::LoginOf("a3@acme.test"), {AccountId("acme"), ApplicationId("sales")}));
  EXPECT_EQ(reply.license.id, entitlement::LicenseId(1));
}

}  // namespace
}  // namespace usher::engine
