// What every store promises of its upkeep (storage/upkeep.h), run against each.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/upkeep.h"
#include "tests/storage/store_test_support.h"

namespace usher::storage::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::TestWithParam;
using ::testing::Values;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

// Notes what it is shown, "acme due 2026-…" and "support of acme, live"; ends after `wanted`.
class NotingVisitor final : public UnitVisitor {
 public:
  explicit NotingVisitor(size_t wanted = 100) : wanted_(wanted) {}

  bool OnAccount(const UnitMark& mark, absl::StatusOr<Account> account) override {
    EXPECT_EQ(mark.account, account->no);
    return Note(account->id.value(), mark);
  }
  bool OnApplication(const UnitMark& mark, absl::StatusOr<Application> application) override {
    EXPECT_EQ(mark.account, application->account);
    return Note(absl::StrCat("application ", application->no.value(), " with ",
                             application->licenses.size(), " licenses"),
                mark);
  }

  const std::vector<std::string>& notes() const { return notes_; }

 private:
  bool Note(std::string name, const UnitMark& mark) {
    if (mark.next_due != absl::InfiniteFuture()) {
      absl::StrAppend(&name, ", due ",
                      absl::FormatTime("%H:%M", mark.next_due, absl::UTCTimeZone()));
    }
    notes_.push_back(name + (mark.has_leases ? ", live" : ""));
    return notes_.size() < wanted_;
  }

  const size_t wanted_;
  std::vector<std::string> notes_;
};

class StoreUpkeep : public TestWithParam<std::string> {
 protected:
  StoreUpkeep() : store_(GetParam()) {
    script_.In(1, 2).Add(ApplicationCreated{
        .id = ApplicationId("sales"), .display_name = "Sales", .trial_expire_time = std::nullopt});
    EXPECT_EQ(script_.Commit(*store_), absl::OkStatus());
    Script other;
    other.In(2, 0).Add(
        AccountCreated{.id = AccountId("other"), .display_name = "Other", .zone_name = "UTC"});
    EXPECT_EQ(other.At(At("2026-11-02T10:00:00Z")).Commit(*store_), absl::OkStatus());
  }

  std::vector<std::string> Visit(NotingVisitor visitor = NotingVisitor()) {
    EXPECT_EQ(upkeep_.VisitUnits(absl::InfinitePast(), visitor), absl::OkStatus());
    return visitor.notes();
  }

  StoreUnderTest store_;
  Upkeep& upkeep_ = store_.upkeep();
  Script script_ = Script::WithApplication();
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreUpkeep, Values("memory", "sqlite"), NameOfKind);

TEST_P(StoreUpkeep, EachAccountIsVisitedBeforeItsApplications) {
  EXPECT_THAT(Visit(), ElementsAre("acme", "application 1 with 10 licenses",
                                   "application 2 with 0 licenses", "other"));
}

TEST_P(StoreUpkeep, VisitorsLearnTheMarksOfUnits) {
  const std::vector<UnitMark> marks = {
      {AccountNo(1), {}, At("2026-11-30T12:00:00Z"), false},
      {AccountNo(1), ApplicationNo(2), At("2026-11-30T13:30:00Z"), true}};
  ASSERT_EQ(store_->Commit({.marks = marks}), absl::OkStatus());
  EXPECT_THAT(Visit(), ElementsAre("acme, due 12:00", "application 1 with 10 licenses",
                                   "application 2 with 0 licenses, due 13:30, live", "other"));
}

TEST_P(StoreUpkeep, AVisitorThatHasEnoughIsShownNoMore) {
  EXPECT_THAT(Visit(NotingVisitor(2)), ElementsAre("acme", "application 1 with 10 licenses"));
}

TEST_P(StoreUpkeep, FiguresTellHowFarTheJournalReaches) {
  const StoreFigures figures = upkeep_.ReadFigures().value();
  EXPECT_EQ(figures.oldest_record_time, At("2026-11-02T09:00:00Z"));
  EXPECT_EQ(figures.latest_record_time, At("2026-11-02T10:00:00Z"));
}

TEST_P(StoreUpkeep, AnEmptyJournalReachesNowhere) {
  StoreUnderTest blank(GetParam());
  const StoreFigures figures = blank.upkeep().ReadFigures().value();
  EXPECT_EQ(figures.oldest_record_time, absl::InfiniteFuture());
  EXPECT_EQ(figures.latest_record_time, absl::InfinitePast());
}

TEST_P(StoreUpkeep, TablesOfASoundStoreHaveNoProblem) {
  EXPECT_THAT(upkeep_.CheckTables(10, [] { return true; }).value(), IsEmpty());
}

}  // namespace
}  // namespace usher::storage::testing
