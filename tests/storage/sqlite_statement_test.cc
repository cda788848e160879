// The small nouns over SQLite: Database, Statement, Transaction.
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "entitlement/types.h"
#include "gtest/gtest.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/transaction.h"
#include "tests/storage/store_test_support.h"

namespace usher::storage::testing {
namespace {

class SqliteDatabase : public ::testing::Test {
 protected:
  SqliteDatabase() : writer_(Open(Access::kWriter)) {
    EXPECT_EQ(writer_->StartLog(), absl::OkStatus());
    EXPECT_EQ(writer_->Execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v ANY) STRICT"),
              absl::OkStatus());
  }

  std::unique_ptr<Database> Open(Access access) {
    return Database::Open(directory_.path("test.db"), access, "").value();
  }

  template <typename Value>
  Value RoundTrip(const Value& value) {
    EXPECT_EQ(writer_->Run("INSERT OR REPLACE INTO t (k, v) VALUES (1, ?)", value),
              absl::OkStatus());
    Value found{};
    Rows rows = writer_->Select("SELECT v FROM t WHERE k = 1");
    EXPECT_TRUE(rows.Next());
    rows.Read(found);
    return found;
  }

  int64_t Count(Database& database) {
    int64_t count = -1;
    Rows rows = database.Select("SELECT COUNT(*) FROM t");
    if (rows.Next()) rows.Read(count);
    return count;
  }

  TempDir directory_;
  std::unique_ptr<Database> writer_;
};

template <typename T>
std::string SqlTypeOf(Database& database, const T& value) {
  std::string type;
  Rows rows = database.Select("SELECT typeof(?)", value);
  if (rows.Next()) rows.Read(type);
  return type;
}

TEST_F(SqliteDatabase, ValuesComeBackAsTheyWere) {
  EXPECT_EQ(RoundTrip(std::numeric_limits<int64_t>::min()), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(RoundTrip(true), true);
  EXPECT_EQ(RoundTrip(std::string("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(RoundTrip(std::string()), "");
  EXPECT_EQ(RoundTrip(entitlement::LicenseId(7)), entitlement::LicenseId(7));
  EXPECT_EQ(RoundTrip(entitlement::Email("ann@acme.example")).value(), "ann@acme.example");
  EXPECT_EQ(RoundTrip(entitlement::Channel::kMonitor), entitlement::Channel::kMonitor);
  EXPECT_EQ(RoundTrip(absl::Microseconds(90'000'001)), absl::Microseconds(90'000'001));
  EXPECT_EQ(RoundTrip(std::optional<int64_t>(5)), 5);
  EXPECT_EQ(RoundTrip(std::optional<int64_t>()), std::nullopt);
}

TEST_F(SqliteDatabase, TimesComeBackToTheMicrosecond) {
  for (const absl::Time time :
       {At("2026-11-02T09:00:00.000001Z"), At("1969-12-31T23:59:59.999999Z"),
        absl::InfiniteFuture(), absl::InfinitePast()}) {
    EXPECT_EQ(RoundTrip(time), time);
  }
  for (const absl::CivilMonth month :
       {absl::CivilMonth(2026, 1), absl::CivilMonth(2026, 12), absl::CivilMonth()}) {
    EXPECT_EQ(RoundTrip(month), month);
  }
}

TEST_F(SqliteDatabase, TextBlobsAndNothingAreToldApart) {
  EXPECT_EQ(SqlTypeOf(*writer_, std::string()), "text");
  EXPECT_EQ(SqlTypeOf(*writer_, Blob{""}), "blob");
  EXPECT_EQ(SqlTypeOf(*writer_, std::optional<std::string>()), "null");
  EXPECT_EQ(SqlTypeOf(*writer_, OrNull(entitlement::LicenseId())), "null");
}

TEST_F(SqliteDatabase, ErrorOfOneUseDoesNotSpoilTheNext) {
  const auto insert = [this](int64_t key) {
    return writer_->Run("INSERT INTO t (k, v) VALUES (?, 0)", key);
  };
  ASSERT_EQ(insert(1), absl::OkStatus());
  EXPECT_TRUE(absl::IsInternal(insert(1)));  // the key is taken
  EXPECT_EQ(insert(2), absl::OkStatus());
}

TEST_F(SqliteDatabase, SqlThatIsWrongIsAnErrorOfItsUse) {
  EXPECT_TRUE(absl::IsInternal(writer_->Run("INSERT INTO nowhere (k) VALUES (?)", 1)));
  Rows rows = writer_->Select("SELECT k FROM nowhere");
  EXPECT_FALSE(rows.Next());
  EXPECT_TRUE(absl::IsInternal(rows.status()));
}

TEST_F(SqliteDatabase, ChangeOfNoRowIsFoundOut) {
  ASSERT_EQ(writer_->Run("INSERT INTO t (k, v) VALUES (1, 0)"), absl::OkStatus());
  const auto update = [this](int64_t key) {
    return writer_->RunOnOneRow("UPDATE t SET v = 1 WHERE k = ?", key);
  };
  EXPECT_EQ(update(1), absl::OkStatus());
  EXPECT_TRUE(absl::IsInternal(update(2)));
}

TEST_F(SqliteDatabase, TransactionThatIsNotCommittedIsRolledBack) {
  {
    Transaction transaction(*writer_);
    ASSERT_EQ(transaction.BeginWrite(), absl::OkStatus());
    ASSERT_EQ(writer_->Run("INSERT INTO t (k, v) VALUES (1, 0)"), absl::OkStatus());
    EXPECT_TRUE(writer_->in_transaction());
  }
  EXPECT_FALSE(writer_->in_transaction());
  EXPECT_EQ(Count(*writer_), 0);
}

TEST_F(SqliteDatabase, ReadTransactionIsOfOneInstant) {
  const std::unique_ptr<Database> reader = Open(Access::kReader);
  Transaction transaction(*reader);
  ASSERT_EQ(transaction.BeginRead(), absl::OkStatus());
  EXPECT_EQ(Count(*reader), 0);
  ASSERT_EQ(writer_->Run("INSERT INTO t (k, v) VALUES (1, 0)"), absl::OkStatus());
  EXPECT_EQ(Count(*reader), 0);
  EXPECT_EQ(Count(*writer_), 1);
}

TEST_F(SqliteDatabase, ReaderCannotWrite) {
  const std::unique_ptr<Database> reader = Open(Access::kReader);
  EXPECT_FALSE(reader->Run("INSERT INTO t (k, v) VALUES (1, 0)").ok());
  EXPECT_FALSE(reader->CheckpointPassively().ok());
}

TEST_F(SqliteDatabase, SecondWriterIsRefusedForNow) {
  const std::unique_ptr<Database> other = Open(Access::kWriter);
  Transaction transaction(*writer_);
  ASSERT_EQ(transaction.BeginWrite(), absl::OkStatus());
  EXPECT_TRUE(absl::IsUnavailable(other->Run("INSERT INTO t (k, v) VALUES (1, 0)")));
}

// A cache that is too small for its transaction puts pages into the log before their time, and
// writes them there again.
TEST_F(SqliteDatabase, WhatIsGatheredForTheLogIsReadBackAndGoesWithARollback) {
  int syncs = 0;
  writer_->GatherLogWrites([&syncs](absl::Duration) { ++syncs; });
  ASSERT_EQ(writer_->Execute("PRAGMA cache_size = 5"), absl::OkStatus());
  const std::unique_ptr<Database> reader = Open(Access::kReader);
  constexpr int64_t kRows = 300;
  const auto insert_all = [&] {
    for (int64_t k = 1; k <= kRows; ++k) {
      const std::string value(1000, static_cast<char>('a' + k % 26));
      ASSERT_EQ(writer_->Run("INSERT INTO t (k, v) VALUES (?, ?)", k, value), absl::OkStatus());
      if (k % 50 != 0) continue;
      ASSERT_EQ(ReadNumber(*writer_, "SELECT count(*) FROM t WHERE k > 0").value(), k);
      ASSERT_EQ(writer_->Run("UPDATE t SET v = '+' || v WHERE k % 7 = 0 AND v NOT LIKE '+%'"),
                absl::OkStatus());
    }
  };
  {
    Transaction transaction(*writer_);
    ASSERT_EQ(transaction.BeginWrite(), absl::OkStatus());
    insert_all();
  }
  // Nobody's any more: what another one writes to its place stays.
  ASSERT_EQ(Open(Access::kWriter)->Run("INSERT INTO t (k, v) VALUES (-1, '')"), absl::OkStatus());
  EXPECT_EQ(Count(*writer_), 1);
  EXPECT_EQ(syncs, 0);
  {
    Transaction transaction(*writer_);
    ASSERT_EQ(transaction.BeginWrite(), absl::OkStatus());
    insert_all();
    EXPECT_EQ(Count(*reader), 1);
    ASSERT_EQ(transaction.Commit(), absl::OkStatus());
  }
  EXPECT_EQ(syncs, 1);
  EXPECT_EQ(Count(*reader), kRows + 1);
  // What a process that dies now leaves to the next, which believes the log's checksums only.
  for (const char* suffix : {"", "-wal"}) {
    std::filesystem::copy_file(absl::StrCat(directory_.path("test.db"), suffix),
                               absl::StrCat(directory_.path("copy.db"), suffix));
  }
  const std::unique_ptr<Database> copy =
      Database::Open(directory_.path("copy.db"), Access::kWriter, "").value();
  EXPECT_EQ(Count(*copy), kRows + 1);
  EXPECT_EQ(ReadNumber(*copy, "SELECT sum(length(v)) FROM t").value(), kRows * 1000 + kRows / 7);
  EXPECT_EQ(ReadNumber(*copy,
                       "SELECT count(*) FROM pragma_integrity_check"
                       " WHERE integrity_check = 'ok'")
                .value(),
            1);
}

}  // namespace
}  // namespace usher::storage::testing
