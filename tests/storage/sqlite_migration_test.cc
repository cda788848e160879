// Databases of every earlier schema version, as their server left them, are brought to this one's
// form and lose nothing (schema_N.sql).
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/storage/store_test_support.h"

namespace usher::storage::testing {
namespace {

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

class SqliteMigration : public ::testing::Test {
 protected:
  // The data directory as the server of that version left it.
  void Restore(int version) {
    std::filesystem::create_directory(data_dir());
    std::ifstream file(absl::StrCat(USHER_SCHEMA_DIR, "/schema_", version, ".sql"));
    const std::string script(std::istreambuf_iterator<char>(file), {});
    ASSERT_FALSE(script.empty());
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(database().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, script.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  std::string data_dir() const { return directory_.path("data"); }
  std::string database() const { return directory_.path("data/usher.db"); }
  std::unique_ptr<SqliteStore> Open() { return OpenOrFail({.data_dir = data_dir()}); }

  TempDir directory_;
};

TEST_F(SqliteMigration, EveryEarlierVersionIsKeptHere) {
  for (int version = 1; version < SchemaVersion(); ++version) {
    EXPECT_TRUE(
        std::filesystem::exists(absl::StrCat(USHER_SCHEMA_DIR, "/schema_", version, ".sql")))
        << "schema_" << version << ".sql";
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
  EXPECT_EQ(store->ReadJournal(AccountNo(1), Revision(0), 100)->size(), 10U);
  EXPECT_TRUE(
      store->FindAnswer(AccountNo(1), "0c6b235c-350b-4590-b083-81518b8ad3aa", absl::InfinitePast())
          ->has_value());
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
