// Backups in files: what makes one good, and how one becomes a data directory.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/offline/backup_file.h"
#include "storage/offline/restore.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/earlier_schema.h"
#include "tests/storage/store_test_support.h"
#include "tests/storage/stranger.h"

namespace usher::storage::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

class OfflineTest : public ::testing::Test {
 protected:
  // A backup of a store with an account, an application, ten licenses and a live session.
  OfflineTest() {
    const auto store = OpenOrFail({.data_dir = directory_.path("source")});
    script_.Add(LicenseBound{.id = LicenseId(1), .email = Email(kAnn)}).Add(Started(41, kAnn, 1));
    EXPECT_EQ(script_.Commit(*store), absl::OkStatus());
    database_id_ = std::string(store->database_id());
    const auto copy = store->Copy([](int64_t) { return true; });
    EXPECT_TRUE(copy.ok()) << copy.status();
    std::ofstream(backup_, std::ios::binary)
        << (*copy)->Read(0, static_cast<size_t>((*copy)->size())).value();
  }

  absl::Status CheckStatus(const std::string& path) { return CheckBackupFile(path).status(); }

  absl::StatusOr<Restored> Restore(bool replace = false) {
    return RestoreBackup({.file = backup_, .data_dir = target_, .replace = replace});
  }

  static std::vector<std::string> FilesIn(const std::string& directory) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  TempDir directory_;
  const std::string backup_ = directory_.path("backup.db");
  const std::string target_ = directory_.path("target");
  Script script_ = Script::WithApplication();
  std::string database_id_;
};

// ---- Checking ----

TEST_F(OfflineTest, AGoodBackupTellsWhatIsInIt) {
  const auto facts = CheckBackupFile(backup_);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->schema_version, KnownSchemaVersion());
  EXPECT_EQ(facts->database_id, database_id_);
  EXPECT_EQ(facts->accounts, 1);
  EXPECT_EQ(facts->applications, 1);
  EXPECT_EQ(facts->licenses, 10);
  EXPECT_EQ(facts->latest_record_time, At("2026-11-02T09:00:00Z"));
  EXPECT_EQ(facts->bytes, static_cast<int64_t>(std::filesystem::file_size(backup_)));
}

TEST_F(OfflineTest, ACheckLeavesNoTraceAndNeedsNoRightToWrite) {
  const std::string place = directory_.path("what? 100% #1");
  std::filesystem::create_directory(place);
  std::filesystem::copy_file(backup_, place + "/b.db");
  chmod((place + "/b.db").c_str(), 0400);
  chmod(place.c_str(), 0500);
  EXPECT_EQ(CheckStatus(place + "/b.db"), absl::OkStatus());
  EXPECT_THAT(FilesIn(place), ElementsAre("b.db"));
  chmod(place.c_str(), 0700);
}

TEST_F(OfflineTest, WhatIsNoBackupIsToldByItsName) {
  const std::string path = directory_.path("x");
  EXPECT_EQ(CheckStatus(path), absl::NotFoundError("There is no file " + path + "."));
  std::ofstream(path).flush();
  EXPECT_EQ(CheckStatus(path), absl::InvalidArgumentError(path + " is empty."));
  std::ofstream(path) << "some text that is longer than the header of a database, as such has a "
                         "hundred bytes of it";
  EXPECT_EQ(CheckStatus(path),
            absl::InvalidArgumentError(path + " is not a backup of an Usher server."));
  std::filesystem::remove(path);
  Stranger(path).Run("CREATE TABLE t (x); INSERT INTO t VALUES (1)");
  EXPECT_EQ(CheckStatus(path),
            absl::InvalidArgumentError(path + " is not a backup of an Usher server."));
  EXPECT_EQ(CheckStatus(directory_.path("source")).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(OfflineTest, ADatabaseWithItsLogBesideItIsNoBackup) {
  const auto store = OpenOrFail({.data_dir = directory_.path("source")});
  script_.Add(
      LicenseReleased{.id = LicenseId(1), .email = Email(kAnn), .cause = ReleaseCause::kReset});
  ASSERT_EQ(script_.Commit(*store), absl::OkStatus());
  const absl::Status status = CheckStatus(directory_.path("source/usher.db"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("write-ahead log"));
}

TEST_F(OfflineTest, ABackupOfANewerServerIsRefused) {
  Stranger(backup_).Run("PRAGMA user_version = 99");
  const absl::Status status = CheckStatus(backup_);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("schema version 99"));
}

TEST_F(OfflineTest, ADamagedBackupIsRefusedWithWhatIsWrong) {
  Stranger(backup_).Run("PRAGMA foreign_keys = OFF; DELETE FROM license WHERE license_id = 1");
  const absl::Status status = CheckStatus(backup_);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("is damaged. A row of the table agent refers to one of license"));
}

TEST_F(OfflineTest, AFileThatIsCutOffIsRefused) {
  std::filesystem::resize_file(backup_, std::filesystem::file_size(backup_) / 2);
  EXPECT_EQ(CheckStatus(backup_).code(), absl::StatusCode::kDataLoss);
}

TEST_F(OfflineTest, ABackupOfEveryEarlierVersionIsGood) {
  for (int64_t version = 1; version < KnownSchemaVersion(); ++version) {
    const std::string name = "v" + std::to_string(version);
    RestoreEarlierDatabase(static_cast<int>(version), directory_.path(name));
    const auto facts = CheckBackupFile(directory_.path(name + "/usher.db"));
    ASSERT_TRUE(facts.ok()) << facts.status();
    EXPECT_EQ(facts->schema_version, version);
  }
}

// ---- Restoring ----

TEST_F(OfflineTest, ARestoredDatabaseIsServedAndIsAnotherOne) {
  const auto restored = Restore();
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->moved_to, "");
  struct stat file {};
  ASSERT_EQ(stat((target_ + "/usher.db").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
  EXPECT_THAT(FilesIn(target_), ElementsAre("lock", "usher.db"));
  const auto store = OpenOrFail({.data_dir = target_});
  EXPECT_NE(store->database_id(), database_id_);
  EXPECT_EQ(store->database_id(), restored->facts.database_id);
  EXPECT_THAT(JournalOf(*store), ElementsAre("event"));
  // The backup itself is as it was.
  EXPECT_EQ(CheckBackupFile(backup_)->database_id, database_id_);
}

TEST_F(OfflineTest, NumbersThatWereGivenOutAfterTheBackupAreNotGivenOutAgain) {
  ASSERT_TRUE(Restore().ok());
  const auto store = OpenOrFail({.data_dir = target_});
  const Account account = store->LoadAccount(AccountNo(1), absl::InfinitePast()).value();
  EXPECT_GE(account.last_revision.value(), kNumbersLeftOut);
  EXPECT_GE(account.voice.last_call_no.value(), kNumbersLeftOut);
  const Application application =
      store->LoadApplication(ApplicationNo(1), absl::InfinitePast()).value();
  EXPECT_GE(application.last_session_id.value(), kNumbersLeftOut);
  // Whoever has a session of before goes on with it.
  EXPECT_TRUE(application.sessions.contains(SessionId(41)));
  EXPECT_GE(store->LoadDirectory()->last_revision.value(), kNumbersLeftOut);
}

TEST_F(OfflineTest, ADirectoryThatAServerUsesIsLeftAlone) {
  const auto store = OpenOrFail({.data_dir = target_});
  for (const bool replace : {false, true}) {
    const absl::Status status = Restore(replace).status();
    EXPECT_EQ(status, absl::FailedPreconditionError("A server is at work on " + target_ +
                                                    ": stop it before its data is replaced."));
  }
  EXPECT_THAT(JournalOf(*store), ElementsAre());
}

TEST_F(OfflineTest, ADatabaseThatIsThereStaysUnlessItIsToBeReplaced) {
  const std::string id(OpenOrFail({.data_dir = target_})->database_id());
  EXPECT_EQ(Restore().status(),
            absl::AlreadyExistsError(target_ + " has a database already, which stays as it is."));
  EXPECT_EQ(OpenOrFail({.data_dir = target_})->database_id(), id);
}

// With all that is in its log, as a server that was killed leaves it.
TEST_F(OfflineTest, ADatabaseThatIsReplacedIsMovedAsideAsAWhole) {
  {
    const auto store = OpenOrFail({.data_dir = directory_.path("old")});
    Script old = Script::WithApplication();
    ASSERT_EQ(old.Commit(*store, "of the old one"), absl::OkStatus());
    std::filesystem::copy(directory_.path("old"), target_,
                          std::filesystem::copy_options::recursive);
  }
  ASSERT_TRUE(std::filesystem::exists(target_ + "/usher.db-wal"));
  const auto restored = Restore(/*replace=*/true);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_THAT(restored->moved_to, StartsWith(target_ + "/usher.db.before-"));
  EXPECT_EQ(Stranger(restored->moved_to)
                .AskAll("SELECT instr(payload, 'of the old one') > 0 FROM journal"),
            "1");
  EXPECT_THAT(JournalOf(*OpenOrFail({.data_dir = target_})), ElementsAre("event"));
}

TEST_F(OfflineTest, ADamagedDatabaseIsReplacedAndItsLogDoesNotSpoilTheNewOne) {
  std::filesystem::create_directory(target_);
  std::ofstream(target_ + "/usher.db") << std::string(5000, 'x');
  std::ofstream(target_ + "/usher.db-wal") << std::string(5000, 'y');
  const auto restored = Restore(/*replace=*/true);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_TRUE(std::filesystem::exists(restored->moved_to + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(target_ + "/usher.db-wal"));
  EXPECT_THAT(JournalOf(*OpenOrFail({.data_dir = target_})), ElementsAre("event"));
}

TEST_F(OfflineTest, AForeignLogIsNotTakenForTheRestoredDatabases) {
  std::filesystem::create_directory(target_);
  std::ofstream(target_ + "/usher.db-wal") << "log";
  EXPECT_EQ(Restore().status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(OfflineTest, ABackupThatIsNoneLeavesNoDirectoryAndNothingInOne) {
  Stranger(backup_).Run("PRAGMA foreign_keys = OFF; DELETE FROM license WHERE license_id = 1");
  EXPECT_EQ(Restore().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(std::filesystem::exists(target_));
  const std::string id(OpenOrFail({.data_dir = target_})->database_id());
  EXPECT_EQ(Restore(/*replace=*/true).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(OpenOrFail({.data_dir = target_})->database_id(), id);
  std::filesystem::remove(backup_);
  EXPECT_EQ(Restore(/*replace=*/true).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(OfflineTest, BackupsOfEveryEarlierVersionAreRestored) {
  for (int64_t version = 1; version < KnownSchemaVersion(); ++version) {
    const std::string name = "v" + std::to_string(version);
    RestoreEarlierDatabase(static_cast<int>(version), directory_.path(name));
    const std::string target = directory_.path(name + "-restored");
    const auto restored = RestoreBackup(
        {.file = directory_.path(name + "/usher.db"), .data_dir = target, .replace = false});
    ASSERT_TRUE(restored.ok()) << restored.status();
    // A server of this version, or of its own, brings it on from there.
    EXPECT_EQ(restored->facts.schema_version, version);
    EXPECT_EQ(OpenOrFail({.data_dir = target})->database_id(), restored->facts.database_id);
  }
}

// Without the right to write, nothing is half done. Root may write everywhere.
TEST_F(OfflineTest, ADirectoryThatCannotBeMadeIsToldByItsName) {
  const auto restored =
      RestoreBackup({.file = backup_, .data_dir = directory_.path("not/there"), .replace = false});
  EXPECT_EQ(restored.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(restored.status().message()), HasSubstr(directory_.path("not/there")));
}

}  // namespace
}  // namespace usher::storage::testing
