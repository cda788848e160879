// What usher-bench-scale fills is a database as a server would have left it.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/sqlite/sqlite_store.h"
#include "tools/bench/scale/fill.h"
#include "tools/bench/temporary_directory.h"

namespace usher::bench {
namespace {

using ::testing::SizeIs;

class ScaleFill : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryDirectory::CreateIn(::testing::TempDir());
    ASSERT_TRUE(made.ok()) << made.status();
    directory_.emplace(*std::move(made));
    const absl::Status filled = Fill(shape_, data_dir(), [](int64_t) {});
    ASSERT_TRUE(filled.ok()) << filled;
  }

  std::string data_dir() const { return absl::StrCat(directory_->path(), "/data"); }

  std::unique_ptr<storage::SqliteStore> Open() const {
    auto store = storage::SqliteStore::Open({.data_dir = data_dir()});
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  entitlement::Application Load(int64_t application) const {
    auto loaded =
        Open()->LoadApplication(entitlement::ApplicationNo(application + 1), absl::InfinitePast());
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return loaded.ok() ? *std::move(loaded) : entitlement::Application();
  }

  const Shape shape_ = {.name = "small",
                        .applications = 11,
                        .asleep = 2,
                        .licenses_per_application = 30,
                        .agents_per_application = 29};
  std::optional<TemporaryDirectory> directory_;
};

TEST_F(ScaleFill, KeepsEveryLawOfTheRules) {
  const absl::Status verified = Verify(data_dir());
  EXPECT_TRUE(verified.ok()) << verified;
}

TEST_F(ScaleFill, AnApplicationAtWorkHasItsLicensesAndASessionOfEachAgent) {
  const entitlement::Application application = Load(10);
  EXPECT_THAT(application.licenses, SizeIs(30));
  EXPECT_THAT(application.agents, SizeIs(29));
  EXPECT_THAT(application.sessions, SizeIs(29));
}

TEST_F(ScaleFill, AnApplicationThatIsAsleepHasItsAgentsButNoSession) {
  const entitlement::Application application = Load(11);
  EXPECT_THAT(application.agents, SizeIs(29));
  EXPECT_THAT(application.sessions, SizeIs(0));
}

TEST_F(ScaleFill, AServerThatStartsLoadsThoseAtWorkOnly) {
  const auto leased = Open()->ListUnitsWithLeases();
  ASSERT_TRUE(leased.ok()) << leased.status();
  EXPECT_THAT(*leased, SizeIs(11));
}

TEST_F(ScaleFill, TenApplicationsAreOfOneAccount) {
  const auto directory = Open()->LoadDirectory();
  ASSERT_TRUE(directory.ok()) << directory.status();
  EXPECT_THAT(directory->accounts, SizeIs(2));
}

}  // namespace
}  // namespace usher::bench
