#include "tools/bench/disk_anchor.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tools/bench/interruption.h"

namespace usher::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr size_t kPageBytes = 4096;
constexpr int kPages = 256;

absl::Status WritePage(int file, int page, char filling) {
  std::array<char, kPageBytes> bytes;
  bytes.fill(filling);
  const off_t offset = static_cast<off_t>(page) * static_cast<off_t>(kPageBytes);
  if (pwrite(file, bytes.data(), bytes.size(), offset) == static_cast<ssize_t>(bytes.size())) {
    return absl::OkStatus();
  }
  return absl::ErrnoToStatus(errno, "cannot write the anchor's file");
}

}  // namespace

absl::StatusOr<DiskAnchor> DiskAnchor::Create(const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/fdatasync");
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot create ", path));
  DiskAnchor anchor(file);
  for (int page = 0; page < kPages; ++page) {
    const absl::Status written = WritePage(file, page, 'a');
    if (!written.ok()) return written;
  }
  if (fsync(file) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot sync ", path));
  return anchor;
}

DiskAnchor::DiskAnchor(DiskAnchor&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

DiskAnchor::~DiskAnchor() {
  if (file_ >= 0) close(file_);
}

absl::StatusOr<LoadResult> DiskAnchor::Run(absl::Duration duration) {
  LoadResult result;
  const auto begin = SteadyClock::now();
  const auto end = begin + absl::ToChronoNanoseconds(duration);
  auto now = begin;
  for (int i = 0; now < end; ++i) {
    if (Interrupted()) return absl::CancelledError("interrupted");
    const absl::Status written = WritePage(file_, i % kPages, static_cast<char>('a' + i % 26));
    if (!written.ok()) return written;
    if (fdatasync(file_) != 0) return absl::ErrnoToStatus(errno, "fdatasync failed");
    const auto done = SteadyClock::now();
    result.latency.Record(std::chrono::nanoseconds(done - now).count());
    now = done;
  }
  result.calls = result.latency.count();
  result.calls_in_all = result.calls;
  result.seconds = std::chrono::duration<double>(now - begin).count();
  return result;
}

}  // namespace usher::bench
