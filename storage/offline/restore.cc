#include "storage/offline/restore.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/sqlite/data_directory.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/error.h"
#include "storage/sqlite/free_space.h"
#include "storage/sqlite/transaction.h"

namespace usher::storage {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr size_t kBlockBytes = size_t{1024} * 1024;
// The versions of the schema that brought what a restored database counts on from.
constexpr int64_t kSchemaWithCalls = 2;
constexpr int64_t kSchemaWithServerRevision = 3;

absl::Status FailedTo(const std::string& what, int error) {
  const std::string sentence =
      absl::StrCat("Can't ", what, ": ", std::generic_category().message(error), ".");
  return error == ENOSPC ? absl::ResourceExhaustedError(sentence)
                         : absl::UnavailableError(sentence);
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

class File {
 public:
  File(const std::string& path, int flags)
      : fd_(open(path.c_str(), flags | O_CLOEXEC, kFileMode)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  const int fd_;
};

absl::Status WriteAll(const File& file, const char* bytes, size_t size, const std::string& path) {
  while (size > 0) {
    const ssize_t written = write(file.fd(), bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FailedTo(absl::StrCat("write ", path), errno);
    bytes += written;
    size -= static_cast<size_t>(written);
  }
  return absl::OkStatus();
}

absl::Status CopyFile(const std::string& from, const std::string& to) {
  const File source(from, O_RDONLY);
  if (!source.is_open()) return FailedTo(absl::StrCat("read ", from), errno);
  const File target(to, O_WRONLY | O_CREAT | O_TRUNC);
  if (!target.is_open()) return FailedTo(absl::StrCat("create ", to), errno);
  const auto block = std::make_unique<std::array<char, kBlockBytes>>();
  while (true) {
    const ssize_t got = read(source.fd(), block->data(), block->size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailedTo(absl::StrCat("read ", from), errno);
    if (got == 0) break;
    USHER_RETURN_IF_ERROR(WriteAll(target, block->data(), static_cast<size_t>(got), to));
  }
  if (fsync(target.fd()) != 0) return FailedTo(absl::StrCat("write ", to), errno);
  return absl::OkStatus();
}

absl::Status SyncDirectory(const std::string& path) {
  const File directory(path, O_RDONLY | O_DIRECTORY);
  if (!directory.is_open() || fsync(directory.fd()) != 0) {
    return FailedTo(absl::StrCat("sync ", path), errno);
  }
  return absl::OkStatus();
}

absl::Status Rename(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return FailedTo(absl::StrCat("rename ", from, " to ", to), errno);
}

// Where root restores for a server that runs as somebody else, that one has to be able to write.
absl::Status GiveToOwnerOf(const std::string& directory, const std::string& path) {
  struct stat owner {};
  if (geteuid() != 0 || stat(directory.c_str(), &owner) != 0) return absl::OkStatus();
  if (chown(path.c_str(), owner.st_uid, owner.st_gid) == 0) return absl::OkStatus();
  return FailedTo(absl::StrCat("give ", path, " to the owner of ", directory), errno);
}

// Another id, so that what was told of the old database is not taken for this one's; and numbers
// that nobody was given after the backup.
absl::Status MakeItAnother(const std::string& path, BackupFacts& facts) {
  absl::StatusOr<std::unique_ptr<Database>> opened = Database::Open(path, Access::kWriter, "");
  USHER_RETURN_IF_ERROR(opened.status());
  Database& database = **opened;
  Transaction transaction(database);
  USHER_RETURN_IF_ERROR(transaction.BeginWrite());
  USHER_RETURN_IF_ERROR(database.Run("UPDATE meta SET database_id = lower(hex(randomblob(16)))"));
  USHER_RETURN_IF_ERROR(
      database.Run("UPDATE account SET revision_ceiling = revision_ceiling + ?", kNumbersLeftOut));
  USHER_RETURN_IF_ERROR(database.Run("UPDATE application SET session_ceiling = session_ceiling + ?",
                                     kNumbersLeftOut));
  if (facts.schema_version >= kSchemaWithCalls) {
    USHER_RETURN_IF_ERROR(
        database.Run("UPDATE account SET call_ceiling = call_ceiling + ?", kNumbersLeftOut));
  }
  if (facts.schema_version >= kSchemaWithServerRevision) {
    USHER_RETURN_IF_ERROR(
        database.Run("UPDATE meta SET server_revision = server_revision + ?", kNumbersLeftOut));
  }
  USHER_RETURN_IF_ERROR(transaction.Commit());
  // One file again, whatever the backup was.
  USHER_RETURN_IF_ERROR(database.EndLog());
  Rows id = database.Select("SELECT database_id FROM meta");
  if (id.Next()) id.Read(facts.database_id);
  return id.status();
}

// A log that is left beside the restored database would be taken for its own. So what is in it goes
// into the database that is moved aside; where that is damaged, the log is moved along.
absl::Status SettleLog(const std::string& database_path, const std::string& aside) {
  const std::string log = absl::StrCat(database_path, "-wal");
  const std::string log_aside = absl::StrCat(aside, "-wal");
  // SQLite removes the log of a database that it can't make out.
  if (Exists(log) && link(log.c_str(), log_aside.c_str()) != 0) {
    return FailedTo(absl::StrCat("keep ", log, " as ", log_aside), errno);
  }
  {
    const auto database = Database::Open(database_path, Access::kWriter, "");
    if (database.ok() && (*database)->EndLog().ok()) {
      unlink(log_aside.c_str());
      return absl::OkStatus();
    }
  }
  unlink(log.c_str());
  unlink(absl::StrCat(database_path, "-shm").c_str());
  return absl::OkStatus();
}

absl::Status MoveAside(const std::string& database_path, std::string& moved_to) {
  const std::string base =
      absl::StrCat(database_path, ".before-",
                   absl::FormatTime("%Y%m%dT%H%M%SZ", absl::Now(), absl::UTCTimeZone()));
  moved_to = base;
  for (int again = 2; Exists(moved_to); ++again) moved_to = absl::StrCat(base, "-", again);
  USHER_RETURN_IF_ERROR(SettleLog(database_path, moved_to));
  // A second name: the first one stays until the restored database takes it.
  if (link(database_path.c_str(), moved_to.c_str()) == 0) return absl::OkStatus();
  return FailedTo(absl::StrCat("keep ", database_path, " as ", moved_to), errno);
}

absl::Status CheckRoom(const std::string& path, int64_t bytes) {
  const absl::StatusOr<int64_t> free_bytes = FreeBytesBeside(path);
  USHER_RETURN_IF_ERROR(free_bytes.status());
  if (*free_bytes >= bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("There is no room for ", path, ": it takes ",
                                                   bytes, " bytes, and ", *free_bytes,
                                                   " are free."));
}

absl::StatusOr<Restored> RestoreInto(const DataDirectory& directory,
                                     const RestoreOptions& options) {
  const std::string path = directory.database_path();
  const bool replaces = Exists(path);
  if (replaces && !options.replace) {
    return absl::AlreadyExistsError(
        absl::StrCat(options.data_dir, " has a database already, which stays as it is."));
  }
  if (!replaces && Exists(absl::StrCat(path, "-wal"))) {
    return absl::AlreadyExistsError(absl::StrCat(
        path, "-wal is there, the log of a database that is not: move it elsewhere first."));
  }
  Restored restored;
  const std::string copy = directory.restore_path();
  absl::StatusOr<BackupFacts> source = CheckBackupFile(options.file);
  if (!source.ok()) return source.status();
  USHER_RETURN_IF_ERROR(CheckRoom(copy, source->bytes));
  USHER_RETURN_IF_ERROR(CopyFile(options.file, copy));
  // What counts is what is on this disk now.
  absl::StatusOr<BackupFacts> facts = CheckBackupFile(copy);
  if (!facts.ok()) return facts.status();
  restored.facts = *std::move(facts);
  USHER_RETURN_IF_ERROR(MakeItAnother(copy, restored.facts));
  USHER_RETURN_IF_ERROR(GiveToOwnerOf(options.data_dir, copy));
  USHER_RETURN_IF_ERROR(GiveToOwnerOf(options.data_dir, directory.lock_path()));
  if (replaces) USHER_RETURN_IF_ERROR(MoveAside(path, restored.moved_to));
  USHER_RETURN_IF_ERROR(Rename(copy, path));
  USHER_RETURN_IF_ERROR(SyncDirectory(options.data_dir));
  return restored;
}

}  // namespace

absl::StatusOr<Restored> RestoreBackup(const RestoreOptions& options) {
  // First: nothing is made for a file that is none.
  if (!Exists(options.file)) {
    return absl::NotFoundError(absl::StrCat("There is no file ", options.file, "."));
  }
  const bool is_new = !Exists(options.data_dir);
  absl::StatusOr<Restored> restored;
  {
    const absl::StatusOr<std::unique_ptr<DataDirectory>> directory =
        DataDirectory::Open(options.data_dir);
    if (absl::IsFailedPrecondition(directory.status())) {
      return absl::FailedPreconditionError(absl::StrCat("A server is at work on ", options.data_dir,
                                                        ": stop it before its data is replaced."));
    }
    if (!directory.ok()) {
      return absl::Status(directory.status().code(),
                          absl::StrCat(directory.status().message(), "."));
    }
    restored = RestoreInto(**directory, options);
    if (!restored.ok()) {
      unlink((*directory)->restore_path().c_str());
      if (is_new) unlink((*directory)->lock_path().c_str());
    }
  }
  if (!restored.ok() && is_new) rmdir(options.data_dir.c_str());
  return restored;
}

}  // namespace usher::storage
