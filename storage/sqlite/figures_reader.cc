#include "storage/sqlite/figures_reader.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "storage/sqlite/error.h"
#include "storage/sqlite/free_space.h"
#include "storage/sqlite/journal_reader.h"
#include "storage/sqlite/schema.h"

namespace usher::storage {
namespace {

// 0 where there is no such file: the log comes and goes.
int64_t SizeOf(const std::string& path) {
  struct stat file {};
  return stat(path.c_str(), &file) == 0 ? file.st_size : 0;
}

}  // namespace

absl::StatusOr<StoreFigures> ReadStoreFigures(Database& database, const std::string& path) {
  StoreFigures figures;
  figures.schema_version = SchemaVersion();
  figures.bytes = SizeOf(path) + SizeOf(absl::StrCat(path, "-wal"));
  const absl::StatusOr<int64_t> free_bytes = FreeBytesBeside(path);
  USHER_RETURN_IF_ERROR(free_bytes.status());
  figures.disk_free_bytes = *free_bytes;
  const absl::StatusOr<absl::Time> oldest = ReadOldestRecordTime(database);
  USHER_RETURN_IF_ERROR(oldest.status());
  figures.oldest_record_time = *oldest;
  const absl::StatusOr<JournalEnd> end = ReadJournalEnd(database);
  USHER_RETURN_IF_ERROR(end.status());
  figures.latest_record_time = end->record_time;
  return figures;
}

}  // namespace usher::storage
