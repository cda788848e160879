// How the SQLite store keeps Voice AI: what a call costs in pages, what a bad disk, a crash and a
// damaged row leave of it, and what contradicts its rows.
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "entitlement/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/sqlite/ceilings.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/store_test_support.h"
#include "tests/storage/stranger.h"
#include "tests/support/fault_vfs.h"

namespace usher::storage::testing {
namespace {

using Operation = FaultVfs::Operation;
using ::testing::HasSubstr;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

constexpr int64_t kMinutes = 1'000'000;

CallId Named(int64_t call) { return CallId(absl::StrCat("call-", call)); }

CallStarted StartOf(int64_t call) {
  return {.no = CallNo(call), .id = Named(call), .ttl = absl::Seconds(90), .grant = GrantId(1)};
}

// An account with a purchase of minutes: grant 1.
class SqliteVoice : public ::testing::Test {
 protected:
  SqliteVoice() : vfs_("voice") {
    store_ = OpenOrFail(Options());
    script_.Add(MinutesGranted{.id = GrantId(1),
                               .source = GrantSource::kPurchase,
                               .product = "voice-minutes",
                               .minutes = kMinutes,
                               .expire_time = script_.now() + absl::Hours(24 * 365)});
    EXPECT_EQ(script_.Commit(*store_), absl::OkStatus());
  }

  void TearDown() override { vfs_.Observe(nullptr); }

  std::string data_dir() const { return directory_.path("data"); }
  std::string database() const { return directory_.path("data/usher.db"); }
  SqliteStoreOptions Options() const {
    return {.data_dir = data_dir(), .vfs = vfs_.name(), .checkpoint_pages = 64};
  }
  void Reopen() {
    store_.reset();
    store_ = OpenOrFail(Options());
  }

  absl::Status Commit(ChangePayload payload) {
    script_.At(script_.now() + absl::Seconds(1)).Add(std::move(payload));
    return script_.Commit(*store_);
  }
  void Do(ChangePayload payload) { ASSERT_EQ(Commit(std::move(payload)), absl::OkStatus()); }

  CallConnected ConnectOf(int64_t call) const {
    return {.no = CallNo(call),
            .id = Named(call),
            .connect_time = script_.now(),
            .hold = {{GrantId(1), 7}},
            .reserved = 2};
  }
  CallEnded EndOf(int64_t call) const {
    return {.no = CallNo(call),
            .id = Named(call),
            .reason = CallEndReason::kCompleted,
            .connect_time = script_.now(),
            .connected_duration = absl::Seconds(100),
            .charges = {{GrantId(1), 2}}};
  }

  static Voice Load(Store& store) {
    absl::StatusOr<Account> account = store.LoadAccount(AccountNo(1), absl::InfinitePast());
    EXPECT_TRUE(account.ok()) << account.status();
    return account.ok() ? std::move(account->voice) : Voice();
  }

  // What a call was charged stands on the grant, and nothing else does.
  static void ExpectChargesAgree(const Voice& voice) {
    int64_t charged = 0;
    for (const auto& [no, call] : voice.ended_calls) charged += CoveredMinutesOf(call.charges);
    EXPECT_EQ(voice.grants.at(0).charged, charged);
  }

  // Pages that the commit writes to the log.
  int64_t PagesOf(ChangePayload payload) {
    const int64_t before = store_->log_bytes();
    Do(std::move(payload));
    return (store_->log_bytes() - before) / kLogFrameBytes;
  }

  TempDir directory_;
  FaultVfs vfs_;
  std::unique_ptr<SqliteStore> store_;
  Script script_ = Script::WithApplication();
};

// A row of the call and its place among those that a load asks for; whoever adds an index or writes
// to the account with every call notices here.
TEST_F(SqliteVoice, CallsWriteFewPages) {
  Do(StartOf(1));
  Do(ConnectOf(1));
  Do(EndOf(1));
  EXPECT_EQ(PagesOf(StartOf(2)), 3);    // the call, its index, the journal
  EXPECT_EQ(PagesOf(ConnectOf(2)), 2);  // the call, the journal
  EXPECT_EQ(PagesOf(EndOf(2)), 4);      // the call, its index, the grant, the journal
}

TEST_F(SqliteVoice, AFullDiskLeavesNothingOfACallAndLaterGoesOn) {
  int64_t call = 0;
  for (int spared = 0; spared < 12; ++spared) {
    Do(StartOf(++call));
    Do(ConnectOf(call));
    const Voice before = Load(*store_);
    const Script saved = script_;
    vfs_.FailAfter(Operation::kWrite, spared, SQLITE_FULL);
    // The end of one call and the start of another are one commit: nothing of both, or both.
    script_.Add(EndOf(call)).Add(StartOf(call + 1));
    const absl::Status status = script_.Commit(*store_);
    vfs_.Heal();
    if (!status.ok()) {
      EXPECT_TRUE(absl::IsUnavailable(status)) << status;
      EXPECT_TRUE(Load(*store_) == before) << "spared " << spared;
      script_ = saved;
      script_.Add(EndOf(call)).Add(StartOf(call + 1));
      ASSERT_EQ(script_.Commit(*store_), absl::OkStatus());
    } else {
      EXPECT_GT(spared, 0);
    }
    ++call;
    const Voice after = Load(*store_);
    EXPECT_TRUE(after.ended_calls.contains(CallNo(call - 1)));
    EXPECT_TRUE(after.calls.contains(CallNo(call)));
    ExpectChargesAgree(after);
  }
  Reopen();
  ExpectChargesAgree(Load(*store_));
}

// Copies of the files as they stand after every write: what a process that dies there leaves to the
// next (R26: charged once, and never without its end).
TEST_F(SqliteVoice, AProcessThatDiesAnywhereLeavesCallsAndChargesThatAgree) {
  std::set<std::string> images;
  vfs_.Observe([&](Operation, const std::string&) {
    const std::string image = directory_.path(absl::StrCat("image-", images.size()));
    std::filesystem::create_directory(image);
    for (const char* name : {"usher.db", "usher.db-wal"}) {
      const std::filesystem::path file = directory_.path(absl::StrCat("data/", name));
      if (std::filesystem::exists(file)) {
        std::filesystem::copy_file(file, std::filesystem::path(image) / name);
      }
    }
    images.insert(image);
  });
  for (int64_t call = 1; call <= 6; ++call) {
    Do(StartOf(call));
    Do(ConnectOf(call));
    Do(EndOf(call));
  }
  vfs_.Observe(nullptr);
  ASSERT_GT(images.size(), 18U);
  for (const std::string& image : images) {
    const std::unique_ptr<SqliteStore> left = OpenOrFail({.data_dir = image});
    const Voice voice = Load(*left);
    ExpectChargesAgree(voice);
    EXPECT_LE(voice.calls.size(), 1U) << image;
    for (const auto& [no, call] : voice.calls) {
      EXPECT_EQ(MinutesOf(call.hold), call.connect_time ? 7 : 1) << image;
    }
    ASSERT_FALSE(HasFailure()) << image;
  }
}

TEST_F(SqliteVoice, NumbersOfCallsAreNotReusedAfterARestart) {
  int64_t call = 1;
  Do(StartOf(call));
  for (int restart = 0; restart < 3; ++restart) {
    Reopen();
    EXPECT_EQ(Load(*store_).last_call_no, CallNo(call));  // an orderly end leaves no gap
    Do(StartOf(++call));
    EXPECT_GE(Load(*store_).last_call_no, CallNo(call));
  }
  // As the files are while it runs.
  const std::string crashed = directory_.path("crashed");
  std::filesystem::copy(data_dir(), crashed);
  const CallNo after = Load(*OpenOrFail({.data_dir = crashed})).last_call_no;
  EXPECT_GE(after, CallNo(call));
  EXPECT_LE(after, CallNo(call + kCeilingStep));
}

TEST_F(SqliteVoice, NumbersThatPassTheStepAreCovered) {
  for (int64_t call = 1; call < 4 * kCeilingStep; call += 1'000) {
    Do(StartOf(call));
    EXPECT_GE(Load(*store_).last_call_no, CallNo(call));
  }
}

// ---- The second line of defence

TEST_F(SqliteVoice, ChangesThatContradictTheRowsAreRefusedWhole) {
  Do(StartOf(1));
  Do(ConnectOf(1));
  Do(StartOf(2));
  CallEnded unheld = EndOf(1);
  unheld.charges = {{GrantId(9), 1}};
  CallEnded beyond = EndOf(1);
  beyond.charges = {{GrantId(1), kMinutes + 1}};
  CallEnded reasonless = EndOf(1);
  reasonless.reason = CallEndReason::kNone;
  const CallAdjusted early{.no = CallNo(1), .id = Named(1)};
  const std::vector<std::pair<const char*, ChangePayload>> defects = {
      {"a number that is taken", StartOf(1)},
      {"a second connection", ConnectOf(1)},
      {"a connection of no call", ConnectOf(7)},
      {"a hold of no call", CallHeld{.no = CallNo(7)}},
      {"a ttl of no call", CallTtlChanged{.no = CallNo(7), .ttl = absl::Minutes(1)}},
      {"an end of no call", EndOf(7)},
      {"an end without a reason", reasonless},
      {"a charge to no grant", unheld},
      {"a charge beyond the grant", beyond},
      {"an adjustment of a live call", early},
      {"a grant that is there", MinutesGranted{.id = GrantId(1), .minutes = 1}},
      {"a month of no plan", MinutesGranted{.id = GrantId(2), .minutes = 1}},
      {"a lapse of no grant", MinutesExpired{.id = GrantId(2)}},
      {"a plan of no subscription",
       VoicePlanStored{
           {.subscription = SubscriptionId(5), .product = "voice-agent-package", .months = 1}}},
  };
  const Voice before = Load(*store_);
  const size_t events = JournalOf(*store_).size();
  for (const auto& [name, defect] : defects) {
    script_.Add(CallTtlChanged{.no = CallNo(2), .ttl = absl::Minutes(9)});
    const absl::Status status = Commit(defect);
    EXPECT_TRUE(absl::IsInternal(status)) << name << ": " << status;
  }
  EXPECT_TRUE(Load(*store_) == before);
  EXPECT_EQ(JournalOf(*store_).size(), events);
}

TEST_F(SqliteVoice, AnEndIsSettledOnce) {  // R27
  Do(StartOf(1));
  Do(ConnectOf(1));
  CallEnded end = EndOf(1);
  end.reason = CallEndReason::kLeaseExpired;
  Do(end);
  const CallAdjusted adjusted{.no = CallNo(1),
                              .id = Named(1),
                              .connect_time = script_.now(),
                              .connected_duration = absl::Seconds(30),
                              .charges = {{GrantId(1), 1}},
                              .differences = {{GrantId(1), -1}}};
  Do(adjusted);
  EXPECT_EQ(Load(*store_).grants.at(0).charged, 1);
  EXPECT_TRUE(absl::IsInternal(Commit(adjusted)));
  EXPECT_EQ(Load(*store_).grants.at(0).charged, 1);
}

TEST_F(SqliteVoice, RowsThatContradictEachOtherAreDataLoss) {
  Do(StartOf(1));
  Do(StartOf(2));
  Do(StartOf(3));
  Do(EndOf(3));
  store_.reset();
  const std::string damages[] = {
      "DELETE FROM minute_grant",
      "UPDATE minute_grant SET grant_id = 2",
      "UPDATE voice_call SET spans = 'seven' WHERE call_no = 1",
      "UPDATE voice_call SET spans = '1:' WHERE call_no = 1",
      "UPDATE voice_call SET spans = '2:1' WHERE call_no = 3",
      "UPDATE voice_call SET call_id = 'call-1' WHERE call_no = 2",
  };
  for (const std::string& damage : damages) {
    const std::string saved = directory_.path("saved.db");
    std::filesystem::copy_file(database(), saved,
                               std::filesystem::copy_options::overwrite_existing);
    Stranger(database()).Run(damage);
    const absl::Status status = OpenOrFail({.data_dir = data_dir()})
                                    ->LoadAccount(AccountNo(1), absl::InfinitePast())
                                    .status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << damage << ": " << status;
    EXPECT_THAT(status.ToString(), HasSubstr("acme"));
    std::filesystem::copy_file(saved, database(),
                               std::filesystem::copy_options::overwrite_existing);
  }
  Reopen();
  EXPECT_EQ(Load(*store_).calls.size(), 2U);
}

// ---- How much a load reads

// Years of calls, of which a load reads no more than the core remembers: the latest to end.
TEST_F(SqliteVoice, ALoadReadsNoMoreEndedCallsThanAreRemembered) {
  constexpr int64_t kCalls = kEndedCallsRememberedMax + 2;
  Do(StartOf(kCalls + 1));
  store_.reset();
  Stranger(database())
      .Run(absl::StrCat(
          "INSERT INTO voice_call (application_no, call_no, account_no, call_id, direction,"
          " start_time, ttl, sign_time, final_minute, spans, end_time, connected_duration, "
          "end_reason,"
          " settled)"
          " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ",
          kCalls, ") SELECT 1, i, 1, 'call-' || i, 1, i, 1, i, 0, '', i, 0, 1, 1 FROM n"));
  store_ = OpenOrFail({.data_dir = data_dir()});
  const Voice voice = Load(*store_);
  EXPECT_EQ(static_cast<int64_t>(voice.ended_calls.size()), kEndedCallsRememberedMax);
  EXPECT_FALSE(voice.ended_calls.contains(CallNo(2)));
  EXPECT_TRUE(voice.ended_calls.contains(CallNo(3)));
  EXPECT_TRUE(voice.ended_calls.contains(CallNo(kCalls)));
  EXPECT_EQ(voice.calls.size(), 1U);
}

// The index answers the questions of a load; none reads through the table.
TEST_F(SqliteVoice, QuestionsAreAnsweredByAnIndex) {
  Stranger stranger(database());
  const auto plan = [&stranger](const std::string& where) {
    return stranger.AskAll("EXPLAIN QUERY PLAN SELECT * FROM voice_call WHERE " + where);
  };
  EXPECT_THAT(plan("account_no = 1 AND end_time = 9223372036854775807"),
              HasSubstr("voice_call_by_end (account_no=? AND end_time=?)"));
  EXPECT_THAT(plan("account_no = 1 AND end_time >= 5 ORDER BY end_time DESC"),
              HasSubstr("voice_call_by_end (account_no=? AND end_time>?)"));
  EXPECT_THAT(plan("application_no = 1 AND call_no < 9 ORDER BY call_no DESC"),
              HasSubstr("PRIMARY KEY (application_no=? AND call_no<?)"));
}

}  // namespace
}  // namespace usher::storage::testing
