// Copies and checks of a real database: of one instant, bounded by the disk, gone when they end.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/store_test_support.h"
#include "tests/storage/stranger.h"

namespace usher::storage::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

bool Always(int64_t /*size*/ = 0) { return true; }

class SqliteUpkeep : public ::testing::Test {
 protected:
  std::string database() const { return directory_.path("data/usher.db"); }
  std::string copy() const { return directory_.path("data/copy.tmp"); }

  void Commit(const std::string& payload = "event") {
    script_.Add(LicenseBound{.id = LicenseId(1), .email = Email("ann@acme.example")});
    ASSERT_EQ(script_.Commit(*store_, payload), absl::OkStatus());
  }

  // So much that there is something to read.
  void FillJournal() {
    Commit();
    const JournalEntry entry{.account = AccountNo(1),
                             .first_revision = Revision(script_.last_revision()),
                             .last_revision = Revision(script_.last_revision()),
                             .record_time = script_.now(),
                             .payload = std::string(3000, 'x')};
    const std::vector<JournalEntry> entries(500, entry);
    ASSERT_EQ(store_->Commit({.journal = entries}), absl::OkStatus());
  }

  // Writes what was copied to a file, in pieces.
  std::string Save(StoreCopy& copy) {
    const std::string path = directory_.path("saved.db");
    std::ofstream file(path, std::ios::binary);
    int64_t offset = 0;
    while (true) {
      const std::string bytes = copy.Read(offset, 10'000).value();
      if (bytes.empty()) break;
      file << bytes;
      offset += static_cast<int64_t>(bytes.size());
    }
    EXPECT_EQ(offset, copy.size());
    return path;
  }

  std::vector<std::string> Problems(int limit = 10) {
    return store_->CheckTables(limit, [] { return true; }).value();
  }

  TempDir directory_;
  std::unique_ptr<SqliteStore> store_ = OpenOrFail({.data_dir = directory_.path("data")});
  Script script_ = Script::WithApplication();
};

TEST_F(SqliteUpkeep, ACopyHasWhatWasCommittedBeforeAndNothingOfAfterwards) {
  Commit("before");
  bool begun = false;
  const auto copy = store_->Copy([&](int64_t) {
    // The writer goes on meanwhile.
    if (!std::exchange(begun, true)) {
      script_.In(1, 1).Add(LicenseReleased{
          .id = LicenseId(1), .email = Email("ann@acme.example"), .cause = ReleaseCause::kReset});
      EXPECT_EQ(script_.Commit(*store_, "after"), absl::OkStatus());
    }
    return true;
  });
  ASSERT_TRUE(copy.ok()) << copy.status();
  Stranger saved(Save(**copy));
  EXPECT_EQ(saved.AskAll("SELECT position, instr(payload, 'before') > 0 FROM journal"), "1|1");
  EXPECT_EQ(saved.Ask("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(saved.Ask("PRAGMA journal_mode"), "delete");
  EXPECT_THAT(JournalOf(*store_), SizeIs(2));
}

TEST_F(SqliteUpkeep, ACopyIsNoFileThatCouldBeLeftBehind) {
  Commit();
  const auto copy = store_->Copy(Always);
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_FALSE(std::filesystem::exists(this->copy()));
  EXPECT_FALSE((*copy)->Read(0, 16).value().empty());
}

TEST_F(SqliteUpkeep, ACopyIsNotReadableForOthersWhileItIsMade) {
  Commit();
  mode_t mode = 0;
  const auto copy = store_->Copy([&](int64_t) {
    struct stat file {};
    EXPECT_EQ(stat(this->copy().c_str(), &file), 0);
    mode = file.st_mode & 0777U;
    return true;
  });
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ(mode, 0600U);
}

TEST_F(SqliteUpkeep, ACopyThatIsNotWantedAnyMoreLeavesNothing) {
  Commit();
  EXPECT_EQ(store_->Copy([](int64_t) { return false; }).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_FALSE(std::filesystem::exists(copy()));
  EXPECT_TRUE(store_->Copy(Always).ok());
}

TEST_F(SqliteUpkeep, WhatAKilledServerLeftOfACopyGoesAtTheStart) {
  store_.reset();
  for (const char* suffix : {"", "-journal", "-wal"}) std::ofstream(copy() + suffix) << "rest";
  store_ = OpenOrFail({.data_dir = directory_.path("data")});
  for (const char* suffix : {"", "-journal", "-wal"}) {
    EXPECT_FALSE(std::filesystem::exists(copy() + suffix)) << suffix;
  }
}

TEST_F(SqliteUpkeep, FiguresTellTheSizeAndWhatIsFree) {
  Commit();
  const StoreFigures figures = store_->ReadFigures().value();
  EXPECT_GE(figures.schema_version, 4);
  EXPECT_GT(figures.disk_free_bytes, 0);
  const auto size = static_cast<int64_t>(std::filesystem::file_size(database()) +
                                         std::filesystem::file_size(database() + "-wal"));
  EXPECT_EQ(figures.bytes, size);
}

TEST_F(SqliteUpkeep, ARowThatRefersToNoneIsFound) {
  Commit();
  Stranger stranger(database());
  stranger.Run("PRAGMA foreign_keys = OFF; DELETE FROM license WHERE license_id = 1");
  EXPECT_THAT(Problems(), ElementsAre("A row of the table agent refers to one of license that is "
                                      "not there."));
}

TEST_F(SqliteUpkeep, ADamagedPageIsFoundAndTheListIsBounded) {
  FillJournal();
  store_.reset();
  {
    std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(database()));
    file.seekp(size / 2);
    file << std::string(static_cast<size_t>(size / 4), '\xa5');
  }
  store_ = OpenOrFail({.data_dir = directory_.path("data")});
  EXPECT_THAT(Problems(3), ::testing::Not(IsEmpty()));
  EXPECT_LE(Problems(3).size(), 4u);
}

TEST_F(SqliteUpkeep, ACheckThatIsNotWantedAnyMoreEnds) {
  Stranger(database())
      .Run(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
          " INSERT INTO answer (account_no, request_id, fingerprint, record_time, bytes)"
          " SELECT 1, i, x'00', i, x'00' FROM n");
  EXPECT_EQ(store_->CheckTables(10, [] { return false; }).status().code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace usher::storage::testing
