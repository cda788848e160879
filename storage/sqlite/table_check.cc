#include "storage/sqlite/table_check.h"

#include "absl/strings/str_cat.h"
#include "storage/sqlite/error.h"

namespace usher::storage {
namespace {

absl::Status CheckPages(Database& database, int limit, std::vector<std::string>& problems) {
  Rows rows = database.Select("SELECT integrity_check FROM pragma_integrity_check LIMIT ?", limit);
  while (rows.Next()) {
    std::string line;
    rows.Read(line);
    if (line != "ok") problems.push_back(absl::StrCat("SQLite finds: ", line, "."));
  }
  return rows.status();
}

absl::Status CheckReferences(Database& database, int limit, std::vector<std::string>& problems) {
  Rows rows = database.Select(
      "SELECT \"table\", parent, COUNT(*) FROM pragma_foreign_key_check"
      " GROUP BY \"table\", parent ORDER BY \"table\", parent LIMIT ?",
      limit);
  while (rows.Next()) {
    std::string table;
    std::string parent;
    int64_t count = 0;
    rows.Read(table, parent, count);
    problems.push_back(absl::StrCat(
        count == 1 ? absl::StrCat("A row of the table ", table, " refers to one")
                   : absl::StrCat(count, " rows of the table ", table, " refer to such"),
        " of ", parent, " that ", count == 1 ? "is" : "are", " not there."));
  }
  return rows.status();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> CheckDatabaseTables(Database& database, int limit) {
  std::vector<std::string> problems;
  absl::Status status = CheckPages(database, limit, problems);
  const int left = limit - static_cast<int>(problems.size());
  if (status.ok() && left > 0) status = CheckReferences(database, left, problems);
  if (absl::IsDataLoss(status)) {
    problems.push_back(
        absl::StrCat("The database can't be read: ", std::string(status.message()), "."));
    return problems;
  }
  if (!status.ok()) return status;
  return problems;
}

}  // namespace usher::storage
