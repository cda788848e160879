// TemporaryDirectory: a fresh directory that is removed with all that is in it. One thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace usher::bench {

class TemporaryDirectory {
 public:
  // In `parent`, which must exist. Errors name it.
  static absl::StatusOr<TemporaryDirectory> CreateIn(const std::string& parent);

  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory();

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::string path);

  std::string path_;
};

}  // namespace usher::bench
