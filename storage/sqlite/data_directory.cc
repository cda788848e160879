#include "storage/sqlite/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace usher::storage {
namespace {

constexpr char kDatabaseName[] = "usher.db";
constexpr char kLogSuffix[] = "-wal";
constexpr char kCopyName[] = "copy.tmp";
constexpr char kRestoreName[] = "restore.tmp";
constexpr char kLockName[] = "lock";
constexpr char kRoomName[] = "room";
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;

std::string In(const std::string& directory, const char* name) {
  return absl::StrCat(directory, "/", name);
}

bool HasContent(const std::string& file) {
  struct stat status {};
  return stat(file.c_str(), &status) == 0 && status.st_size > 0;
}

absl::Status FailedTo(const std::string& what, int error) {
  return absl::UnavailableError(
      absl::StrCat("can't ", what, ": ", std::generic_category().message(error)));
}

// The directory's own entry is to survive a loss of power, too.
absl::Status SyncParentOf(const std::string& path) {
  const std::string parent = absl::StrCat(path, "/..");
  const int fd = open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return absl::OkStatus();  // A parent that can't be read can't be synced either.
  const int failed = fsync(fd);
  const int error = errno;
  close(fd);
  if (failed != 0) return FailedTo(absl::StrCat("sync ", parent), error);
  return absl::OkStatus();
}

absl::Status Create(const std::string& path) {
  if (mkdir(path.c_str(), kDirectoryMode) == 0) return SyncParentOf(path);
  if (errno == EEXIST) return absl::OkStatus();
  return FailedTo(absl::StrCat("create the data directory ", path), errno);
}

// What the process that has the lock wrote into the file: " (process 123)", or nothing.
std::string OwnerIn(int fd) {
  std::array<char, 32> text{};
  const ssize_t size = pread(fd, text.data(), text.size(), 0);
  if (size <= 0) return "";
  const absl::string_view number =
      absl::StripAsciiWhitespace(absl::string_view(text.data(), static_cast<size_t>(size)));
  return number.empty() ? "" : absl::StrCat(" (process ", number, ")");
}

void WriteOwner(int fd) {
  // Only for the message that the next one gets: nothing depends on it.
  const std::string text = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd, 0) != 0) return;
  [[maybe_unused]] const ssize_t written = pwrite(fd, text.data(), text.size(), 0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataDirectory>> DataDirectory::Open(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("the data directory has no name");
  if (absl::Status status = Create(path); !status.ok()) return status;
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return FailedTo(absl::StrCat("open the data directory ", path), errno);
  auto directory = absl::WrapUnique(new DataDirectory(path, fd));
  if (absl::Status status = directory->Lock(); !status.ok()) return status;
  return directory;
}

absl::Status DataDirectory::Lock() {
  // The file can be removed under a server, the directory can't. Where the file system can't lock a
  // directory, the file has to do.
  const bool taken = flock(directory_fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  const std::string lock = lock_path();
  const int create = taken ? 0 : O_CREAT;
  lock_fd_ = open(lock.c_str(), O_RDWR | O_CLOEXEC | create, kFileMode);
  if (taken) return InUse();
  if (lock_fd_ < 0) return FailedTo(absl::StrCat("open ", lock), errno);
  if (flock(lock_fd_, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? InUse() : FailedTo(absl::StrCat("lock ", lock), errno);
  }
  WriteOwner(lock_fd_);
  return absl::OkStatus();
}

absl::Status DataDirectory::InUse() const {
  return absl::FailedPreconditionError(
      absl::StrCat("the data directory ", path_, " is in use by another server", OwnerIn(lock_fd_),
                   ": stop that one, or give this one a directory of its own"));
}

bool DataDirectory::HasDatabase(const std::string& path) {
  return HasContent(In(path, kDatabaseName));
}

DataDirectory::~DataDirectory() {
  if (lock_fd_ >= 0) close(lock_fd_);
  close(directory_fd_);
}

absl::Status DataDirectory::CheckLogHasDatabase() const {
  const std::string log = absl::StrCat(database_path(), kLogSuffix);
  if (HasDatabase(path_) || !HasContent(log)) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(database_path(), " is missing or empty, and its log ", log,
                   " is not: put back the database that the log belongs to, or move the log "
                   "elsewhere and restore a backup (usher backup restore)"));
}

absl::Status DataDirectory::CheckRoom(int64_t bytes) const {
  const std::string file = In(path_, kRoomName);
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (fd < 0) return FailedTo(absl::StrCat("open ", file), errno);
  // It goes with the descriptor, also where the process ends here.
  unlink(file.c_str());
  const int error = posix_fallocate(fd, 0, bytes);
  close(fd);
  return error == 0 ? absl::OkStatus() : FailedTo(absl::StrCat("write to ", path_), error);
}

std::string DataDirectory::database_path() const { return In(path_, kDatabaseName); }
std::string DataDirectory::copy_path() const { return In(path_, kCopyName); }
std::string DataDirectory::restore_path() const { return In(path_, kRestoreName); }
std::string DataDirectory::lock_path() const { return In(path_, kLockName); }

}  // namespace usher::storage
