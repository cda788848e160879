// What every store promises of the journal (R29), run against each.
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/sqlite/journal_writer.h"
#include "storage/store.h"
#include "tests/storage/store_test_support.h"

namespace usher::storage::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::TestWithParam;
using ::testing::Values;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

// Sparse enough that blocks of the journal have entries of one account only.
constexpr int kManyEntries = 3 * static_cast<int>(kJournalBlock);

class StoreJournal : public TestWithParam<std::string> {
 protected:
  StoreJournal() : store_(GetParam()) {
    Script script = Script::WithApplication();
    script.In(2, 0).Add(AccountCreated{AccountId("other"), "", "UTC"});
    EXPECT_EQ(store_->Commit({.changes = script.changes()}), absl::OkStatus());
  }

  // An entry with one event, written in the minute of its number.
  void Append(int64_t account, const std::string& payload, bool of_server = false) {
    const Revision revision(++revisions_[account]);
    entries_.push_back({.account = AccountNo(account),
                        .first_revision = revision,
                        .last_revision = revision,
                        .record_time = noon_ + absl::Minutes(minute_++),
                        .payload = payload,
                        .of_server = of_server});
  }
  void Commit() {
    ASSERT_EQ(store_->Commit({.journal = std::exchange(entries_, {})}), absl::OkStatus());
  }

  std::vector<std::string> Read(const JournalQuery& query) {
    std::vector<std::string> payloads;
    const JournalPage page = store_->ReadJournal(query).value();
    for (const JournalRow& row : page.rows) {
      payloads.push_back(row.entry.payload);
    }
    return payloads;
  }
  std::vector<std::string> ReadNewestFirst(EventsQuery query, bool* more = nullptr) {
    if (query.limit == 0) query.limit = 100;
    if (query.bytes_max == 0) query.bytes_max = 1'000'000;
    const HistoryPage page = store_->ReadHistory(query).value();
    std::vector<std::string> payloads;
    for (const EventsRecord& entry : std::get<EventsPage>(page).entries) {
      payloads.push_back(entry.payload);
    }
    if (more != nullptr) *more = std::get<EventsPage>(page).more;
    return payloads;
  }

  StoreUnderTest store_;
  std::vector<JournalEntry> entries_;
  std::map<int64_t, int64_t> revisions_;
  int minute_ = 0;
  const absl::Time noon_ = At("2026-11-02T12:00:00Z");
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreJournal, Values("memory", "sqlite"), NameOfKind);

TEST_P(StoreJournal, GivesEntriesBackAsTheyWere) {
  const JournalEntry entry{AccountNo(2), Revision(3), Revision(9), noon_,
                           std::string("\0b\xff", 3)};
  ASSERT_EQ(store_->Commit({.journal = {&entry, 1}}), absl::OkStatus());
  const JournalPage page = store_->ReadJournal({.account = AccountNo(2)}).value();
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].position, 1);
  EXPECT_EQ(page.rows[0].entry.account, AccountNo(2));
  EXPECT_EQ(page.rows[0].entry.first_revision, Revision(3));
  EXPECT_EQ(page.rows[0].entry.last_revision, Revision(9));
  EXPECT_EQ(page.rows[0].entry.record_time, noon_);
  EXPECT_EQ(page.rows[0].entry.payload, entry.payload);
  EXPECT_FALSE(page.more);
  EXPECT_EQ(store_->LastJournalEntry()->position, 1);
  EXPECT_EQ(store_->LastJournalEntry()->record_time, noon_);
}

TEST_P(StoreJournal, IsReadByAccountInItsOrder) {
  for (const char* payload : {"a", "c", "d"}) {
    Append(1, payload);
    Append(2, std::string("other ") + payload);
  }
  Commit();
  EXPECT_THAT(Read({.account = AccountNo(1)}), ElementsAre("a", "c", "d"));
  EXPECT_THAT(Read({.account = AccountNo(2)}), ElementsAre("other a", "other c", "other d"));
  EXPECT_THAT(Read({.account = AccountNo(3)}), IsEmpty());
  EXPECT_THAT(ReadNewestFirst({.account = AccountNo(1)}), ElementsAre("d", "c", "a"));
}

TEST_P(StoreJournal, PositionsCountAllEntriesWithoutAGap) {
  for (int i = 0; i < 3; ++i) {
    Append(1 + i % 2, "x");
    Commit();
  }
  const std::vector<JournalRow> rows = JournalRowsOf(*store_, AccountNo(1));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].position, 1);
  EXPECT_EQ(rows[1].position, 3);
  EXPECT_EQ(store_->LastJournalEntry()->position, 3);
}

TEST_P(StoreJournal, PagesHaveBoundsAndSayWhetherMoreFollows) {
  for (const char* payload : {"a", "b", "c", "d"}) Append(1, payload);
  Commit();
  JournalQuery query{.account = AccountNo(1), .after = 1, .until = 3};
  EXPECT_THAT(Read(query), ElementsAre("b", "c"));
  EXPECT_FALSE(store_->ReadJournal(query)->more);
  query.limit = 1;
  EXPECT_THAT(Read(query), ElementsAre("b"));
  EXPECT_TRUE(store_->ReadJournal(query)->more);
  // One that is larger than the bound is read all the same, alone.
  EXPECT_THAT(Read({.account = AccountNo(1), .bytes_max = 0}), ElementsAre("a"));
  EXPECT_THAT(Read({.account = AccountNo(1), .bytes_max = 1}), ElementsAre("a", "b"));

  bool more = false;
  EXPECT_THAT(ReadNewestFirst({.account = AccountNo(1), .limit = 2}, &more), ElementsAre("d", "c"));
  EXPECT_TRUE(more);
  EXPECT_THAT(ReadNewestFirst({.account = AccountNo(1), .before = 3, .limit = 2}, &more),
              ElementsAre("b", "a"));
  EXPECT_FALSE(more);
  EXPECT_THAT(ReadNewestFirst({.account = AccountNo(1), .bytes_max = 1}, &more),
              ElementsAre("d", "c"));
  EXPECT_TRUE(more);
}

TEST_P(StoreJournal, IsReadByRecordTime) {
  for (const char* payload : {"0", "1", "2", "3"}) Append(1, payload);
  Commit();
  const auto read = [this](std::optional<absl::Time> start, std::optional<absl::Time> end) {
    return ReadNewestFirst({.account = AccountNo(1), .start_time = start, .end_time = end});
  };
  EXPECT_THAT(read(noon_ + absl::Minutes(1), noon_ + absl::Minutes(3)), ElementsAre("2", "1"));
  EXPECT_THAT(read(noon_ + absl::Seconds(61), std::nullopt), ElementsAre("3", "2"));
  EXPECT_THAT(read(std::nullopt, noon_), IsEmpty());
  EXPECT_THAT(read(noon_ + absl::Minutes(4), std::nullopt), IsEmpty());
  EXPECT_THAT(read(noon_ + absl::Minutes(3), noon_ + absl::Minutes(1)), IsEmpty());
  EXPECT_THAT(read(absl::InfinitePast(), absl::InfiniteFuture()), ElementsAre("3", "2", "1", "0"));
}

TEST_P(StoreJournal, TheServersOwnAreThoseWithoutAccountAndThoseThatTellOfOne) {
  Append(0, "token", /*of_server=*/true);
  Append(1, "account", /*of_server=*/true);
  Append(1, "login");
  Commit();
  EXPECT_THAT(Read({.account = AccountNo()}), ElementsAre("token", "account"));
  EXPECT_THAT(Read({.account = AccountNo(1)}), ElementsAre("account", "login"));
  EXPECT_THAT(ReadNewestFirst({.account = AccountNo()}), ElementsAre("account", "token"));
}

// An account that writes rarely is found among many entries of another.
TEST_P(StoreJournal, RareEntriesAreFoundAmongMany) {
  Append(2, "first");
  for (int i = 1; i < kManyEntries; ++i) Append(1, "x");
  Append(2, "last");
  Commit();
  EXPECT_THAT(Read({.account = AccountNo(2)}), ElementsAre("first", "last"));
  EXPECT_THAT(Read({.account = AccountNo(2), .after = 1}), ElementsAre("last"));
  EXPECT_THAT(ReadNewestFirst({.account = AccountNo(2)}), ElementsAre("last", "first"));
  EXPECT_THAT(ReadNewestFirst({.account = AccountNo(2), .before = kJournalBlock}),
              ElementsAre("first"));
  EXPECT_EQ(Read({.account = AccountNo(1), .limit = 2 * kManyEntries}).size(), kManyEntries - 1U);
  EXPECT_EQ(ReadNewestFirst({.account = AccountNo(1), .limit = 2 * kManyEntries}).size(),
            kManyEntries - 1U);
}

TEST_P(StoreJournal, OldestRevisionIsThatOfTheOldestEntryKept) {
  EXPECT_EQ(store_->OldestRevision(AccountNo(1)).value(), Revision());
  for (int i = 0; i < 3; ++i) Append(1, "x");
  Append(2, "y");
  Commit();
  EXPECT_EQ(store_->OldestRevision(AccountNo(1)).value(), Revision(1));
  ASSERT_TRUE(store_->Prune({.journal_before = noon_ + absl::Minutes(2)}, 10).ok());
  EXPECT_EQ(store_->OldestRevision(AccountNo(1)).value(), Revision(3));
  EXPECT_EQ(store_->OldestRevision(AccountNo(2)).value(), Revision(1));
  // The server's own list also has what tells of an account, but that has the account's number.
  Append(2, "account", /*of_server=*/true);
  Commit();
  EXPECT_EQ(store_->OldestRevision(AccountNo()).value(), Revision());
  revisions_[0] = 6;
  Append(0, "token", /*of_server=*/true);
  Commit();
  EXPECT_EQ(store_->OldestRevision(AccountNo()).value(), Revision(7));
}

TEST_P(StoreJournal, IsPrunedByAgeInBoundedSteps) {
  for (const char* payload : {"0", "1", "2", "3", "4"}) Append(1, payload);
  Commit();
  EXPECT_EQ(store_->ReadJournal({.account = AccountNo(1)})->first_position, 1);
  const PruneBounds bounds{.journal_before = noon_ + absl::Minutes(3)};
  EXPECT_TRUE(store_->Prune(bounds, 2).value());
  EXPECT_THAT(JournalOf(*store_), ElementsAre("2", "3", "4"));
  EXPECT_EQ(store_->ReadJournal({.account = AccountNo(1)})->first_position, 3);
  EXPECT_FALSE(store_->Prune(bounds, 2).value());
  EXPECT_FALSE(store_->Prune(bounds, 2).value());
  EXPECT_THAT(JournalOf(*store_), ElementsAre("3", "4"));
}

TEST_P(StoreJournal, TheLastEntryStaysHoweverOldSoThatPositionsGoOn) {
  for (int i = 0; i < kManyEntries; ++i) Append(1, "old");
  Commit();
  while (store_->Prune({.journal_before = absl::InfiniteFuture()}, 1000).value()) {
  }
  EXPECT_THAT(JournalOf(*store_), ElementsAre("old"));
  Append(1, "new");
  Append(2, "of another");
  Commit();
  const std::vector<JournalRow> rows = JournalRowsOf(*store_, AccountNo(1));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].position, kManyEntries + 1);
  EXPECT_EQ(JournalRowsOf(*store_, AccountNo(2)).size(), 1U);
}

// What is told of bindings and resets does not depend on the journal.
TEST_P(StoreJournal, HistoryOutlivesTheJournal) {
  Script script = Script::WithApplication();
  StoreUnderTest store(GetParam());
  script.Add(LicenseBound{.id = LicenseId(1), .email = Email("ann@acme.example")});
  ASSERT_EQ(script.Commit(*store), absl::OkStatus());
  script.Add(ApplicationUpdated{"name"});
  ASSERT_EQ(script.Commit(*store), absl::OkStatus());
  ASSERT_TRUE(store->Prune({.journal_before = absl::InfiniteFuture()}, 1000).ok());
  EXPECT_EQ(JournalOf(*store).size(), 1U);
  const HistoryPage page =
      store->ReadHistory(BindingsQuery{.application = ApplicationNo(1), .limit = 10}).value();
  ASSERT_EQ(std::get<BindingsPage>(page).bindings.size(), 1U);
  EXPECT_EQ(std::get<BindingsPage>(page).bindings[0].email, Email("ann@acme.example"));
}

}  // namespace
}  // namespace usher::storage::testing
