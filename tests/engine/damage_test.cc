// What is stored makes no sense, or can't be read: whoever needs it is refused, all else is served.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/engine/harness.h"

namespace usher::engine {
namespace {

using entitlement::AccountId;
using entitlement::ApplicationId;
using testing::Harness;
using testing::WaitFor;

// One application's damage is not the others'.
TEST(EngineDamage, AUnitWhoseRowsMakeNoSenseIsRefusedAndAllOthersAreServed) {
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

TEST(EngineDamage, AnApplicationOfAnAccountThatMakesNoSenseWaitsForIt) {
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

// Nor is it looked for again and again.
TEST(EngineDamage, WhatIsDueInAnAccountThatMakesNoSenseKeepsNobodyBusy) {
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

TEST(EngineDamage, HistoryThatCantBeReadIsRefusedAndAllElseIsServed) {
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

}  // namespace
}  // namespace usher::engine
