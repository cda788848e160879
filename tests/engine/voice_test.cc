// Calls belong to the account: the engine decides them without the application, watches their
// leases, and finds their deadlines and those of the minutes.
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/harness.h"

namespace usher::engine {
namespace {

using entitlement::AccountId;
using entitlement::CallId;
using entitlement::CallReply;
using entitlement::CallState;
using entitlement::CallView;
using testing::Harness;
using ::testing::HasSubstr;

void BuyPackage(Harness& harness, int months = 1) {
  harness.Ask<entitlement::OrderReply>(entitlement::CreateOrder{
      .items = {{.product = "voice-agent-package", .quantity = 1}}, .months = months});
}

CallView Talk(Harness& harness, const std::string& id) {
  harness.Ask<CallReply>(entitlement::StartCall{.id = CallId(id)});
  return harness.Ask<CallReply>(entitlement::ConnectCall{.id = CallId(id)}).call;
}

CallView Get(Harness& harness, const std::string& id) {
  return harness.Ask<CallReply>(entitlement::GetCall{CallId(id)}).call;
}

entitlement::VoiceBalanceReply Balance(Harness& harness) {
  return harness.Ask<entitlement::VoiceBalanceReply>(entitlement::GetVoiceBalance{},
                                                     {AccountId("acme"), {}});
}

TEST(EngineVoice, CallsNeedTheAccountAlone) {
  Harness harness;
  BuyPackage(harness);
  harness.engine().Stop();
  harness.Restart();
  Talk(harness, "c1");
  EXPECT_EQ(harness.engine().stats().state.applications, 0);
  EXPECT_EQ(Balance(harness).reserved_minutes, 2);
}

TEST(EngineVoice, ALeaseThatRunsOutEndsTheCallUnasked) {  // R27
  Harness harness;
  BuyPackage(harness);
  Talk(harness, "c1");
  harness.clock().Advance(absl::Seconds(90));
  ASSERT_TRUE(harness.WaitForSystemEntries(1));
  EXPECT_EQ(Get(harness, "c1").end_reason, entitlement::CallEndReason::kLeaseExpired);
}

TEST(EngineVoice, ExtensionsAreNoCommits) {  // R26
  Harness harness;
  BuyPackage(harness);
  Talk(harness, "c1");
  // Figures of the month are stored some seconds later, with whatever comes first.
  harness.clock().Advance(absl::Seconds(60));
  harness.Ask<entitlement::ExtendCallsReply>(entitlement::ExtendCalls{{CallId("c1")}});
  const int64_t commits = harness.store().commits();
  for (int i = 0; i < 4; ++i) {
    harness.clock().Advance(absl::Seconds(60));
    const auto extensions =
        harness.Ask<entitlement::ExtendCallsReply>(entitlement::ExtendCalls{{CallId("c1")}})
            .extensions;
    EXPECT_EQ(extensions.at(0).expire_time, harness.clock().Now() + absl::Seconds(90));
  }
  EXPECT_EQ(harness.store().commits(), commits);
}

TEST(EngineVoice, ARestartGivesACallAFullLeaseAndWatchesIt) {  // R27, R30
  Harness harness;
  BuyPackage(harness);
  Talk(harness, "c1");
  harness.engine().Stop();
  harness.clock().Advance(absl::Minutes(10));
  harness.Restart();
  const CallView call = Get(harness, "c1");
  EXPECT_EQ(call.state, CallState::kConnected);
  EXPECT_EQ(call.expire_time, harness.clock().Now() + absl::Seconds(90));
  EXPECT_EQ(call.reserved_minutes, 2 + entitlement::kHoldStepMinutes);
}

TEST(EngineVoice, AfterARestartCallsAreWatchedThoughNobodyAsks) {  // R27
  Harness harness;
  BuyPackage(harness);
  Talk(harness, "c1");
  harness.engine().Stop();
  harness.clock().Advance(absl::Seconds(91));
  harness.Restart();
  // The lease is a new one now.
  EXPECT_EQ(Get(harness, "c1").state, CallState::kConnected);
  harness.clock().Advance(absl::Seconds(91));
  ASSERT_TRUE(harness.WaitForSystemEntries(1));
  EXPECT_EQ(Get(harness, "c1").state, CallState::kEnded);
}

TEST(EngineVoice, MonthsBeginWhileTheServerIsDown) {  // R22, R29
  Harness harness;
  BuyPackage(harness, 3);
  harness.engine().Stop();
  harness.clock().Advance(absl::Hours(24 * 40));
  harness.Restart();
  // The trial's end, and the month's end and beginning.
  ASSERT_TRUE(harness.WaitForSystemEntries(2));
  const auto balance = Balance(harness);
  ASSERT_EQ(balance.grants.size(), 1u);
  EXPECT_EQ(balance.grants[0].id, entitlement::GrantId(2));
}

TEST(EngineVoice, ARefusedCommitKeepsLeasesAndForgetsTheRest) {  // R30
  Harness harness;
  BuyPackage(harness);
  Talk(harness, "c1");
  harness.clock().Advance(absl::Seconds(30));
  harness.store().FailNextCommits(1, absl::UnavailableError("the disk is full"));
  Harness::Get<entitlement::StoreUnavailable>(
      harness.Run(entitlement::StartCall{.id = CallId("c2")}));
  const CallView call = Get(harness, "c1");
  EXPECT_EQ(call.expire_time, harness.start() + absl::Seconds(90));
  Harness::Get<entitlement::ResourceNotFound>(
      harness.Run(entitlement::GetCall{.id = CallId("c2")}));
  EXPECT_EQ(Balance(harness).concurrency.at(0).active, 1);
}

TEST(EngineVoice, EndedCallsAreListedFromTheStore) {
  Harness harness;
  BuyPackage(harness);
  Talk(harness, "c1");
  harness.Ask<CallReply>(entitlement::EndCall{.id = CallId("c1")});
  Talk(harness, "c2");
  const auto reply = harness.Ask<entitlement::HistoryPage>(entitlement::ListCalls{.limit = 10});
  const auto& calls = std::get<entitlement::CallsPage>(reply).calls;
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].id, CallId("c2"));
  EXPECT_EQ(calls[0].reserved_minutes, 2);
  EXPECT_EQ(calls[1].state, CallState::kEnded);
}

}  // namespace
}  // namespace usher::engine
