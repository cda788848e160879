// Databases of every earlier schema version, as their server left them, are brought to this one's
// form and lose nothing (schema_N.sql).
#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/earlier_schema.h"
#include "tests/storage/store_test_support.h"
#include "tests/storage/stranger.h"
#include "tests/support/fault_vfs.h"

namespace usher::storage::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

class SqliteMigration : public ::testing::Test {
 protected:
  void Restore(int version) { RestoreEarlierDatabase(version, data_dir()); }

  std::string data_dir() const { return directory_.path("data"); }
  std::string database() const { return directory_.path("data/usher.db"); }
  std::unique_ptr<SqliteStore> Open() { return OpenOrFail({.data_dir = data_dir()}); }

  // Tables, with the columns that they have.
  static std::map<std::string, std::string> TablesOf(Stranger& stranger) {
    std::map<std::string, std::string> tables;
    for (const absl::string_view name :
         absl::StrSplit(stranger.AskAll("SELECT name FROM pragma_table_list WHERE schema = 'main'"
                                        " AND type = 'table' AND name NOT LIKE 'sqlite%'"),
                        '\n')) {
      tables[std::string(name)] = stranger.Ask(
          absl::StrCat("SELECT group_concat(name, ', ') FROM pragma_table_info('", name, "')"));
    }
    return tables;
  }

  // The rows of those columns.
  static std::map<std::string, std::string> RowsOf(
      Stranger& stranger, const std::map<std::string, std::string>& tables) {
    std::map<std::string, std::string> rows;
    for (const auto& [table, columns] : tables) {
      rows[table] =
          stranger.AskAll(absl::StrCat("SELECT ", columns, " FROM ", table, " ORDER BY 1, 2"));
    }
    return rows;
  }

  TempDir directory_;
};

TEST_F(SqliteMigration, EveryEarlierVersionIsKeptHere) {
  for (int version = 1; version < SchemaVersion(); ++version) {
    EXPECT_TRUE(std::filesystem::exists(EarlierSchemaFile(version))) << EarlierSchemaFile(version);
  }
}

TEST_F(SqliteMigration, NothingOfVersion1IsLost) {
  Restore(1);
  const std::unique_ptr<SqliteStore> store = Open();
  EXPECT_EQ(store->database_id(), "2a7eb62261d80b55d79a5caafa165dfe");
  const Account account = store->LoadAccount(AccountNo(1), absl::InfinitePast()).value();
  EXPECT_EQ(account.id, AccountId("acme"));
  EXPECT_EQ(account.zone_name, "Europe/Berlin");
  EXPECT_EQ(account.last_revision, Revision(21));
  EXPECT_EQ(account.applications.size(), 2U);
  EXPECT_EQ(account.voice, Voice());

  const Application support =
      store->LoadApplication(ApplicationNo(1), absl::InfinitePast()).value();
  EXPECT_EQ(support.licenses.size(), 9U);
  EXPECT_EQ(support.sessions.size(), 1U);
  EXPECT_EQ(support.ended_sessions.size(), 1U);
  EXPECT_EQ(support.phones.size(), 1U);
  const Subscription& package = support.subscriptions.at(SubscriptionId(1));
  EXPECT_EQ(package.product, "standard-agent-package");
  EXPECT_EQ(package.edition, Edition::kStandard);
  EXPECT_EQ(package.months, 5);
  EXPECT_EQ(package.add_ons.size(), 2U);
  EXPECT_EQ(JournalRowsOf(*store, AccountNo(1)).size(), 10U);
  EXPECT_TRUE(
      store->FindAnswer(AccountNo(1), "0c6b235c-350b-4590-b083-81518b8ad3aa", absl::InfinitePast())
          ->has_value());
}

TEST_F(SqliteMigration, NothingOfVersion2IsLost) {
  Restore(2);
  const std::unique_ptr<SqliteStore> store = Open();
  EXPECT_EQ(store->database_id(), "d9b04dfdb065ea17793e0f0680653613");
  const Account account = store->LoadAccount(AccountNo(1), absl::InfinitePast()).value();
  EXPECT_EQ(account.last_revision, Revision(15));
  const Voice& voice = account.voice;
  ASSERT_EQ(voice.grants.size(), 2U);
  EXPECT_EQ(voice.grants[0].charged, 3);
  EXPECT_EQ(voice.calls.at(CallNo(1)).hold, (MinuteSpans{{GrantId(1), 15}}));
  EXPECT_EQ(voice.ended_calls.at(CallNo(2)).charges, (MinuteSpans{{GrantId(1), 3}}));
  EXPECT_EQ(voice.last_call_no, CallNo(2));
  EXPECT_EQ(voice.applications.at(ApplicationNo(1)).plans.at(SubscriptionId(2)).lots.size(), 1U);
  // There were no tokens yet.
  EXPECT_TRUE(store->LoadDirectory()->tokens.empty());
}

TEST_F(SqliteMigration, NothingOfVersion3IsLost) {
  Restore(3);
  const std::unique_ptr<SqliteStore> store = Open();
  const Directory directory = store->LoadDirectory().value();
  EXPECT_EQ(directory.tokens.size(), 3U);
  EXPECT_EQ(directory.tokens.at(TokenId(2)).display_name, "Console");
  EXPECT_TRUE(directory.tokens.at(TokenId(3)).revoke_time.has_value());
  EXPECT_EQ(store->LastJournalEntry()->position, 12);

  // The journal had no blocks yet, and nothing said what of it is the server's own.
  const auto positions = [&](int64_t account) {
    std::vector<int64_t> found;
    for (const JournalRow& row : JournalRowsOf(*store, AccountNo(account))) {
      found.push_back(row.position);
    }
    return found;
  };
  EXPECT_THAT(positions(0), ElementsAre(1, 2, 5, 6, 8, 10));
  EXPECT_THAT(positions(1), ElementsAre(2, 3, 4, 7, 11, 12));
  EXPECT_THAT(positions(2), ElementsAre(8, 9));
}

TEST_F(SqliteMigration, NothingOfVersion4IsLost) {
  Restore(4);
  const std::unique_ptr<SqliteStore> store = Open();
  const Application support =
      store->LoadApplication(ApplicationNo(1), absl::InfinitePast()).value();
  EXPECT_EQ(support.licenses.size(), 15U);
  EXPECT_EQ(support.sessions.size(), 4U);
  EXPECT_EQ(support.ended_sessions.size(), 3U);
  EXPECT_EQ(support.agents.Find(Email("dan@acme.test"))->mobile_answering,
            MobileAnswering::kAlways);
  EXPECT_EQ(store->LoadAccount(AccountNo(1), absl::InfinitePast())->voice.ended_calls.size(), 1U);
}

// Its sessions stood in two tables, and its journal had a row for each entry.
TEST_F(SqliteMigration, NothingOfVersion5IsLost) {
  Restore(5);
  const auto expect_as_it_was = [](SqliteStore& store) {
    const auto application = [&store](int64_t no) {
      return store.LoadApplication(ApplicationNo(no), absl::InfinitePast()).value();
    };
    for (int64_t no = 1; no <= 8; ++no) {
      const Application each = application(no);
      EXPECT_EQ(each.sessions.size() + each.ended_sessions.size(), no == 1 ? 10U : 9U) << no;
    }
    EXPECT_EQ(application(1).sessions.size(), 2U);
    EXPECT_TRUE(application(2).sessions.empty());
    EXPECT_EQ(application(2).ended_sessions.rbegin()->second.reason, EndReason::kLogout);
    const Application third = application(3);
    ASSERT_EQ(third.sessions.size(), 1U);
    EXPECT_EQ(third.sessions.begin()->client_id.value(), "tab-8");
    EXPECT_EQ(JournalRowsOf(store, AccountNo(1)).size(), 83U);
  };
  const std::unique_ptr<SqliteStore> store = Open();
  expect_as_it_was(*store);
  EXPECT_EQ(Stranger(database()).Ask("SELECT COUNT(*) FROM recent_session"), "0");

  // Both forms go on side by side: what was left in the one is altered there.
  const Application third = store->LoadApplication(ApplicationNo(3), absl::InfinitePast()).value();
  const Session& live = *third.sessions.begin();
  const absl::Time now = absl::FromUnixSeconds(1'796'000'000);
  const auto of_third = [&](ChangePayload payload) {
    return Change{.account = AccountNo(1),
                  .application = third.no,
                  .event_time = now,
                  .payload = std::move(payload)};
  };
  const Change logout = of_third(SessionEnded{live.id, live.email, EndReason::kLogout, ""});
  const JournalEntry entry{AccountNo(1), Revision(900), Revision(900), now, "new"};
  ASSERT_EQ(store->Commit({.changes = {&logout, 1}, .journal = {&entry, 1}}), absl::OkStatus());
  const Application after = store->LoadApplication(third.no, absl::InfinitePast()).value();
  EXPECT_TRUE(after.sessions.empty());
  EXPECT_EQ(after.ended_sessions.at(live.id).reason, EndReason::kLogout);
  const std::vector<JournalRow> journal = JournalRowsOf(*store, AccountNo(1));
  ASSERT_EQ(journal.size(), 84U);
  EXPECT_EQ(journal[82].position, 84);
  EXPECT_EQ(journal[83].position, 85);
  EXPECT_EQ(journal[83].entry.payload, "new");
  const Change forgotten = of_third(SessionForgotten{SessionId(1)});
  ASSERT_EQ(store->Commit({.changes = {&forgotten, 1}}), absl::OkStatus());
  EXPECT_EQ(store->LoadApplication(third.no, absl::InfinitePast())->ended_sessions.size(), 8U);
}

// Its bindings were found by indexes, those that last as well, and no agent's row told of them.
TEST_F(SqliteMigration, NothingOfVersion6IsLost) {
  Restore(6);
  const std::unique_ptr<SqliteStore> store = Open();
  const Application support =
      store->LoadApplication(ApplicationNo(1), absl::InfinitePast()).value();
  EXPECT_EQ(support.sessions.size(), 3U);
  EXPECT_EQ(support.agents.Find(Email("bob@acme.test"))->license, LicenseId(4));

  // "license email", newest first.
  const auto bindings = [&store](BindingsQuery query) {
    query.application = query.application ? query.application : ApplicationNo(1);
    query.limit = 10;
    std::vector<std::string> found;
    const HistoryPage page = store->ReadHistory(query).value();
    for (const BindingRecord& binding : std::get<BindingsPage>(page).bindings) {
      found.push_back(absl::StrCat(binding.license.value(), " ", binding.email.value().substr(0, 3),
                                   binding.release_time ? " until a reset" : ""));
    }
    return found;
  };
  EXPECT_THAT(bindings({}),
              ElementsAre("2 dan", "2 cid until a reset", "4 bob", "2 bob until a reset", "1 ann"));
  EXPECT_THAT(bindings({.email = Email("bob@acme.test")}),
              ElementsAre("4 bob", "2 bob until a reset"));
  EXPECT_THAT(bindings({.license = LicenseId(2)}),
              ElementsAre("2 dan", "2 cid until a reset", "2 bob until a reset"));
  EXPECT_THAT(bindings({.application = ApplicationNo(2)}), ElementsAre("1 ann"));

  // What lasted then can end now.
  const Change released{
      .account = AccountNo(1),
      .application = ApplicationNo(1),
      .event_time = absl::FromUnixSeconds(1'796'100'000),
      .payload = LicenseReleased{
          .id = LicenseId(2), .email = Email("dan@acme.test"), .cause = ReleaseCause::kReset}};
  ASSERT_EQ(store->Commit({.changes = {&released, 1}}), absl::OkStatus());
  EXPECT_THAT(bindings({.email = Email("dan@acme.test")}), ElementsAre("2 dan until a reset"));
}

// Version 5 says its checks in other words; what they keep out stays out, also in a database that
// was made by an earlier version.
TEST_F(SqliteMigration, ChecksKeepOutWhatTheyDid) {
  Restore(4);
  Open();
  const std::map<std::string, std::string> refused = {
      {"session", "UPDATE session SET channel = 4"},
      {"license", "UPDATE license SET source = 0"},
      {"agent", "UPDATE agent SET mobile_answering = 4"},
      {"token", "UPDATE token SET role = 5, account_id = 'acme'"}};
  Stranger migrated(database());
  for (const auto& [table, statement] : refused) {
    EXPECT_THAT(migrated.Refuses(statement), HasSubstr("CHECK constraint failed")) << statement;
    EXPECT_THAT(migrated.Ask("SELECT sql FROM sqlite_schema WHERE name = '" + table + "'"),
                HasSubstr(" BETWEEN 1 AND "));
  }
  EXPECT_EQ(migrated.Ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteMigration, NoRowOfVersion1IsAltered) {
  Restore(1);
  Stranger before(database());
  // The one table that the working day of schema_1.sql left empty.
  before.Run("INSERT INTO reset VALUES (1, 9, 1795598446400000, 'operator', 2, 1, 24322, 1)");
  const std::map<std::string, std::string> tables = TablesOf(before);
  const std::map<std::string, std::string> rows = RowsOf(before, tables);
  EXPECT_EQ(tables.size(), 16U);
  for (const auto& [table, text] : rows) EXPECT_NE(text, "") << table;
  Open();
  Stranger after(database());
  EXPECT_EQ(after.Ask("PRAGMA user_version"), absl::StrCat(SchemaVersion()));
  EXPECT_EQ(RowsOf(after, tables), rows);
  EXPECT_EQ(after.Ask("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(after.AskAll("PRAGMA foreign_key_check"), "");
}

TEST_F(SqliteMigration, ReferencesAreWatchedOverInTheSameOpening) {
  Restore(1);
  const std::unique_ptr<SqliteStore> store = Open();
  const Change dangling{
      .account = AccountNo(1),
      .application = ApplicationNo(1),
      .payload = VoicePlanStored{
          {.subscription = SubscriptionId(7), .product = "voice-agent-package", .months = 1}}};
  const absl::Status status = store->Commit({.changes = {&dangling, 1}});
  EXPECT_TRUE(absl::IsInternal(status)) << status;
  EXPECT_THAT(Stranger(database()).Ask("SELECT sql FROM sqlite_schema WHERE name = 'add_on'"),
              HasSubstr("REFERENCES subscription "));
}

TEST_F(SqliteMigration, ADanglingReferenceEndsTheOpeningAndIsNamed) {
  Restore(1);
  Stranger(database()).Run("DELETE FROM subscription");
  const absl::Status status = SqliteStore::Open({.data_dir = data_dir()}).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(status.ToString(), HasSubstr("add_on"));
  EXPECT_EQ(Stranger(database()).Ask("PRAGMA user_version"), "1");
}

TEST_F(SqliteMigration, AFullDiskLeavesTheEarlierVersionWhole) {
  Restore(1);
  FaultVfs vfs("migration");
  std::map<std::string, std::string> tables;
  std::map<std::string, std::string> rows;
  {
    Stranger before(database());
    tables = TablesOf(before);
    rows = RowsOf(before, tables);
  }
  int refused = 0;
  for (int spared = 0;; ++spared) {
    vfs.FailAfter(FaultVfs::Operation::kWrite, spared, SQLITE_FULL);
    const absl::Status status =
        SqliteStore::Open({.data_dir = data_dir(), .vfs = vfs.name()}).status();
    vfs.Heal();
    Stranger left(database());
    ASSERT_EQ(RowsOf(left, tables), rows) << "spared " << spared;
    if (status.ok()) break;
    ++refused;
    ASSERT_TRUE(absl::IsUnavailable(status)) << status;
    // Each step is whole or not made at all.
    ASSERT_NE(left.Ask("PRAGMA user_version"), absl::StrCat(SchemaVersion()));
  }
  EXPECT_GT(refused, 10);
  EXPECT_EQ(Open()->LoadAccount(AccountNo(1), absl::InfinitePast())->id, AccountId("acme"));
}

TEST_F(SqliteMigration, AMigratedDatabaseSellsVoice) {
  Restore(1);
  const absl::Time now = absl::FromUnixSeconds(1'795'600'000);
  const absl::Time end = now + absl::Hours(24 * 30);
  const auto of_support = [now](ChangePayload payload, int64_t revision = 0) {
    return Change{.account = AccountNo(1),
                  .application = ApplicationNo(1),
                  .revision = Revision(revision),
                  .event_time = now,
                  .payload = std::move(payload)};
  };
  const VoicePlan plan{.subscription = SubscriptionId(2),
                       .product = "voice-agent-package",
                       .start_time = now,
                       .months = 1,
                       .expire_time = end,
                       .lots = {{.expire_time = end, .concurrency = 3, .minutes = 8000}}};
  const Change changes[] = {
      of_support(SubscriptionStored{{.id = SubscriptionId(2),
                                     .product = "voice-agent-package",
                                     .edition = std::nullopt,
                                     .units = 1,
                                     .start_time = now,
                                     .months = 1,
                                     .expire_time = end}}),
      of_support(VoicePlanStored{plan}),
  };
  ASSERT_EQ(Open()->Commit({.changes = changes}), absl::OkStatus());
  const std::unique_ptr<SqliteStore> store = Open();
  const Account account = store->LoadAccount(AccountNo(1), absl::InfinitePast()).value();
  EXPECT_EQ(account.voice.applications.at(ApplicationNo(1)).plans.at(SubscriptionId(2)), plan);
  EXPECT_EQ(store->LoadApplication(ApplicationNo(1), absl::InfinitePast())
                ->subscriptions.at(SubscriptionId(2))
                .edition,
            std::nullopt);
}

}  // namespace
}  // namespace usher::storage::testing
