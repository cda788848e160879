// How sessions are put down, in runs or, of many applications at once, as they came; how they are
// brought to their places, altered, and found wherever they stand.
#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <iterator>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "storage/sqlite/recent_sessions.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/store_test_support.h"
#include "tests/storage/stranger.h"
#include "tests/support/fault_vfs.h"

namespace usher::storage::testing {
namespace {

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

constexpr int kApplications = 12;
constexpr int kBringAt = 40;

// An account with many applications, whose agents come and go at random.
class SqliteRecentSessions : public ::testing::Test {
 protected:
  SqliteRecentSessions() : vfs_("recent") {
    world_.WithApplication();
    for (int i = 1; i < kApplications; ++i) {
      world_.Run(CreateApplication{ApplicationId(NameOf(i)), ""}, {AccountId("acme"), {}});
    }
    Open();
    Commit();
  }

  void Open() {
    store_.reset();
    store_ = OpenOrFail({.data_dir = directory_.path("data"),
                         .vfs = vfs_.name(),
                         .checkpoint_pages = 16,
                         .recent_sessions = kBringAt});
  }
  void Commit() { ASSERT_EQ(CommitNews(*store_, world_), absl::OkStatus()); }
  void ExpectAllStored() { ExpectStored(*store_, world_); }
  // A restart now and then.
  void ExpectAllStoredAlsoAfterARestart() {
    ExpectAllStored();
    if (Below(5) != 0) return;
    Open();
    ExpectAllStored();
  }

  static std::string NameOf(int application) {
    return application == 0 ? "support" : absl::StrCat("app-", application);
  }
  static Target In(int application) {
    return {AccountId("acme"), ApplicationId(NameOf(application))};
  }

  // A new session of one of the two agents of each of the first `applications`.
  void LogInEverywhere(int applications = kApplications) {
    for (int i = 0; i < applications; ++i) LogIn(i);
  }
  void LogIn(int application) {
    world_.Ask<StartSessionReply>(
        StartSession{.email = Email(absl::StrCat("agent-", Below(2), "@acme.example")),
                     .channel = Channel::kWeb,
                     .client_id = ClientId(absl::StrCat("tab-", ++tabs_)),
                     .ttl = absl::Minutes(1 + Below(50))},
        In(application));
  }

  // What may happen to a session of the first `applications`.
  void AnyStep(int applications = kApplications) {
    const int application = Below(applications);
    const auto& sessions = world_.application("acme", NameOf(application)).sessions;
    switch (Below(8)) {
      case 0:
        if (!sessions.empty()) {
          world_.Run(EndSession{.id = sessions.begin()->id}, In(application));
        }
        return;
      case 1:
        // The same client again, with another ttl.
        if (!sessions.empty()) {
          const Session& session = *sessions.begin();
          world_.Run(StartSession{.email = session.email,
                                  .channel = session.channel,
                                  .client_id = session.client_id,
                                  .ttl = session.ttl + absl::Seconds(1)},
                     In(application));
        }
        return;
      case 2:
        // Sessions run out, and those that ended are forgotten an hour later.
        return world_.Advance(absl::Minutes(1 + Below(40)));
      default:
        return LogIn(application);
    }
  }

  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }

  std::string Ask(const std::string& sql) {
    return Stranger(directory_.path("data/usher.db")).AskAll(sql);
  }
  // Sessions in the rows of a table.
  int64_t Count(const std::string& table) {
    int64_t count = 0;
    for (const absl::string_view hex :
         absl::StrSplit(Ask("SELECT hex(sessions) FROM " + table), '\n', absl::SkipEmpty())) {
      const std::string packed = absl::HexStringToBytes(hex);
      PackedSessions sessions(packed);
      while (sessions.Next()) ++count;
      EXPECT_TRUE(sessions.ok());
    }
    return count;
  }
  int64_t Recent() { return Count("recent_session"); }
  int64_t InRuns() { return Count("session_run"); }

  TempDir directory_;
  FaultVfs vfs_;
  World world_;
  std::unique_ptr<SqliteStore> store_;
  std::mt19937 random_{7};
  int tabs_ = 0;
};

TEST_F(SqliteRecentSessions, LoginsInFewApplicationsGoToTheirPlaces) {
  LogInEverywhere(static_cast<int>(kPlacesAtOnceMax));
  Commit();
  EXPECT_EQ(Recent(), 0);
  EXPECT_EQ(InRuns(), static_cast<int64_t>(kPlacesAtOnceMax));
  ExpectAllStored();
}

TEST_F(SqliteRecentSessions, LoginsOfOneCommitAreARowOrAFew) {
  for (int i = 0; i < kSessionsPerRow + 1; ++i) LogIn(0);
  Commit();
  EXPECT_EQ(Ask("SELECT last_session_id FROM session_run"),
            absl::StrCat(kSessionsPerRow, "\n", kSessionsPerRow + 1));
  ExpectAllStored();
}

TEST_F(SqliteRecentSessions, ARunGoesWithTheLastOfItsSessions) {
  for (int i = 0; i < 4; ++i) LogIn(0);
  Commit();
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM session_run"), "1");
  int forgotten = 0;
  for (int i = 0; i < 8 && InRuns() > 0; ++i) {
    world_.Advance(absl::Minutes(30));
    Commit();
    forgotten += InRuns() < 4 ? 1 : 0;
    ExpectAllStored();
  }
  EXPECT_GT(forgotten, 1);
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM session_run"), "0");
}

TEST_F(SqliteRecentSessions, LoginsInManyApplicationsArePutDownAsTheyCame) {
  LogInEverywhere(static_cast<int>(kPlacesAtOnceMax) + 1);
  Commit();
  EXPECT_EQ(Recent(), static_cast<int64_t>(kPlacesAtOnceMax) + 1);
  EXPECT_EQ(InRuns(), 0);
  ExpectAllStored();
  Open();
  ExpectAllStored();
}

TEST_F(SqliteRecentSessions, AreFoundOnTheirWayToTheirPlaces) {
  bool some_here_and_there = false;
  int64_t most = 0;
  int emptied = 0;
  for (int round = 0; round < 60; ++round) {
    const int64_t before = Recent();
    LogInEverywhere();
    Commit();
    ExpectAllStored();
    most = std::max(most, Recent());
    some_here_and_there = some_here_and_there || (Recent() > 0 && InRuns() > 0);
    emptied += Recent() < before ? 1 : 0;
  }
  EXPECT_TRUE(some_here_and_there);
  EXPECT_GT(emptied, 5);
  // The header's bound, and what the last commits of each of its parts bring more: rows go whole.
  EXPECT_LT(most, kBringAt * 13 / 8 + 4 * kApplications);
}

TEST_F(SqliteRecentSessions, WhateverHappensToThemIsStored) {
  for (int round = 0; round < 150; ++round) {
    if (Below(3) > 0) LogInEverywhere();
    for (int i = 0; i < 6; ++i) AnyStep();
    Commit();
    ExpectAllStoredAlsoAfterARestart();
    ASSERT_FALSE(HasFailure()) << "in round " << round;
  }
  EXPECT_GT(InRuns(), 0);
  EXPECT_GT(Recent(), 0);
}

TEST_F(SqliteRecentSessions, WhateverHappensToThemInRunsIsStored) {
  constexpr int kFew = static_cast<int>(kPlacesAtOnceMax);
  for (int round = 0; round < 200; ++round) {
    const int steps = 1 + Below(12);
    for (int i = 0; i < steps; ++i) AnyStep(kFew);
    const std::vector<Change> changes = world_.NewChanges();
    if (Below(4) == 0) {
      vfs_.FailAfter(FaultVfs::Operation::kWrite, Below(3), SQLITE_FULL);
      const absl::Status status = store_->Commit({.changes = changes});
      vfs_.Heal();
      if (!status.ok()) {
        ASSERT_EQ(store_->Commit({.changes = changes}), absl::OkStatus());
      }
    } else {
      ASSERT_EQ(store_->Commit({.changes = changes}), absl::OkStatus());
    }
    Commit();
    ExpectAllStoredAlsoAfterARestart();
    ASSERT_FALSE(HasFailure()) << "in round " << round;
  }
  EXPECT_EQ(Recent(), 0);
  EXPECT_GT(InRuns(), 0);
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM session"), "0");
}

// Also after a restart, where it has to be looked whether they have been brought before.
TEST_F(SqliteRecentSessions, AreBroughtManyToARow) {
  constexpr int kSeveral = static_cast<int>(kPlacesAtOnceMax) + 1;
  for (int i = 0; i < kBringAt - 1; ++i) LogIn(i % kSeveral);
  Commit();
  EXPECT_EQ(InRuns(), 0);
  Open();
  for (int round = 0; round < kBringAt / kSeveral; ++round) {
    LogInEverywhere(kSeveral);
    Commit();
  }
  ExpectAllStored();
  int64_t rows = 0;
  ASSERT_TRUE(absl::SimpleAtoi(Ask("SELECT COUNT(*) FROM session_run"), &rows));
  EXPECT_GE(InRuns(), kBringAt);
  EXPECT_LT(rows, InRuns() / 3);
}

TEST_F(SqliteRecentSessions, AnEndOrATtlOfOneTakesOneRow) {
  LogInEverywhere();
  Commit();
  const Session live = *world_.application("acme", NameOf(2)).sessions.begin();
  world_.Run(StartSession{.email = live.email,
                          .channel = live.channel,
                          .client_id = live.client_id,
                          .ttl = live.ttl + absl::Seconds(1)},
             In(2));
  world_.Run(EndSession{.id = world_.application("acme", NameOf(3)).sessions.begin()->id}, In(3));
  Commit();
  EXPECT_EQ(Ask("SELECT application_no, last_session_id FROM session_run ORDER BY 1"),
            absl::StrCat(world_.application("acme", NameOf(2)).no.value(), "|1\n",
                         world_.application("acme", NameOf(3)).no.value(), "|1"));
  ExpectAllStored();
}

// An end is told where the session started, however often it has been brought meanwhile.
TEST_F(SqliteRecentSessions, AnEndSurvivesThatItsSessionIsBroughtAgain) {
  LogInEverywhere();
  Commit();
  world_.Run(EndSession{.id = world_.application("acme", NameOf(3)).sessions.begin()->id}, In(3));
  Commit();
  EXPECT_EQ(InRuns(), 1);
  Open();
  for (int round = 0; round < 20; ++round) {
    LogInEverywhere();
    Commit();
    ExpectAllStored();
  }
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM recent_session WHERE recent_no = 1"), "0");
}

TEST_F(SqliteRecentSessions, ARefusedCommitLeavesThemWhereTheyWere) {
  int refused = 0;
  for (int round = 0; round < 80; ++round) {
    LogInEverywhere();
    for (int i = 0; i < 3; ++i) AnyStep();
    const std::vector<Change> changes = world_.NewChanges();
    vfs_.FailAfter(FaultVfs::Operation::kWrite, Below(8), SQLITE_FULL);
    absl::Status status = store_->Commit({.changes = changes});
    vfs_.Heal();
    if (!status.ok()) {
      ++refused;
      ASSERT_TRUE(absl::IsUnavailable(status)) << status;
      ASSERT_EQ(store_->Commit({.changes = changes}), absl::OkStatus());
    }
    Commit();
    ExpectAllStored();
    ASSERT_FALSE(HasFailure()) << "in round " << round;
  }
  EXPECT_GT(refused, 20);
}

// No commit touches an application while it is loaded, as with the engine.
TEST_F(SqliteRecentSessions, ALoadFindsThemWhileTheyAreBrought) {
  int64_t loads = 0;
  for (int resting = 0; resting < kApplications; ++resting) {
    LogInEverywhere();
    Commit();
    const ApplicationNo no = world_.application("acme", NameOf(resting)).no;
    const Application before = store_->LoadApplication(no, absl::InfinitePast()).value();
    std::atomic<bool> done = false;
    std::thread loader([&] {
      for (; !done; ++loads) {
        const absl::StatusOr<Application> loaded =
            store_->LoadApplication(no, absl::InfinitePast());
        ASSERT_TRUE(loaded.ok()) << loaded.status();
        ASSERT_EQ(Difference(*loaded, before), "");
      }
    });
    // Until the row has gone from here, and some more.
    for (int round = 0; round < 16; ++round) {
      for (int i = 0; i < kApplications; ++i) {
        if (i != resting) LogIn(i);
      }
      Commit();
    }
    done = true;
    loader.join();
  }
  EXPECT_GT(loads, 100);
}

class Counter final : public UnitVisitor {
 public:
  bool OnAccount(const UnitMark&, absl::StatusOr<Account> account) override {
    EXPECT_TRUE(account.ok()) << account.status();
    return true;
  }
  bool OnApplication(const UnitMark&, absl::StatusOr<Application> application) override {
    EXPECT_TRUE(application.ok()) << application.status();
    sessions += application->sessions.size();
    return true;
  }
  size_t sessions = 0;
};

TEST_F(SqliteRecentSessions, AVisitOfAllUnitsSeesThemWhereverTheyStand) {
  for (int round = 0; round < 12; ++round) {
    LogInEverywhere();
    Commit();
    size_t live = 0;
    for (int i = 0; i < kApplications; ++i) {
      live += world_.application("acme", NameOf(i)).sessions.size();
    }
    Counter counter;
    ASSERT_EQ(store_->VisitUnits(absl::InfinitePast(), counter), absl::OkStatus());
    EXPECT_EQ(counter.sessions, live);
  }
}

}  // namespace
}  // namespace usher::storage::testing
