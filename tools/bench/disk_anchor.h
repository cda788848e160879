// The anchor `fdatasync`: how long the disk takes to make 4 KiB durable, which no durable answer
// can beat. Overwrites of a file whose blocks are allocated, so no metadata has to be written.
// Threading: one thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/bench/load.h"

namespace usher::bench {

class DiskAnchor {
 public:
  // Writes its file into `directory`, on the file system in question.
  static absl::StatusOr<DiskAnchor> Create(const std::string& directory);

  DiskAnchor(DiskAnchor&& other) noexcept;
  DiskAnchor& operator=(DiskAnchor&&) = delete;
  ~DiskAnchor();

  // Overwrites one page after the other for so long, each followed by fdatasync.
  absl::StatusOr<LoadResult> Run(absl::Duration duration);

 private:
  explicit DiskAnchor(int file) : file_(file) {}

  int file_;
};

}  // namespace usher::bench
