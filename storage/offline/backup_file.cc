#include "storage/offline/backup_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/error.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/table_check.h"

namespace usher::storage {
namespace {

absl::StatusOr<int64_t> SizeOf(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) {
    const std::string why = std::generic_category().message(errno);
    if (errno == ENOENT) return absl::NotFoundError(absl::StrCat("There is no file ", path, "."));
    return absl::UnavailableError(absl::StrCat(path, " can't be read: ", why, "."));
  }
  if (!S_ISREG(file.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is not a file."));
  }
  if (file.st_size == 0) return absl::InvalidArgumentError(absl::StrCat(path, " is empty."));
  return file.st_size;
}

// What is in a log beside it would be missing.
absl::Status CheckStandsAlone(const std::string& path) {
  struct stat log {};
  if (stat(absl::StrCat(path, "-wal").c_str(), &log) != 0 || log.st_size == 0) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(path,
                   " is the database of a server, with a write-ahead log beside it, and not a "
                   "backup: 'usher backup create' makes one."));
}

// Whether the file begins as a database of Usher's does (SQLite's file format, offsets 0 and 68).
bool HasHeader(const std::string& path) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  constexpr size_t kApplicationIdAt = 68;
  std::string header(kApplicationIdAt + 4, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(header.data(), static_cast<std::streamsize>(header.size()))) return false;
  int64_t id = 0;
  for (size_t i = kApplicationIdAt; i < header.size(); ++i) {
    id = id << 8 | static_cast<unsigned char>(header[i]);
  }
  return std::string_view(header).substr(0, kMagic.size()) == kMagic && id == kApplicationIdPragma;
}

absl::Status Damaged(const std::string& path, const std::vector<std::string>& problems) {
  return absl::DataLossError(absl::StrCat(path, " is damaged. ", absl::StrJoin(problems, " ")));
}

absl::Status ReadFacts(Database& database, BackupFacts& facts) {
  const struct {
    Sql sql;
    int64_t& target;
  } numbers[] = {
      {"PRAGMA user_version", facts.schema_version},
      {"SELECT COUNT(*) FROM account", facts.accounts},
      {"SELECT COUNT(*) FROM application", facts.applications},
      {"SELECT COUNT(*) FROM license", facts.licenses},
  };
  for (const auto& [sql, target] : numbers) {
    const absl::StatusOr<int64_t> number = ReadNumber(database, sql);
    USHER_RETURN_IF_ERROR(number.status());
    target = *number;
  }
  Rows id = database.Select("SELECT database_id FROM meta");
  if (id.Next()) id.Read(facts.database_id);
  USHER_RETURN_IF_ERROR(id.status());
  Rows last = database.Select("SELECT record_time FROM journal ORDER BY position DESC LIMIT 1");
  if (last.Next()) last.Read(facts.latest_record_time);
  return last.status();
}

}  // namespace

absl::StatusOr<BackupFacts> CheckBackupFile(const std::string& path) {
  BackupFacts facts;
  const absl::StatusOr<int64_t> size = SizeOf(path);
  if (!size.ok()) return size.status();
  facts.bytes = *size;
  if (absl::Status status = CheckStandsAlone(path); !status.ok()) return status;
  if (!HasHeader(path)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is not a backup of an Usher server."));
  }
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(path, Access::kFrozen, "");
  absl::Status status = database.status();
  if (status.ok()) status = CheckSchema(**database);
  if (absl::IsFailedPrecondition(status)) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": ", status.message(), "."));
  }
  if (!status.ok()) return Damaged(path, {absl::StrCat(status.message(), ".")});
  const absl::StatusOr<std::vector<std::string>> problems =
      CheckDatabaseTables(**database, kBackupProblemsMax);
  if (!problems.ok()) return problems.status();
  if (!problems->empty()) return Damaged(path, *problems);
  if (status = ReadFacts(**database, facts); !status.ok()) {
    return Damaged(path, {absl::StrCat(status.message(), ".")});
  }
  return facts;
}

int64_t KnownSchemaVersion() { return SchemaVersion(); }

}  // namespace usher::storage
