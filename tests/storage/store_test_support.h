// What the tests of the stores share: a place for files, stores to run against, changes by hand and
// from a World.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "entitlement/change.h"
#include "gtest/gtest.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/store.h"
#include "storage/upkeep.h"
#include "tests/support/world.h"

namespace usher::storage::testing {

// Whose license, session and phone the tests' changes are about.
inline constexpr char kAnn[] = "ann@acme.example";

// A page in SQLite's write-ahead log, with its header.
inline constexpr int64_t kLogFrameBytes = 24 + 4096;

using entitlement::testing::At;
using entitlement::testing::World;

// A directory that goes with the test.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// Names the instances of a test that runs against each kind of store.
inline std::string NameOfKind(const ::testing::TestParamInfo<std::string>& kind) {
  return kind.param;
}

// A store of the kind that a contract test runs against, "memory" or "sqlite".
class StoreUnderTest {
 public:
  explicit StoreUnderTest(const std::string& kind);

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }
  Upkeep& upkeep() { return dynamic_cast<Upkeep&>(*store_); }

 private:
  TempDir directory_;
  std::unique_ptr<Store> store_;
};

std::unique_ptr<SqliteStore> OpenOrFail(const SqliteStoreOptions& options);

// Changes by hand, of account 1 with application 1 in it unless `In` says otherwise. Revisions are
// numbered as they come.
class Script {
 public:
  // Account 1, "acme", with application 1, "support", and ten standard agent licenses.
  static Script WithApplication();

  Script& At(absl::Time time);
  Script& In(int64_t account, int64_t application);
  Script& Add(entitlement::ChangePayload payload);

  absl::Time now() const { return now_; }
  const std::vector<entitlement::Change>& changes() const { return changes_; }
  int64_t last_revision() const { return last_revision_; }

  // Commits what came since the last Commit, with one journal entry that says `payload`.
  absl::Status Commit(Store& store, const std::string& payload = "event");

 private:
  absl::Time now_ = testing::At("2026-11-02T09:00:00Z");
  int64_t account_ = 1;
  int64_t application_ = 1;
  int64_t last_revision_ = 0;
  std::vector<entitlement::Change> changes_;
};

// A login of the agent on `license`, for a Script.
entitlement::SessionStarted Started(int64_t session, const std::string& email, int64_t license);
entitlement::SessionEnded Ended(int64_t session, const std::string& email,
                                entitlement::EndReason reason);

// Commits everything that the world has changed since the last time, with the figures of its
// applications.
absl::Status CommitNews(Store& store, World& world);

// Expects that the store gives account "acme" and its applications back as the world has them.
void ExpectStored(Store& store, World& world);

// The names of the tables and members that differ; empty where the two are the same.
std::string Difference(const entitlement::Voice& a, const entitlement::Voice& b);
std::string Difference(const entitlement::Application& a, const entitlement::Application& b);

// The whole journal of an account; of none, the server's own.
std::vector<JournalRow> JournalRowsOf(Store& store, entitlement::AccountNo account);
// The payloads in the journal of account 1.
std::vector<std::string> JournalOf(Store& store);

}  // namespace usher::storage::testing
