// SqliteStoreFiles: a data directory of SQLite's store, for tests that open it, close it, and look
// at its files.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/store_test_support.h"

namespace usher::storage::testing {

class SqliteStoreFiles : public ::testing::Test {
 protected:
  std::string data_dir() const { return directory_.path("data"); }
  std::string database() const { return directory_.path("data/usher.db"); }
  std::string log() const { return directory_.path("data/usher.db-wal"); }

  std::unique_ptr<SqliteStore> Open() { return OpenOrFail({.data_dir = data_dir()}); }
  absl::Status OpenStatus() { return SqliteStore::Open({.data_dir = data_dir()}).status(); }

  // A closed database with one application and a live session of Ann.
  void MakeDatabase() {
    const std::unique_ptr<SqliteStore> store = Open();
    script_.Add(entitlement::LicenseBound{.id = entitlement::LicenseId(1),
                                          .email = entitlement::Email(kAnn)});
    script_.Add(Started(1, kAnn, 1));
    ASSERT_EQ(script_.Commit(*store), absl::OkStatus());
  }

  void TakeOver(Store& store, int64_t from, int64_t to) {
    script_.Add(Ended(from, kAnn, entitlement::EndReason::kSuperseded)).Add(Started(to, kAnn, 1));
    ASSERT_EQ(script_.Commit(store, std::string(200, 'j')), absl::OkStatus());
  }

  TempDir directory_;
  Script script_ = Script::WithApplication();
};

}  // namespace usher::storage::testing
