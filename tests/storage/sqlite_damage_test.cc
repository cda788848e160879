// What is stored can't be read, or contradicts itself: it is told, by name.
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/sqlite/packed_session.h"
#include "tests/storage/sqlite_files.h"
#include "tests/storage/stranger.h"

namespace usher::storage::testing {
namespace {

using ::testing::HasSubstr;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

class SqliteStoreDamage : public SqliteStoreFiles {
 protected:
  // Puts that session in the place of the one that MakeDatabase has left.
  std::string Replacing(const PackedSession& session) {
    std::string packed;
    Pack(session, packed);
    return absl::StrCat("UPDATE session_run SET sessions = x'", absl::BytesToHexString(packed),
                        "'");
  }
  static PackedSession SessionOf(std::string_view email, std::string_view client_id) {
    return {.application = ApplicationNo(1),
            .id = SessionId(1),
            .email = email,
            .channel = Channel::kWeb,
            .client_id = client_id,
            .license = LicenseId(1),
            .ttl = absl::Minutes(1),
            .revision = Revision(5)};
  }
  // The same in the table that servers of earlier schemas have left.
  static std::string InItsRow(const std::string& email, const std::string& client_id) {
    return absl::StrCat("DELETE FROM session_run; INSERT INTO session VALUES (1, 1, ", email,
                        ", 1, ", client_id, ", 1, 0, 0, 1, 5, 9223372036854775807, -1, 1)");
  }

  // Makes nonsense of the first page of a table.
  void DamagePageOf(const std::string& table) {
    const std::streamoff page = std::stoll(
        Stranger(database())
            .Ask(absl::StrCat("SELECT rootpage FROM sqlite_schema WHERE name = '", table, "'")));
    std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp((page - 1) * 4096);
    file << std::string(64, '\x5a');
  }
};

TEST_F(SqliteStoreDamage, FileThatIsNoDatabaseIsDataLoss) {
  std::filesystem::create_directory(data_dir());
  std::ofstream(database()) << std::string(8192, 'x');
  const absl::Status status = OpenStatus();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(status.ToString(), HasSubstr(database()));
}

TEST_F(SqliteStoreDamage, DamagedPageIsDataLossThatNamesTheTableAndTheRemedy) {
  const struct {
    const char* table;
    std::function<absl::Status(SqliteStore&)> read;
  } rows[] = {
      {"license",
       [](SqliteStore& store) {
         return store.LoadApplication(ApplicationNo(1), absl::InfinitePast()).status();
       }},
      {"binding",
       [](SqliteStore& store) {
         return store.ReadHistory(BindingsQuery{.application = ApplicationNo(1), .limit = 10})
             .status();
       }},
      {"answer",
       [](SqliteStore& store) {
         return store.Prune({.answers_before = absl::InfiniteFuture()}, 10).status();
       }},
  };
  MakeDatabase();
  for (const auto& [table, read] : rows) {
    const std::string saved = directory_.path("saved.db");
    std::filesystem::copy_file(database(), saved,
                               std::filesystem::copy_options::overwrite_existing);
    DamagePageOf(table);
    const absl::Status status = read(*Open());
    EXPECT_TRUE(absl::IsDataLoss(status) && IsDamage(status)) << status;
    EXPECT_THAT(status.ToString(), HasSubstr(absl::StrCat("at the table ", table)));
    EXPECT_THAT(status.ToString(), HasSubstr("restore a backup"));
    std::filesystem::copy_file(saved, database(),
                               std::filesystem::copy_options::overwrite_existing);
  }
}

TEST_F(SqliteStoreDamage, UnknownTimeZoneIsDataLossAndNamed) {
  MakeDatabase();
  Stranger(database()).Run("UPDATE account SET zone_name = 'Mars/Olympus_Mons'");
  const absl::Status status = Open()->LoadAccount(AccountNo(1), absl::InfinitePast()).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(status.ToString(), HasSubstr("Mars/Olympus_Mons"));
  EXPECT_THAT(status.ToString(), HasSubstr("acme"));
}

TEST_F(SqliteStoreDamage, UnknownTimeZoneOfTheNextMonthIsDamageOfItsAccountAlone) {
  MakeDatabase();
  Stranger(database())
      .Run("UPDATE account SET pending_zone_name = 'Mars/Olympus_Mons', pending_zone_time = 1");
  const std::unique_ptr<SqliteStore> store = Open();
  const absl::Status status = store->LoadAccount(AccountNo(1), absl::InfinitePast()).status();
  EXPECT_TRUE(IsUnitDamage(status)) << status;
  EXPECT_THAT(status.ToString(), HasSubstr("account acme has the time zone Mars/Olympus_Mons"));
  EXPECT_TRUE(store->LoadApplication(ApplicationNo(1), absl::InfinitePast()).ok());
  Stranger(database()).Run("UPDATE account SET pending_zone_name = 'Europe/Berlin'");
  EXPECT_TRUE(store->LoadAccount(AccountNo(1), absl::InfinitePast()).ok());
}

TEST_F(SqliteStoreDamage, RowsThatContradictEachOtherAreDataLoss) {
  MakeDatabase();
  const std::string damages[] = {
      "DELETE FROM license WHERE license_id = 5",
      "UPDATE license SET kind = 2 WHERE license_id = 1",
      Replacing(SessionOf("nobody@acme.example", "tab")),
      InItsRow("'nobody@acme.example'", "'tab'"),
      // Cut off, and with a mark that none has.
      "UPDATE session_run SET sessions = substr(sessions, 1, length(sessions) - 1)",
      "UPDATE session_run SET sessions = x'07'",
  };
  for (const std::string& damage : damages) {
    const std::string saved = directory_.path("saved.db");
    std::filesystem::copy_file(database(), saved,
                               std::filesystem::copy_options::overwrite_existing);
    Stranger(database()).Run(damage);
    const absl::Status status =
        Open()->LoadApplication(ApplicationNo(1), absl::InfinitePast()).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << damage << ": " << status;
    std::filesystem::copy_file(saved, database(),
                               std::filesystem::copy_options::overwrite_existing);
  }
  EXPECT_TRUE(Open()->LoadApplication(ApplicationNo(1), absl::InfinitePast()).ok());
}

TEST_F(SqliteStoreDamage, NamesLongerThanTheRulesPermitAreDataLossAndTold) {
  MakeDatabase();
  const std::string longer(SharedText::kLengthMax + 1, '0');
  const std::string too_long = "'" + longer + "'";
  const struct {
    std::string damage;
    std::string told;
  } rows[] = {
      {"UPDATE agent SET email = " + too_long, "an agent's email"},
      {InItsRow(too_long, "'tab'"), "email or client of session 1"},
      {InItsRow("'ann@acme.example'", too_long), "email or client of session 1"},
      {InItsRow("'ann@acme.example'", "''"), "email or client of session 1"},
      {Replacing(SessionOf(kAnn, longer)), "email or client of session 1"},
      {Replacing(SessionOf(longer, "tab")), "email or client of session 1"},
      {Replacing(SessionOf(kAnn, "")), "email or client of session 1"},
      {"INSERT INTO phone VALUES (1, " + too_long + ", 2, 0, 0, 1, 1, NULL)", "a phone's id"},
  };
  for (const auto& [damage, told] : rows) {
    const std::string saved = directory_.path("saved.db");
    std::filesystem::copy_file(database(), saved,
                               std::filesystem::copy_options::overwrite_existing);
    Stranger(database()).Run(damage);
    const absl::Status status =
        Open()->LoadApplication(ApplicationNo(1), absl::InfinitePast()).status();
    EXPECT_TRUE(IsUnitDamage(status)) << damage << ": " << status;
    EXPECT_THAT(status.ToString(), HasSubstr(told)) << damage;
    std::filesystem::copy_file(saved, database(),
                               std::filesystem::copy_options::overwrite_existing);
  }
  const std::string longest(SharedText::kLengthMax, '0');
  Stranger(database()).Run(Replacing(SessionOf(kAnn, longest)));
  const Application loaded =
      Open()->LoadApplication(ApplicationNo(1), absl::InfinitePast()).value();
  EXPECT_EQ(loaded.sessions.begin()->client_id.value(), longest);
}

}  // namespace
}  // namespace usher::storage::testing
