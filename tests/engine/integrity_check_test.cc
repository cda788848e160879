// CheckIntegrity: no complaint about what the engine stores, and one by name about what it never
// would.
#include "engine/integrity_check.h"

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/engine/harness.h"
#include "tests/storage/store_test_support.h"
#include "tests/storage/stranger.h"

namespace usher::engine {
namespace {

using storage::testing::Stranger;
using ::testing::ElementsAre;
using testing::Harness;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class IntegrityCheckTest : public ::testing::Test {
 protected:
  IntegrityCheckTest()
      : harness_([this] {
          auto store = storage::testing::OpenOrFail({.data_dir = directory_.path("data")});
          store_ = store.get();
          return store;
        }) {}

  std::string database() const { return directory_.path("data/usher.db"); }

  IntegrityReport Check() {
    return CheckIntegrity(*store_, harness_.clock(), policy_, [] { return true; }).value();
  }

  // An account's busy day: agents, a phone and a call at work, some of them gone again.
  void WorkADay() {
    entitlement::CreateOrder order;
    order.items = {{"premium-agent-package", 2, {}}, {"voice-agent-package", 1, {}}};
    harness_.Run(order);
    const auto ann = harness_.Login("ann@acme.test");
    harness_.Login("bob@acme.test");
    harness_.Login("bob@acme.test", "tab-2");
    harness_.Run(entitlement::EndSession{.id = ann.session.id});
    harness_.Run(entitlement::RegisterPhone{.id = entitlement::PhoneId("desk-1")});
    harness_.Run(entitlement::StartCall{.id = entitlement::CallId("c-1")});
    harness_.Run(entitlement::ConnectCall{.id = entitlement::CallId("c-1")});
    harness_.Run(entitlement::ResetLicenses());
  }

  storage::testing::TempDir directory_;
  storage::SqliteStore* store_ = nullptr;
  const entitlement::Policy policy_;
  Harness harness_;
};

TEST_F(IntegrityCheckTest, WhatTheEngineStoresIsInOrder) {
  WorkADay();
  const IntegrityReport report = Check();
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(report.accounts_checked, 1);
  EXPECT_EQ(report.applications_checked, 1);
}

// What falls due just now may not be carried out yet: that is no problem.
TEST_F(IntegrityCheckTest, WhatIsOverdueIsNoProblem) {
  WorkADay();
  harness_.engine().Stop();
  harness_.clock().Advance(absl::Hours(24 * 40));
  EXPECT_THAT(Check().problems, IsEmpty());
}

TEST_F(IntegrityCheckTest, AWallClockThatSteppedBackIsNoProblem) {
  WorkADay();
  harness_.clock().Advance(absl::Hours(24 * 15));
  harness_.Run(entitlement::GetEntitlements());
  harness_.clock().StepWallClock(-absl::Hours(24 * 10));
  EXPECT_THAT(Check().problems, IsEmpty());
}

TEST_F(IntegrityCheckTest, ABrokenLawIsToldOfItsApplication) {
  WorkADay();
  Stranger(database()).Run("UPDATE license SET expired = 1 WHERE license_id = 3");
  EXPECT_THAT(Check().problems,
              Contains(AllOf(StartsWith("Application acme/support: this is broken: "),
                             HasSubstr("expire_time"), HasSubstr("license 3"))));
}

TEST_F(IntegrityCheckTest, ABrokenLawOfVoiceIsToldOfItsAccount) {
  WorkADay();
  Stranger(database()).Run("UPDATE minute_grant SET expired = 1");
  EXPECT_THAT(Check().problems,
              Contains(AllOf(StartsWith("Account acme: this is broken: "), HasSubstr("grant 1"))));
}

TEST_F(IntegrityCheckTest, RowsThatMakeNoSenseAreAProblemOfTheirApplicationAlone) {
  WorkADay();
  harness_.Run(entitlement::CreateApplication{entitlement::ApplicationId("sales"), ""},
               {entitlement::AccountId("acme"), {}});
  Stranger(database()).Run("UPDATE agent SET email = 'not-' || email WHERE application_no = 1");
  const IntegrityReport report = Check();
  EXPECT_THAT(report.problems, ElementsAre(AllOf(StartsWith("Application acme/support: "),
                                                 HasSubstr("a live session has no agent"))));
  EXPECT_EQ(report.applications_checked, 2);
}

TEST_F(IntegrityCheckTest, ADeadlineThatNobodyWouldFindIsAProblem) {
  WorkADay();
  Stranger(database()).Run("UPDATE application SET next_due = NULL");
  EXPECT_THAT(Check().problems,
              ElementsAre(HasSubstr("which the index of deadlines does not say")));
}

TEST_F(IntegrityCheckTest, ALeaseThatNobodyWouldFindIsAProblem) {
  WorkADay();
  Stranger(database()).Run("UPDATE application SET has_leases = 0");
  EXPECT_THAT(Check().problems, ElementsAre(HasSubstr("which the index of leases does not say")));
}

TEST_F(IntegrityCheckTest, WhereTheDatabaseIsDamagedNoUnitIsLookedAt) {
  WorkADay();
  Stranger(database()).Run("PRAGMA foreign_keys = OFF; DELETE FROM subscription");
  const IntegrityReport report = Check();
  EXPECT_THAT(report.problems,
              ElementsAre(HasSubstr("of subscription that is not there"),
                          "As the database itself is damaged, nothing else was checked."));
  EXPECT_EQ(report.applications_checked, 0);
}

// SQLite's own check looks at no constraint of a database that is open for reading.
TEST_F(IntegrityCheckTest, NumbersThatStandForNothingAreAProblemOfTheirApplication) {
  WorkADay();
  for (const char* harm : {"license SET edition = 77", "license SET kind = 0",
                           "session SET channel = 9", "usage SET kind = kind + 2"}) {
    Stranger(database())
        .Run(std::string("PRAGMA ignore_check_constraints = ON; BEGIN; UPDATE ") + harm +
             " WHERE application_no = 1; COMMIT");
    EXPECT_THAT(Check().problems, ElementsAre(StartsWith("Application acme/support: "))) << harm;
    Stranger(database())
        .Run(
            "PRAGMA ignore_check_constraints = ON; UPDATE license SET edition = 1, kind = 1;"
            " UPDATE session SET channel = 1");
  }
}

TEST_F(IntegrityCheckTest, TheListOfProblemsIsBounded) {
  entitlement::CreateOrder order;
  order.items = {{"standard-agent-package", 100, {}}};
  harness_.Run(order);
  Stranger(database()).Run("UPDATE license SET expired = 1");
  const IntegrityReport report = Check();
  ASSERT_EQ(report.problems.size(), static_cast<size_t>(kIntegrityProblemsMax) + 1);
  EXPECT_THAT(report.problems.back(), HasSubstr("There is more"));
}

TEST_F(IntegrityCheckTest, ACheckThatIsNotWantedAnyMoreEnds) {
  WorkADay();
  EXPECT_EQ(
      CheckIntegrity(*store_, harness_.clock(), policy_, [] { return false; }).status().code(),
      absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace usher::engine
