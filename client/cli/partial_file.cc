#include "client/cli/partial_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace usher::cli {
namespace {

constexpr mode_t kFileMode = 0600;

absl::Status FailedTo(const std::string& what, int error) {
  return absl::UnavailableError(
      absl::StrCat("Can't ", what, ": ", std::generic_category().message(error), "."));
}

// So that the name survives a loss of power, too.
absl::Status SyncDirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return FailedTo(absl::StrCat("open ", directory), errno);
  const int failed = fsync(fd);
  const int error = errno;
  close(fd);
  return failed == 0 ? absl::OkStatus() : FailedTo(absl::StrCat("sync ", directory), error);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PartialFile>> PartialFile::Create(const std::string& path) {
  const std::string partial = absl::StrCat(path, kPartialSuffix);
  const int fd = open(partial.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kFileMode);
  if (fd < 0) return FailedTo(absl::StrCat("write ", partial), errno);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return absl::FailedPreconditionError(
        absl::StrCat(partial, " is being written by another process."));
  }
  // What is left of a process that was killed goes.
  if (fchmod(fd, kFileMode) != 0 || ftruncate(fd, 0) != 0) {
    const int error = errno;
    close(fd);
    return FailedTo(absl::StrCat("write ", partial), error);
  }
  return std::unique_ptr<PartialFile>(new PartialFile(path, partial, fd));
}

PartialFile::~PartialFile() {
  if (!kept_) unlink(partial_path_.c_str());
  close(fd_);
}

absl::Status PartialFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FailedTo(absl::StrCat("write ", partial_path_), errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status PartialFile::Keep() {
  if (fsync(fd_) != 0) return FailedTo(absl::StrCat("write ", partial_path_), errno);
  if (rename(partial_path_.c_str(), path_.c_str()) != 0) {
    return FailedTo(absl::StrCat("rename ", partial_path_, " to ", path_), errno);
  }
  kept_ = true;
  return SyncDirectoryOf(path_);
}

}  // namespace usher::cli
