// The SQLite store's files: made, owned, reopened, refused, damaged, and kept small.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/sqlite_files.h"
#include "tests/storage/store_test_support.h"
#include "tests/storage/stranger.h"

namespace usher::storage::testing {
namespace {

using ::testing::HasSubstr;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

std::string BytesOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(SqliteStoreFiles, DirectoryIsMadeForTheOwnerAlone) {
  Open();
  struct stat status {};
  ASSERT_EQ(stat(data_dir().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST_F(SqliteStoreFiles, DirectoryWithoutParentIsRefusedByName) {
  const std::string path = directory_.path("not/there");
  const absl::Status status = SqliteStore::Open({.data_dir = path}).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(status.ToString(), HasSubstr(path));
  EXPECT_FALSE(SqliteStore::Open({.data_dir = ""}).ok());
}

TEST_F(SqliteStoreFiles, SecondServerIsKeptOut) {
  std::unique_ptr<SqliteStore> first = Open();
  const absl::Status status = OpenStatus();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(status.ToString(), HasSubstr(data_dir()));
  EXPECT_THAT(status.ToString(), HasSubstr(absl::StrCat("process ", getpid())));
  first.reset();
  EXPECT_EQ(OpenStatus(), absl::OkStatus());
}

TEST_F(SqliteStoreFiles, SecondServerIsKeptOutWithoutTheLockFile) {
  std::unique_ptr<SqliteStore> first = Open();
  std::filesystem::remove(data_dir() + "/lock");
  const absl::Status status = OpenStatus();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(status.ToString(), HasSubstr("in use by another server"));
  EXPECT_FALSE(std::filesystem::exists(data_dir() + "/lock"));
  first.reset();
  EXPECT_EQ(OpenStatus(), absl::OkStatus());
}

// Servers of earlier versions lock the file alone.
TEST_F(SqliteStoreFiles, AServerOfAnEarlierVersionIsKeptOutAndKeepsOut) {
  {
    const std::unique_ptr<SqliteStore> mine = Open();
    const int lock = open((data_dir() + "/lock").c_str(), O_RDWR);
    EXPECT_NE(flock(lock, LOCK_EX | LOCK_NB), 0);
    close(lock);
  }
  const int lock = open((data_dir() + "/lock").c_str(), O_RDWR);
  ASSERT_EQ(flock(lock, LOCK_EX | LOCK_NB), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(OpenStatus()));
  close(lock);
  EXPECT_EQ(OpenStatus(), absl::OkStatus());
}

TEST_F(SqliteStoreFiles, ReopenedStoreKnowsEverything) {
  MakeDatabase();
  EXPECT_FALSE(std::filesystem::exists(log()));  // an orderly end leaves one file
  const std::unique_ptr<SqliteStore> store = Open();
  EXPECT_EQ(store->LoadDirectory()->accounts.size(), 1U);
  EXPECT_EQ(store->LoadAccount(AccountNo(1), absl::InfinitePast())->display_name, "Acme");
  const Application loaded = store->LoadApplication(ApplicationNo(1), absl::InfinitePast()).value();
  EXPECT_EQ(loaded.sessions.size(), 1U);
  EXPECT_EQ(loaded.licenses[0].holder, kAnn);
  EXPECT_EQ(JournalOf(*store).size(), 1U);
}

TEST_F(SqliteStoreFiles, DatabaseKeepsItsIdentity) {
  const std::string id(Open()->database_id());
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(Open()->database_id(), id);
  EXPECT_NE(OpenOrFail({.data_dir = directory_.path("other")})->database_id(), id);
}

TEST_F(SqliteStoreFiles, NumbersAreNotReusedAfterARestart) {
  MakeDatabase();
  for (int restart = 0; restart < 3; ++restart) {
    const std::unique_ptr<SqliteStore> store = Open();
    const int64_t used = script_.last_revision();
    EXPECT_EQ(store->LoadAccount(AccountNo(1), absl::InfinitePast())->last_revision.value(), used);
    const Application loaded =
        store->LoadApplication(ApplicationNo(1), absl::InfinitePast()).value();
    const int64_t live = loaded.sessions.begin()->id.value();
    const int64_t next = loaded.last_session_id.value() + 1;
    EXPECT_EQ(next, live + 1);
    TakeOver(*store, live, next);
    // Within the run, the step that was made leaves room.
    TakeOver(*store, next, next + 1);
    EXPECT_GT(
        store->LoadApplication(ApplicationNo(1), absl::InfinitePast())->last_session_id.value(),
        next + 1);
  }
}

TEST_F(SqliteStoreFiles, ACrashLeavesAGapInTheNumbers) {
  MakeDatabase();
  const std::unique_ptr<SqliteStore> store = Open();
  TakeOver(*store, 1, 2);
  // As the files are while it runs.
  const std::string crashed = data_dir() + "-crashed";
  std::filesystem::copy(data_dir(), crashed);
  const std::unique_ptr<SqliteStore> after = OpenOrFail({.data_dir = crashed});
  EXPECT_GT(after->LoadAccount(AccountNo(1), absl::InfinitePast())->last_revision.value(),
            script_.last_revision());
  EXPECT_GT(after->LoadApplication(ApplicationNo(1), absl::InfinitePast())->last_session_id,
            SessionId(2));
}

TEST_F(SqliteStoreFiles, NewerSchemaIsRefusedAndLeftAlone) {
  MakeDatabase();
  Stranger(database()).Run("PRAGMA user_version = 999");
  const std::string before = BytesOf(database());
  const absl::Status status = OpenStatus();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(status.ToString(), HasSubstr("schema version 999"));
  EXPECT_THAT(status.ToString(), HasSubstr(database()));
  EXPECT_EQ(BytesOf(database()), before);
  Stranger(database()).Run(absl::StrCat("PRAGMA user_version = ", SchemaVersion()));
  EXPECT_EQ(OpenStatus(), absl::OkStatus());
}

TEST_F(SqliteStoreFiles, DatabaseOfAnotherProgramIsRefused) {
  std::filesystem::create_directory(data_dir());
  Stranger(database()).Run("CREATE TABLE recipe (name TEXT)");
  const std::string before = BytesOf(database());
  const absl::Status status = OpenStatus();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(status.ToString(), HasSubstr("not one of Usher's"));
  EXPECT_EQ(BytesOf(database()), before);
}

TEST_F(SqliteStoreFiles, SchemaIsStrictAndSaysWhoseItIs) {
  MakeDatabase();
  Stranger stranger(database());
  EXPECT_EQ(stranger.Ask("PRAGMA application_id"), absl::StrCat(0x55534852));
  EXPECT_EQ(stranger.Ask("PRAGMA user_version"), absl::StrCat(SchemaVersion()));
  EXPECT_EQ(stranger.Ask("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(stranger.Ask("SELECT COUNT(*) FROM pragma_table_list"
                         " WHERE schema = 'main' AND type = 'table' AND NOT strict"
                         " AND name NOT LIKE 'sqlite%'"),
            "0");
  EXPECT_EQ(stranger.Ask("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(stranger.Ask("SELECT COUNT(*) FROM pragma_foreign_key_check"), "0");
}

// ---- Damage

TEST_F(SqliteStoreFiles, ALogWithoutItsDatabaseIsRefusedAndLeftAlone) {
  MakeDatabase();
  const std::unique_ptr<SqliteStore> store = Open();
  TakeOver(*store, 1, 2);
  // As the files are while it runs.
  const std::string lost = data_dir() + "-lost";
  std::filesystem::copy(data_dir(), lost);
  const std::string answered = BytesOf(lost + "/usher.db-wal");
  ASSERT_FALSE(answered.empty());
  const auto open = [&lost] { return SqliteStore::Open({.data_dir = lost}).status(); };
  const std::string kept = directory_.path("kept.db");
  std::filesystem::rename(lost + "/usher.db", kept);
  for (const char* state : {"missing", "empty"}) {
    if (state == std::string_view("empty")) std::ofstream(lost + "/usher.db").close();
    const absl::Status status = open();
    EXPECT_TRUE(absl::IsDataLoss(status)) << state << ": " << status;
    EXPECT_THAT(status.ToString(), HasSubstr("restore a backup")) << state;
    EXPECT_EQ(BytesOf(lost + "/usher.db-wal"), answered) << state;
  }
  std::filesystem::rename(kept, lost + "/usher.db");
  EXPECT_EQ(open(), absl::OkStatus());
}

TEST_F(SqliteStoreFiles, AnEmptyLogBesideNothingIsNoDatabase) {
  std::filesystem::create_directory(data_dir());
  std::ofstream(log()).close();
  EXPECT_EQ(OpenStatus(), absl::OkStatus());
}

TEST_F(SqliteStoreFiles, AnAgentsLicenseAndSessionShareItsEmail) {
  MakeDatabase();
  const Application loaded =
      Open()->LoadApplication(ApplicationNo(1), absl::InfinitePast()).value();
  const char* const email = loaded.Find(Email(kAnn))->email.value().data();
  EXPECT_EQ(loaded.Find(LicenseId(1))->holder.view().data(), email);
  EXPECT_EQ(loaded.sessions.begin()->email.value().data(), email);
}

// ---- The second line of defence

TEST_F(SqliteStoreFiles, ChangesThatContradictTheRowsAreRefusedWhole) {
  MakeDatabase();
  const std::unique_ptr<SqliteStore> store = Open();
  const std::vector<ChangePayload> defects = {
      LicenseBound{.id = LicenseId(1), .email = Email("bob@acme.example")},  // it has a holder
      LicenseBound{.id = LicenseId(2), .email = Email(kAnn)},                // R11
      LicenseBound{.id = LicenseId(99), .email = Email("bob@acme.example")},
      LicenseReleased{.id = LicenseId(2), .email = Email(kAnn), .cause = ReleaseCause::kReset},
      Ended(7, kAnn, EndReason::kLogout),
      Started(1, kAnn, 1),
      MobileAnsweringChanged{.email = Email("bob@acme.example"), .mode = MobileAnswering::kAlways},
      LicensesExpired{.ids = {LicenseId(99)}},
      LicensesGranted{.first_id = LicenseId(10), .count = 1},
      PhoneOffline{.id = PhoneId("ext-1"), .license = LicenseId(3)},
  };
  const size_t events = JournalOf(*store).size();
  for (const ChangePayload& defect : defects) {
    script_.Add(ApplicationUpdated{"Renamed"}).Add(defect);
    const absl::Status status = script_.Commit(*store);
    EXPECT_TRUE(absl::IsInternal(status)) << "payload " << defect.index() << ": " << status;
  }
  EXPECT_EQ(JournalOf(*store).size(), events);
  EXPECT_EQ(
      store->LoadAccount(AccountNo(1), absl::InfinitePast())->Find(ApplicationNo(1))->display_name,
      "Support");
  script_.Add(Ended(1, kAnn, EndReason::kLogout));
  EXPECT_EQ(script_.Commit(*store), absl::OkStatus());
}

// ---- The write-ahead log

class SqliteStoreLog : public SqliteStoreFiles {
 protected:
  static constexpr int kCheckpointPages = 32;
  static constexpr int kLogPagesMax = 256;
  static constexpr uintmax_t kPage = 4096;

  void SetUp() override {
    MakeDatabase();
    store_ = OpenOrFail({.data_dir = data_dir(),
                         .checkpoint_pages = kCheckpointPages,
                         .log_pages_max = kLogPagesMax});
  }

  void Commits(int count) {
    for (int i = 0; i < count; ++i, ++session_) TakeOver(*store_, session_, session_ + 1);
  }

  int64_t session_ = 1;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(SqliteStoreLog, StartsAnewAfterEveryCheckpoint) {
  Commits(300);
  EXPECT_LT(std::filesystem::file_size(log()), 2 * kCheckpointPages * kPage);
}

TEST_F(SqliteStoreLog, GoesOnBehindAReaderThatStandsStillAndRecovers) {
  uintmax_t grown = 0;
  {
    Stranger reader(database());
    reader.Run("BEGIN; SELECT COUNT(*) FROM journal");
    Commits(150);
    grown = std::filesystem::file_size(log());
    EXPECT_GT(grown, 4 * kCheckpointPages * kPage);
  }
  Commits(300);
  // It is written from its beginning again.
  EXPECT_LT(std::filesystem::file_size(log()), grown + 2 * kCheckpointPages * kPage);
  EXPECT_EQ(JournalOf(*store_).size(), 451U);
}

TEST_F(SqliteStoreLog, StaysBoundedWhileOthersNeverStopReading) {
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([this, &done] {
      while (!done)
        ASSERT_TRUE(store_->ReadJournal({.account = AccountNo(1), .limit = 100'000}).ok());
    });
  }
  Commits(600);
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_LT(std::filesystem::file_size(log()), 2 * kLogPagesMax * kPage);
}

}  // namespace
}  // namespace usher::storage::testing
