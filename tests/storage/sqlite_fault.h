// SqliteStoreFault: a store of SQLite's on a disk that fails on demand, with one application and a
// live session of Ann.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/store_test_support.h"
#include "tests/support/fault_vfs.h"

namespace usher::storage::testing {

class SqliteStoreFault : public ::testing::Test {
 protected:
  SqliteStoreFault() : vfs_("fault") {
    store_ = OpenOrFail(Options());
    script_.Add(entitlement::LicenseBound{.id = entitlement::LicenseId(1),
                                          .email = entitlement::Email(kAnn)});
    script_.Add(Started(1, kAnn, 1));
    EXPECT_EQ(script_.Commit(*store_, "0"), absl::OkStatus());
  }

  // A test that ended early leaves an observer that knows its variables.
  void TearDown() override { vfs_.Observe(nullptr); }

  SqliteStoreOptions Options() const {
    return {.data_dir = directory_.path("data"), .vfs = vfs_.name(), .checkpoint_pages = 16};
  }

  // One login that takes the channel over, whose journal entry says how many there have been.
  absl::Status TakeOver() {
    Script attempt = script_;
    attempt.Add(Ended(session_, kAnn, entitlement::EndReason::kSuperseded));
    attempt.Add(Started(session_ + 1, kAnn, 1));
    absl::Status status = attempt.Commit(*store_, absl::StrCat(session_));
    if (status.ok()) {
      ++session_;
      script_ = std::move(attempt);
    }
    return status;
  }

  // What `logins` takeovers leave, no more and no less.
  static void ExpectTakeovers(Store& store, int64_t logins) {
    std::vector<std::string> expected;
    for (int64_t i = 0; i <= logins; ++i) expected.push_back(absl::StrCat(i));
    EXPECT_EQ(JournalOf(store), expected);
    // No refused commit has left a gap.
    EXPECT_EQ(store.LastJournalEntry()->position, logins + 1);
    const absl::StatusOr<entitlement::Application> loaded =
        store.LoadApplication(entitlement::ApplicationNo(1), absl::InfinitePast());
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    ASSERT_EQ(loaded->sessions.size(), 1U);
    EXPECT_TRUE(loaded->sessions.contains(entitlement::SessionId(logins + 1)));
    EXPECT_EQ(loaded->ended_sessions.size(), static_cast<size_t>(logins));
  }

  // The files as they stand, which is what a process that dies now leaves to the next; where.
  std::string CopyFiles(const std::string& name) {
    std::string image = directory_.path(name);
    std::filesystem::create_directory(image);
    for (const char* file_name : {"usher.db", "usher.db-wal"}) {
      const std::filesystem::path file = directory_.path(absl::StrCat("data/", file_name));
      if (std::filesystem::exists(file)) {
        std::filesystem::copy_file(file, std::filesystem::path(image) / file_name);
      }
    }
    return image;
  }

  void Reopen() {
    store_.reset();
    store_ = OpenOrFail(Options());
  }

  TempDir directory_;
  FaultVfs vfs_;
  std::unique_ptr<SqliteStore> store_;
  Script script_ = Script::WithApplication();
  int64_t session_ = 1;
};

}  // namespace usher::storage::testing
