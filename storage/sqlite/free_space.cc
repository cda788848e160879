#include "storage/sqlite/free_space.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace usher::storage {

absl::StatusOr<int64_t> FreeBytesBeside(const std::string& path) {
  const std::string directory = absl::StrCat(path.substr(0, path.rfind('/')), "/");
  struct statvfs disk {};
  if (statvfs(directory.c_str(), &disk) != 0) {
    return absl::UnavailableError(absl::StrCat("can't tell what is free in ", directory, ": ",
                                               std::generic_category().message(errno)));
  }
  // What others than root may use.
  return static_cast<int64_t>(disk.f_bavail) * static_cast<int64_t>(disk.f_frsize);
}

}  // namespace usher::storage
