// Records that are packed into one row, and rows that were spoiled.
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/sqlite/packed.h"
#include "storage/sqlite/packed_session.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/store_test_support.h"
#include "tests/storage/stranger.h"

namespace usher::storage::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

constexpr int64_t kNumbers[] = {0,
                                1,
                                127,
                                128,
                                16383,
                                16384,
                                1'795'600'000'000'000,
                                -1,
                                std::numeric_limits<int64_t>::max(),
                                std::numeric_limits<int64_t>::min()};

TEST(Packed, ValuesComeBackAsTheyWere) {
  std::string packed;
  for (const int64_t number : kNumbers) Packer(packed).Pack(number);
  const std::string text("a\0b", 3);
  Packer(packed).Pack(text, Email("ann@acme.example"), SessionId(7), Channel::kMonitor,
                      absl::InfiniteFuture(), absl::Minutes(5), true, std::string());

  Unpacker unpacker(packed);
  for (const int64_t number : kNumbers) {
    int64_t read = 0;
    ASSERT_TRUE(unpacker.Unpack(read));
    EXPECT_EQ(read, number);
  }
  std::string_view read_text;
  Email email;
  SessionId session;
  Channel channel{};
  absl::Time time;
  absl::Duration duration;
  bool flag = false;
  std::string empty = "x";
  ASSERT_TRUE(unpacker.Unpack(read_text, email, session, channel, time, duration, flag, empty));
  EXPECT_EQ(read_text, text);
  EXPECT_EQ(email, Email("ann@acme.example"));
  EXPECT_EQ(session, SessionId(7));
  EXPECT_EQ(channel, Channel::kMonitor);
  EXPECT_EQ(time, absl::InfiniteFuture());
  EXPECT_EQ(duration, absl::Minutes(5));
  EXPECT_TRUE(flag);
  EXPECT_EQ(empty, "");
  EXPECT_TRUE(unpacker.empty());
}

TEST(Packed, SmallNumbersTakeAByte) {
  std::string packed;
  Packer(packed).Pack(127);
  EXPECT_EQ(packed.size(), 1U);
  Packer(packed).Pack(128);
  EXPECT_EQ(packed.size(), 3U);
}

TEST(Packed, WhatIsCutOffIsRefusedWhereverItIs) {
  std::string packed;
  Packer(packed).Pack(300, std::string("text"), 70'000);
  for (size_t size = 0; size < packed.size(); ++size) {
    Unpacker unpacker(std::string_view(packed).substr(0, size));
    int64_t first = 0;
    std::string_view text;
    int64_t last = 0;
    EXPECT_FALSE(unpacker.Unpack(first, text, last)) << size;
    // And from then on.
    EXPECT_FALSE(unpacker.Unpack(first)) << size;
  }
}

TEST(Packed, ANumberThatDoesNotEndIsRefused) {
  const std::string endless(64, '\xff');
  int64_t number = 0;
  EXPECT_FALSE(Unpacker(endless).Unpack(number));
  // A length that is more than there is, also one that is no length.
  std::string packed;
  Packer(packed).Pack(int64_t{-1});
  std::string_view text;
  EXPECT_FALSE(Unpacker(packed).Unpack(text));
}

TEST(Packed, SessionsThatHaveGoneArePassedOver) {
  std::string packed;
  PackedSession session{.application = ApplicationNo(1),
                        .email = "ann@acme.example",
                        .channel = Channel::kSdk,
                        .client_id = "tab",
                        .license = LicenseId(4),
                        .ttl = absl::Minutes(1)};
  for (const SessionMark mark :
       {SessionMark::kGone, SessionMark::kStarted, SessionMark::kGone, SessionMark::kEnded}) {
    session.id = session.id.next();
    session.mark = mark;
    session.end_time = absl::FromUnixSeconds(1'795'600'000);
    session.end_reason = EndReason::kLogout;
    session.end_license = LicenseId(5);
    Pack(session, packed);
  }
  PackedSessions sessions(packed);
  ASSERT_TRUE(sessions.Next());
  EXPECT_EQ(sessions.session().id, SessionId(2));
  EXPECT_EQ(sessions.session().end_time, absl::InfiniteFuture());
  ASSERT_TRUE(sessions.Next());
  EXPECT_EQ(sessions.session().id, SessionId(4));
  EXPECT_EQ(sessions.session().end_license, LicenseId(5));
  EXPECT_EQ(sessions.end(), packed.size());
  EXPECT_FALSE(sessions.Next());
  EXPECT_TRUE(sessions.ok());
}

class SpoiledRow : public ::testing::Test {
 protected:
  SpoiledRow() {
    const auto store = Open();
    Script script = Script::WithApplication();
    EXPECT_EQ(script.Commit(*store, "first"), absl::OkStatus());
    script.Add(ApplicationUpdated{"name"});
    EXPECT_EQ(script.Commit(*store, "second"), absl::OkStatus());
  }
  std::unique_ptr<SqliteStore> Open() { return OpenOrFail({.data_dir = directory_.path("data")}); }
  void Spoil(const std::string& sql) { Stranger(directory_.path("data/usher.db")).Run(sql); }

  TempDir directory_;
};

// Nobody who reads it, and nothing that forgets, must end the server.
TEST_F(SpoiledRow, OfTheJournalIsToldByACheckAndPassedOverByOthers) {
  for (const char* damage : {"payload = substr(payload, 2)", "payload = substr(payload, 1, 5)",
                             "payload = x''", "payload = CAST(payload || payload AS BLOB)",
                             "payload = CAST(payload || x'80' AS BLOB)", "entries = 2"}) {
    Spoil("CREATE TABLE saved AS SELECT payload FROM journal WHERE position = 1");
    Spoil(absl::StrCat("UPDATE journal SET ", damage, " WHERE position = 1"));
    {
      const auto store = Open();
      EXPECT_THAT(JournalOf(*store), ElementsAre("second")) << damage;
      const auto read = [&](const EventsQuery& query) {
        return std::get<EventsPage>(store->ReadHistory(query).value()).entries.size();
      };
      EventsQuery query{.account = AccountNo(1), .limit = 10, .bytes_max = 1000};
      EXPECT_EQ(read(query), 1U) << damage;
      query.start_time = absl::InfinitePast();
      query.end_time = absl::InfiniteFuture();
      EXPECT_EQ(read(query), 1U) << damage;
      EXPECT_TRUE(store->ReadFigures().ok());
      const auto problems = store->CheckTables(10, [] { return true; });
      ASSERT_TRUE(problems.ok()) << problems.status();
      EXPECT_THAT(*problems, ElementsAre(HasSubstr("journal up to position 1 can't be read")));
    }
    Spoil(
        "UPDATE journal SET entries = 1, payload = (SELECT payload FROM saved)"
        " WHERE position = 1; DROP TABLE saved");
  }
  Spoil("UPDATE journal SET payload = x'' WHERE position = 1");
  const auto store = Open();
  EXPECT_FALSE(store->Prune({.journal_before = absl::InfiniteFuture()}, 10).value());
  EXPECT_TRUE(store->CheckTables(10, [] { return true; })->empty());
  EXPECT_THAT(JournalOf(*store), ElementsAre("second"));
}

TEST_F(SpoiledRow, OfARunIsItsApplicationsAlone) {
  Spoil("INSERT INTO session_run VALUES (1, 1, 5, x'0105')");
  const auto store = Open();
  EXPECT_TRUE(
      IsUnitDamage(store->LoadApplication(ApplicationNo(1), absl::InfinitePast()).status()));
  EXPECT_TRUE(store->LoadAccount(AccountNo(1), absl::InfinitePast()).ok());
}

TEST_F(SpoiledRow, OfRecentSessionsEndsTheOpening) {
  Spoil("INSERT INTO recent_session VALUES (7, x'0105')");
  const absl::Status status = SqliteStore::Open({.data_dir = directory_.path("data")}).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(status.ToString(), HasSubstr("row 7 of recent_session"));
}

}  // namespace
}  // namespace usher::storage::testing
