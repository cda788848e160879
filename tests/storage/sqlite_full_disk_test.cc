// What the SQLite store does where there is no room: the disk is full, a quota is used up, a file
// may not grow.
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <cerrno>
#include <filesystem>

#include "gtest/gtest.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/sqlite_fault.h"

namespace usher::storage::testing {
namespace {

using Operation = FaultVfs::Operation;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

TEST_F(SqliteStoreFault, FullDiskRefusesAndLaterGoesOnWithNothingLost) {
  // Wherever in the commit, or in the checkpoint before it, the disk becomes full.
  for (int spared = 0; spared < 40; ++spared) {
    vfs_.FailAfter(Operation::kWrite, spared, SQLITE_FULL);
    while (true) {
      const absl::Status status = TakeOver();
      if (status.ok()) continue;
      EXPECT_TRUE(absl::IsUnavailable(status)) << status;
      break;
    }
    EXPECT_TRUE(absl::IsUnavailable(TakeOver()));
    ExpectTakeovers(*store_, session_ - 1);
    vfs_.Heal();
    ASSERT_EQ(TakeOver(), absl::OkStatus());
    ExpectTakeovers(*store_, session_ - 1);
  }
  Reopen();
  ExpectTakeovers(*store_, session_ - 1);
}

// SQLite has no word of its own for them.
TEST_F(SqliteStoreFault, AQuotaThatIsUsedUpIsAFullDiskAndSoIsAFileThatMayNotGrow) {
  for (const int system_error : {EDQUOT, EFBIG}) {
    for (int spared = 0; spared < 40; ++spared) {
      vfs_.FailAfter(Operation::kWrite, spared, SQLITE_IOERR_WRITE, system_error);
      absl::Status status;
      while (status.ok()) status = TakeOver();
      EXPECT_TRUE(absl::IsUnavailable(status)) << status;
      EXPECT_TRUE(absl::IsUnavailable(store_->Probe()));
      ExpectTakeovers(*store_, session_ - 1);
      vfs_.Heal();
      ASSERT_EQ(TakeOver(), absl::OkStatus());
    }
  }
  Reopen();
  ExpectTakeovers(*store_, session_ - 1);
}

TEST_F(SqliteStoreFault, AFileThatMayNotGrowIsAFullDiskInTheRealFileSystem) {
  const SqliteStoreOptions options = {.data_dir = directory_.path("real")};
  store_ = OpenOrFail(options);
  script_ = Script::WithApplication();
  script_.Add(LicenseBound{.id = LicenseId(1), .email = Email(kAnn)}).Add(Started(1, kAnn, 1));
  ASSERT_EQ(script_.Commit(*store_, "0"), absl::OkStatus());
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  signal(SIGXFSZ, SIG_IGN);
  for (const rlim_t bytes : {rlim_t{200'000}, rlim_t{300'000}}) {
    const rlimit small{.rlim_cur = bytes, .rlim_max = limit.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    absl::Status status;
    while (status.ok()) status = TakeOver();
    const absl::Status again = TakeOver();
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_TRUE(absl::IsUnavailable(again)) << again;
    ASSERT_EQ(TakeOver(), absl::OkStatus());
    ExpectTakeovers(*store_, session_ - 1);
  }
  store_.reset();
  store_ = OpenOrFail(options);
  ExpectTakeovers(*store_, session_ - 1);
}

// Each of the writes by which a database is made.
TEST_F(SqliteStoreFault, AStartOnAQuotaThatIsUsedUpIsRefusedAndSucceedsLater) {
  SqliteStoreOptions options = Options();
  options.data_dir = directory_.path("new");
  int refused = 0;
  while (true) {
    vfs_.FailAfter(Operation::kWrite, refused, SQLITE_IOERR_WRITE, EDQUOT);
    const absl::Status status = SqliteStore::Open(options).status();
    vfs_.Heal();
    if (status.ok()) break;
    EXPECT_TRUE(absl::IsUnavailable(status)) << refused << ": " << status;
    ++refused;
  }
  EXPECT_GT(refused, 1);
}

// A full disk may have a page left for a probe, and no room for a login.
TEST_F(SqliteStoreFault, AProbeNeedsTheRoomOfABatch) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit small{.rlim_cur = 1024 * 1024, .rlim_max = limit.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status refused = store_->Probe();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
  EXPECT_EQ(store_->Probe(), absl::OkStatus());
  EXPECT_FALSE(std::filesystem::exists(directory_.path("data") + "/room"));
}

TEST_F(SqliteStoreFault, ReadsGoOnWhileTheDiskIsFull) {
  vfs_.FailAfter(Operation::kWrite, 0, SQLITE_FULL);
  EXPECT_TRUE(absl::IsUnavailable(TakeOver()));
  ExpectTakeovers(*store_, 0);
  EXPECT_TRUE(store_->FindAnswer(AccountNo(1), "request", absl::InfinitePast()).ok());
}

}  // namespace
}  // namespace usher::storage::testing
