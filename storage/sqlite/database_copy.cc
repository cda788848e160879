#include "storage/sqlite/database_copy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/sqlite/error.h"
#include "storage/sqlite/free_space.h"
#include "storage/sqlite/transaction.h"

namespace usher::storage {
namespace {

constexpr mode_t kFileMode = 0600;
// A MiB or so: between two steps whoever waits for the copy is asked whether it goes on.
constexpr int kPagesPerStep = 256;

absl::Status FailedTo(const std::string& what, int error) {
  return absl::UnavailableError(
      absl::StrCat("can't ", what, ": ", std::generic_category().message(error)));
}

class UnnamedFile final : public StoreCopy {
 public:
  UnnamedFile(int fd, int64_t size) : fd_(fd), size_(size) {}
  ~UnnamedFile() override { close(fd_); }

  int64_t size() const override { return size_; }

  absl::StatusOr<std::string> Read(int64_t offset, size_t length) override {
    std::string bytes(length, '\0');
    size_t filled = 0;
    while (filled < length) {
      const ssize_t got = pread(fd_, bytes.data() + filled, length - filled,
                                static_cast<off_t>(offset + static_cast<int64_t>(filled)));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return FailedTo("read the copy", errno);
      if (got == 0) break;
      filled += static_cast<size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
  }

 private:
  const int fd_;
  const int64_t size_;
};

// This read is also what fixes the instant of the copy.
absl::StatusOr<int64_t> ReadSize(Database& database) {
  const absl::StatusOr<int64_t> pages = ReadNumber(database, "PRAGMA page_count");
  USHER_RETURN_IF_ERROR(pages.status());
  const absl::StatusOr<int64_t> page = ReadNumber(database, "PRAGMA page_size");
  USHER_RETURN_IF_ERROR(page.status());
  return *pages * *page;
}

absl::Status CheckRoom(const std::string& path, int64_t size) {
  const absl::StatusOr<int64_t> free_bytes = FreeBytesBeside(path);
  USHER_RETURN_IF_ERROR(free_bytes.status());
  if (*free_bytes >= size + kDiskLeftFree) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "the disk of the data directory has no room for a copy of the database: it takes ", size,
      " bytes and has to leave ", kDiskLeftFree, " free, but ", *free_bytes, " are left"));
}

// SQLite would make it readable to others.
absl::Status Create(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode);
  if (fd < 0) return FailedTo(absl::StrCat("create ", path), errno);
  close(fd);
  return absl::OkStatus();
}

absl::Status CopyInto(Database& database, const std::string& path, int64_t size,
                      const Upkeep::CopyProgress& progress) {
  USHER_RETURN_IF_ERROR(Create(path));
  absl::StatusOr<std::unique_ptr<Database>> target = Database::Open(path, Access::kCopy, "");
  USHER_RETURN_IF_ERROR(target.status());
  USHER_RETURN_IF_ERROR(database.CopyTo(**target, kPagesPerStep, [&] { return progress(size); }));
  // So that one file is the whole of it, and can be opened where nothing can be written.
  return (*target)->EndLog();
}

absl::StatusOr<std::unique_ptr<StoreCopy>> TakeNameAway(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FailedTo(absl::StrCat("open ", path), errno);
  struct stat file {};
  if (fstat(fd, &file) != 0 || unlink(path.c_str()) != 0) {
    const int error = errno;
    close(fd);
    return FailedTo(absl::StrCat("take over ", path), error);
  }
  return std::make_unique<UnnamedFile>(fd, file.st_size);
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreCopy>> CopyToUnnamedFile(Database& database,
                                                             const std::string& path,
                                                             const Upkeep::CopyProgress& progress) {
  absl::StatusOr<std::unique_ptr<StoreCopy>> copy;
  {
    Transaction transaction(database);
    USHER_RETURN_IF_ERROR(transaction.BeginRead());
    const absl::StatusOr<int64_t> size = ReadSize(database);
    USHER_RETURN_IF_ERROR(size.status());
    USHER_RETURN_IF_ERROR(CheckRoom(path, *size));
    const absl::Status status = CopyInto(database, path, *size, progress);
    copy = status.ok() ? TakeNameAway(path) : status;
  }
  RemoveLeftoverCopy(path);
  return copy;
}

void RemoveLeftoverCopy(const std::string& path) {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    unlink(absl::StrCat(path, suffix).c_str());
  }
}

}  // namespace usher::storage
