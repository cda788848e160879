// What the SQLite store does on a bad disk, and what a crash or a loss of power leaves behind.
#include "tests/storage/sqlite_fault.h"

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/store_test_support.h"
#include "tests/support/fault_vfs.h"

namespace usher::storage::testing {
namespace {

using Operation = FaultVfs::Operation;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

TEST_F(SqliteStoreFault, AProbeFindsAFullDiskAndItsEnd) {
  EXPECT_EQ(store_->Probe(), absl::OkStatus());
  vfs_.FailAfter(Operation::kWrite, 0, SQLITE_FULL);
  EXPECT_TRUE(absl::IsUnavailable(store_->Probe()));
  vfs_.Heal();
  EXPECT_EQ(store_->Probe(), absl::OkStatus());
  vfs_.FailAfter(Operation::kSync, 0, SQLITE_IOERR_FSYNC);
  EXPECT_TRUE(absl::IsDataLoss(store_->Probe()));
}

TEST_F(SqliteStoreFault, EachSyncOfTheLogIsTimedAndEachCheckpoint) {
  int syncs = 0;
  int checkpoints = 0;
  SqliteStoreOptions options = Options();
  options.on_log_sync = [&](absl::Duration time) {
    EXPECT_GT(time, absl::ZeroDuration());
    ++syncs;
  };
  options.on_checkpoint = [&](absl::Duration time) {
    EXPECT_GT(time, absl::ZeroDuration());
    ++checkpoints;
  };
  store_.reset();
  store_ = OpenOrFail(options);
  EXPECT_EQ(syncs, 0);
  // The first one after an opening begins the log.
  ASSERT_EQ(TakeOver(), absl::OkStatus());
  const int begun = syncs;
  EXPECT_GT(begun, 0);
  ASSERT_EQ(TakeOver(), absl::OkStatus());
  EXPECT_EQ(syncs, begun + 1);
  EXPECT_GT(store_->log_bytes(), 0);
  while (checkpoints == 0) ASSERT_EQ(TakeOver(), absl::OkStatus());
  // A failed one is told of, too.
  vfs_.FailAfter(Operation::kSync, 0, SQLITE_IOERR_FSYNC);
  const int before = syncs;
  EXPECT_TRUE(absl::IsDataLoss(TakeOver()));
  EXPECT_EQ(syncs, before + 1);
  store_.reset();
}

TEST_F(SqliteStoreFault, NumbersRaisedInARefusedCommitAreRaisedAgain) {
  vfs_.FailAfter(Operation::kWrite, 0, SQLITE_FULL);
  const int64_t far = 100'000;
  Script attempt = script_;
  attempt.Add(Ended(1, kAnn, EndReason::kSuperseded)).Add(Started(far, kAnn, 1));
  Script again = attempt;
  EXPECT_TRUE(absl::IsUnavailable(attempt.Commit(*store_)));
  vfs_.Heal();
  ASSERT_EQ(again.Commit(*store_), absl::OkStatus());
  EXPECT_GE(store_->LoadApplication(ApplicationNo(1), absl::InfinitePast())->last_session_id,
            SessionId(far));
}

TEST_F(SqliteStoreFault, EntriesOfARefusedCommitAreFoundOnceItSucceeds) {
  Script other;
  other.In(2, 0).Add(AccountCreated{AccountId("other"), "", "UTC"});
  vfs_.FailAfter(Operation::kWrite, 0, SQLITE_FULL);
  ASSERT_TRUE(absl::IsUnavailable(other.Commit(*store_)));
  vfs_.Heal();
  Script again;
  again.In(2, 0).Add(AccountCreated{AccountId("other"), "", "UTC"});
  ASSERT_EQ(again.Commit(*store_), absl::OkStatus());
  EXPECT_EQ(JournalRowsOf(*store_, AccountNo(2)).size(), 1U);
}

TEST_F(SqliteStoreFault, FailedSyncIsDataLossForGood) {
  vfs_.FailAfter(Operation::kSync, 0, SQLITE_IOERR_FSYNC);
  const absl::Status status = TakeOver();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  vfs_.Heal();
  EXPECT_TRUE(absl::IsDataLoss(TakeOver()));
  EXPECT_TRUE(
      absl::IsDataLoss(store_->Prune({.answers_before = absl::InfiniteFuture()}, 10).status()));
}

TEST_F(SqliteStoreFault, FailedSyncOfACheckpointIsDataLoss) {
  int syncs = 0;
  vfs_.Observe([&syncs](Operation operation, const std::string& path) {
    if (operation == Operation::kSync && absl::EndsWith(path, ".db")) ++syncs;
  });
  while (syncs == 0) ASSERT_EQ(TakeOver(), absl::OkStatus());
  // The next sync of the database file, by number of syncs: each commit makes one, of the log.
  absl::Status status;
  vfs_.Observe([this](Operation operation, const std::string& path) {
    if (operation == Operation::kWrite && absl::EndsWith(path, ".db")) {
      vfs_.FailAfter(Operation::kSync, 0, SQLITE_IOERR_FSYNC);
    }
  });
  while (status.ok()) status = TakeOver();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  vfs_.Heal();
  vfs_.Observe(nullptr);
  Reopen();
  ExpectTakeovers(*store_, session_ - 1);
}

TEST_F(SqliteStoreFault, ErrorWithUnknownOutcomeIsDataLoss) {
  vfs_.FailAfter(Operation::kWrite, 0, SQLITE_IOERR_WRITE);
  const absl::Status status = TakeOver();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  vfs_.Heal();
  EXPECT_TRUE(absl::IsDataLoss(TakeOver()));
}

TEST_F(SqliteStoreFault, TakeoverWritesThreePagesAtOnceAndSyncsOnce) {
  // Enough of another agent's sessions that Ann's stands on a page of its own.
  const std::string bob = "bob@acme.example";
  script_.Add(LicenseBound{.id = LicenseId(2), .email = Email(bob)}).Add(Started(2, bob, 2));
  for (int64_t id = 3; id < 200; ++id) {
    script_.Add(Ended(id - 1, bob, EndReason::kSuperseded)).Add(Started(id, bob, 2));
  }
  ASSERT_EQ(script_.Commit(*store_), absl::OkStatus());
  script_.Add(Ended(199, bob, EndReason::kLogout));
  ASSERT_EQ(script_.Commit(*store_), absl::OkStatus());  // and makes the checkpoint that was due
  script_.Add(Ended(1, kAnn, EndReason::kSuperseded)).Add(Started(200, kAnn, 1));
  int writes = 0;
  int syncs = 0;
  const int64_t log_bytes = store_->log_bytes();
  vfs_.LeaveWritesWhole();
  vfs_.Observe([&](Operation operation, const std::string& path) {
    EXPECT_TRUE(absl::EndsWith(path, "-wal")) << path;
    (operation == Operation::kWrite ? writes : syncs) += 1;
  });
  ASSERT_EQ(script_.Commit(*store_), absl::OkStatus());
  vfs_.Observe(nullptr);
  EXPECT_EQ(writes, 1);
  EXPECT_EQ(syncs, 1);
  // The last leaf of `session_run`, one of its index, and the last of `journal`: no other table is
  // touched.
  EXPECT_EQ(store_->log_bytes() - log_bytes, 3 * kLogFrameBytes);
}

TEST_F(SqliteStoreFault, ACommitOfSeveralPiecesIsStoredOrRefusedAsAWhole) {
  SqliteStoreOptions options = Options();
  options.checkpoint_pages = 1'000'000;
  store_.reset();
  store_ = OpenOrFail(options);
  // The first one after an opening begins the log.
  ASSERT_EQ(TakeOver(), absl::OkStatus());
  int writes = 0;
  vfs_.LeaveWritesWhole();
  vfs_.Observe([&](Operation operation, const std::string& path) {
    if (operation == Operation::kWrite && absl::EndsWith(path, "-wal")) ++writes;
  });
  const auto expect_latest = [this](Store& store) {
    EXPECT_TRUE(store.LoadApplication(ApplicationNo(1), absl::InfinitePast())
                    ->sessions.contains(SessionId(session_)));
  };
  // As many logins as are written in several; the first of these fails, or a later one.
  constexpr int kLogins = 6'000;
  for (const int spared : {0, 1, 2}) {
    Script attempt = script_;
    for (int64_t id = session_; id < session_ + kLogins; ++id) {
      attempt.Add(Ended(id, kAnn, EndReason::kSuperseded)).Add(Started(id + 1, kAnn, 1));
    }
    Script again = attempt;
    writes = 0;
    vfs_.FailOnceAfter(Operation::kWrite, spared, SQLITE_FULL);
    EXPECT_TRUE(absl::IsUnavailable(attempt.Commit(*store_))) << spared;
    EXPECT_EQ(writes, spared);
    expect_latest(*store_);
    expect_latest(*OpenOrFail({.data_dir = CopyFiles(absl::StrCat("refused-", spared))}));
    ASSERT_EQ(again.Commit(*store_), absl::OkStatus());
    script_ = std::move(again);
    session_ += kLogins;
    expect_latest(*store_);
    expect_latest(*OpenOrFail({.data_dir = CopyFiles(absl::StrCat("stored-", spared))}));
  }
  vfs_.Observe(nullptr);
}

// SQLite fills a sector up behind each commit there, partly behind the sync.
TEST_F(SqliteStoreFault, WhereAWriteMaySpoilWhatIsBesideItNothingIsGathered) {
  store_.reset();
  vfs_.OverwriteUnsafely();
  store_ = OpenOrFail(Options());
  vfs_.LeaveWritesWhole();
  int writes = 0;
  vfs_.Observe([&](Operation operation, const std::string& path) {
    if (operation == Operation::kWrite && absl::EndsWith(path, "-wal")) ++writes;
  });
  for (int i = 0; i < 10; ++i) {
    writes = 0;
    ASSERT_EQ(TakeOver(), absl::OkStatus());
    // Each page is a header and a page, and those that fill up are more than the commit's two.
    EXPECT_GT(writes, 2 * 2);
    const std::unique_ptr<SqliteStore> left =
        OpenOrFail({.data_dir = CopyFiles(absl::StrCat("image-", i))});
    ExpectTakeovers(*left, session_ - 1);
  }
  vfs_.Observe(nullptr);
}

// Copies of the files as they stand after every write: what a process that dies there leaves to the
// next.
TEST_F(SqliteStoreFault, ProcessThatDiesAnywhereLeavesWhatWasCommitted) {
  std::map<std::string, int64_t> images;  // directory -> takeovers whose commit had returned
  int checkpoints = 0;
  vfs_.Observe([&](Operation operation, const std::string& path) {
    if (operation == Operation::kSync && absl::EndsWith(path, ".db")) ++checkpoints;
    images[CopyFiles(absl::StrCat("image-", images.size()))] = session_ - 1;
  });
  for (int i = 0; i < 14; ++i) ASSERT_EQ(TakeOver(), absl::OkStatus());
  vfs_.Observe(nullptr);
  ASSERT_GT(checkpoints, 0);
  for (const auto& [image, returned] : images) {
    const std::unique_ptr<SqliteStore> left = OpenOrFail({.data_dir = image});
    const auto found = static_cast<int64_t>(JournalOf(*left).size()) - 1;
    ASSERT_TRUE(found == returned || found == returned + 1) << image << ": " << found;
    ExpectTakeovers(*left, found);
    ASSERT_FALSE(HasFailure()) << image;
  }
}

// The files as they stood when they were synced last: what a loss of power leaves at worst.
TEST_F(SqliteStoreFault, LossOfPowerTakesNothingThatWasCommitted) {
  const std::string durable = directory_.path("durable");
  std::filesystem::create_directory(durable);
  const auto keep = [&durable](const std::filesystem::path& file) {
    std::filesystem::copy_file(file, std::filesystem::path(durable) / file.filename(),
                               std::filesystem::copy_options::overwrite_existing);
  };
  keep(directory_.path("data/usher.db"));
  keep(directory_.path("data/usher.db-wal"));
  vfs_.Observe([&](Operation operation, const std::string& path) {
    if (operation == Operation::kSync) keep(path);
  });
  for (int i = 0; i < 30; ++i) {
    ASSERT_EQ(TakeOver(), absl::OkStatus());
    const std::string image = directory_.path(absl::StrCat("image-", i));
    std::filesystem::copy(durable, image);
    const std::unique_ptr<SqliteStore> left = OpenOrFail({.data_dir = image});
    ExpectTakeovers(*left, session_ - 1);
    ASSERT_FALSE(HasFailure()) << image;
  }
  vfs_.Observe(nullptr);
}

}  // namespace
}  // namespace usher::storage::testing
