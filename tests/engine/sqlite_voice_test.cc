// Calls on an engine over files: what a restart, a crash and a migration leave of them.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/engine/harness.h"
#include "tests/storage/earlier_schema.h"
#include "tests/storage/store_test_support.h"

namespace usher::engine {
namespace {

using entitlement::AccountId;
using entitlement::CallEndReason;
using entitlement::CallId;
using entitlement::CallReply;
using entitlement::CallState;
using entitlement::CallView;
using entitlement::GrantId;
using entitlement::MinuteCharge;
using storage::testing::OpenOrFail;
using storage::testing::RestoreEarlierDatabase;
using storage::testing::TempDir;
using ::testing::ElementsAre;
using testing::Harness;

constexpr int64_t kPackageMinutes = 8000;

class EngineOnSqlite : public ::testing::Test {
 protected:
  std::string data_dir() const { return directory_.path("data"); }

  static std::unique_ptr<Harness> HarnessOn(const std::string& data_dir) {
    return std::make_unique<Harness>([data_dir] { return OpenOrFail({.data_dir = data_dir}); });
  }

  Harness& harness() {
    if (harness_ == nullptr) harness_ = HarnessOn(data_dir());
    return *harness_;
  }

  // The process is gone, and another one takes what its files are at this moment.
  void Crash() {
    const std::string left = directory_.path("left");
    std::filesystem::copy(data_dir(), left);
    const absl::Duration elapsed = harness().clock().Now() - harness().start();
    harness_ = HarnessOn(left);
    harness_->clock().StepWallClock(elapsed);
  }

  void BuyPackage(int months = 1) {
    harness().Ask<entitlement::OrderReply>(entitlement::CreateOrder{
        .items = {{.product = "voice-agent-package", .quantity = 1}}, .months = months});
  }

  CallView Talk(const std::string& id) {
    harness().Ask<CallReply>(entitlement::StartCall{.id = CallId(id)});
    return harness().Ask<CallReply>(entitlement::ConnectCall{.id = CallId(id)}).call;
  }

  // Talks on for so long, with a heartbeat at least once a minute.
  void GoOn(const std::string& id, absl::Duration duration) {
    while (duration > absl::ZeroDuration()) {
      const absl::Duration step = std::min(duration, absl::Minutes(1));
      harness().clock().Advance(step);
      duration -= step;
      const auto reply =
          harness().Ask<entitlement::ExtendCallsReply>(entitlement::ExtendCalls{{CallId(id)}});
      ASSERT_EQ(reply.extensions.at(0).state, CallState::kConnected);
    }
  }

  CallView End(const std::string& id, absl::Duration connected) {
    return harness()
        .Ask<CallReply>(entitlement::EndCall{.id = CallId(id), .connected_duration = connected})
        .call;
  }

  CallView Get(const std::string& id) {
    return harness().Ask<CallReply>(entitlement::GetCall{CallId(id)}).call;
  }

  entitlement::VoiceBalanceReply Balance() {
    return harness().Ask<entitlement::VoiceBalanceReply>(entitlement::GetVoiceBalance{},
                                                         {AccountId("acme"), {}});
  }

  TempDir directory_;
  std::unique_ptr<Harness> harness_;
};

TEST_F(EngineOnSqlite, ARestartInMidCallKeepsItsHoldAndChargesOnce) {  // R25, R26
  BuyPackage();
  Talk("c1");
  GoOn("c1", absl::Minutes(1));
  EXPECT_EQ(Balance().reserved_minutes, 3);
  harness().Restart();
  // What it held on disk counts as reserved now.
  EXPECT_EQ(Balance().reserved_minutes, 2 + entitlement::kHoldStepMinutes);
  EXPECT_EQ(Balance().remaining_minutes, kPackageMinutes - 2 - entitlement::kHoldStepMinutes);
  EXPECT_EQ(Get("c1").state, CallState::kConnected);
  EXPECT_EQ(End("c1", absl::Seconds(61)).charged_minutes, 2);
  EXPECT_EQ(End("c1", absl::Seconds(3600)).charged_minutes, 2);
  harness().Restart();
  EXPECT_EQ(End("c1", absl::Seconds(3600)).charged_minutes, 2);
  EXPECT_EQ(Balance().remaining_minutes, kPackageMinutes - 2);
  EXPECT_EQ(Balance().reserved_minutes, 0);
  EXPECT_EQ(Balance().grants.at(0).charged, 2);
}

// Nobody tells of the call any more. It is billed up to the last sign of life on disk, which is
// when it last got a new hold, and less than it really lasted.
TEST_F(EngineOnSqlite, ACallThatACrashLosesIsBilledUpToItsLastSignOfLife) {  // R27
  BuyPackage();
  Talk("c1");
  GoOn("c1", absl::Minutes(6) + absl::Seconds(30));
  Crash();
  EXPECT_EQ(Get("c1").state, CallState::kConnected);
  EXPECT_GE(Balance().reserved_minutes, 8);
  harness().clock().Advance(absl::Seconds(91));
  ASSERT_TRUE(harness().WaitForSystemEntries(1));
  const CallView ended = Get("c1");
  EXPECT_EQ(ended.end_reason, CallEndReason::kLeaseExpired);
  EXPECT_EQ(ended.connected_duration, absl::Minutes(6));
  EXPECT_EQ(ended.charged_minutes, 6);
  EXPECT_EQ(Balance().remaining_minutes, kPackageMinutes - 6);
  EXPECT_EQ(Balance().reserved_minutes, 0);

  // The media server knows better. The difference is settled once, however often it asks.
  EXPECT_EQ(End("c1", absl::Seconds(401)).charged_minutes, 7);
  harness().Restart();
  EXPECT_EQ(End("c1", absl::Seconds(4001)).charged_minutes, 7);
  EXPECT_EQ(Balance().remaining_minutes, kPackageMinutes - 7);
}

TEST_F(EngineOnSqlite, ACrashGivesSlotsAndMinutesToNobodyElse) {  // R26
  BuyPackage();
  for (const char* id : {"c1", "c2", "c3"}) Talk(id);
  Crash();
  Harness::Get<entitlement::VoiceConcurrencyExhausted>(
      harness().Run(entitlement::StartCall{.id = CallId("c4")}));
  End("c2", absl::Seconds(1));
  Talk("c4");
  EXPECT_EQ(Balance().concurrency.at(0).active, 3);
}

TEST_F(EngineOnSqlite, AfterARestartCallsAreWatchedThoughNobodyAsks) {  // R27
  BuyPackage();
  Talk("c1");
  harness().Restart();
  // Its account is loaded unasked, and then the lease that it is given runs out.
  for (int second = 0; second < 300 && harness().SystemEntries().empty(); ++second) {
    harness().clock().Advance(absl::Seconds(1));
    absl::SleepFor(absl::Milliseconds(5));
  }
  ASSERT_EQ(harness().SystemEntries().size(), 1u);
  EXPECT_EQ(Get("c1").end_reason, CallEndReason::kLeaseExpired);
}

TEST_F(EngineOnSqlite, MonthsBeginWhileTheServerIsDown) {  // R22, R29
  BuyPackage(3);
  harness().engine().Stop();
  harness().clock().Advance(absl::Hours(24 * 40));
  harness().Restart();
  // The trial's end, and the month's end and beginning.
  ASSERT_TRUE(harness().WaitForSystemEntries(2));
  const auto balance = Balance();
  ASSERT_EQ(balance.grants.size(), 1u);
  EXPECT_EQ(balance.grants[0].id, GrantId(2));
  EXPECT_EQ(balance.grants[0].remaining(), kPackageMinutes);
}

TEST_F(EngineOnSqlite, ACallOverTheMonthsEndIsChargedToBothMonthsAcrossRestarts) {  // R26
  BuyPackage(2);
  const absl::Time month_end = absl::FromUnixSeconds(1796083200);  // 2026-12-01T00:00:00Z
  harness().clock().Advance(month_end - absl::Minutes(2) - harness().clock().Now());
  Talk("c1");
  GoOn("c1", absl::Minutes(1));
  harness().Restart();
  GoOn("c1", absl::Minutes(4));
  harness().Restart();
  const CallView ended = End("c1", absl::Minutes(5));
  EXPECT_THAT(ended.charges, ElementsAre(MinuteCharge{GrantId(1), 2}, MinuteCharge{GrantId(2), 3}));
  harness().Restart();
  EXPECT_EQ(Get("c1"), ended);
  EXPECT_EQ(Balance().remaining_minutes, kPackageMinutes - 3);
  const auto reply = harness().Ask<entitlement::HistoryPage>(entitlement::ListCalls{.limit = 10});
  EXPECT_THAT(std::get<entitlement::CallsPage>(reply).calls, ElementsAre(ended));
}

TEST_F(EngineOnSqlite, ADatabaseOfTheFirstVersionSellsVoiceAndTakesCalls) {
  RestoreEarlierDatabase(1, data_dir());
  const absl::Time left = absl::FromUnixSeconds(1795598447);
  harness().clock().Advance(left - harness().start());
  BuyPackage();
  Talk("c1");
  GoOn("c1", absl::Minutes(2));
  harness().Restart();
  EXPECT_EQ(End("c1", absl::Seconds(119)).charged_minutes, 2);
  EXPECT_EQ(Balance().remaining_minutes, kPackageMinutes - 2);
  const auto page = std::get<entitlement::CallsPage>(
      harness().Ask<entitlement::HistoryPage>(entitlement::ListCalls{.limit = 10}));
  ASSERT_EQ(page.calls.size(), 1u);
  EXPECT_EQ(page.calls[0].charged_minutes, 2);
}

}  // namespace
}  // namespace usher::engine
