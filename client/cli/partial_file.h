// PartialFile: a file that is written under another name and takes its own when it is whole.
//
// Until Keep has returned OK, what was there before is there, whatever happens; the part is removed
// with the object, and by the next one where the process was killed. Mode 0600. One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace usher::cli {

inline constexpr char kPartialSuffix[] = ".partial";

class PartialFile {
 public:
  // Begins `path`.partial. Errors are sentences: kFailedPrecondition where another process writes
  // it, kUnavailable otherwise.
  static absl::StatusOr<std::unique_ptr<PartialFile>> Create(const std::string& path);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::string& partial_path() const { return partial_path_; }

  absl::Status Write(std::string_view bytes);
  // Syncs it to the disk and gives it its name. The last call.
  absl::Status Keep();

 private:
  PartialFile(std::string path, std::string partial_path, int fd)
      : path_(std::move(path)), partial_path_(std::move(partial_path)), fd_(fd) {}

  const std::string path_;
  const std::string partial_path_;
  const int fd_;
  bool kept_ = false;
};

}  // namespace usher::cli
