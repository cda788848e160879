#include "tools/bench/scale/served.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/operator_token.h"
#include "tools/bench/interruption.h"

namespace usher::bench {
namespace {

constexpr absl::Duration kLoadMax = absl::Minutes(2);
constexpr absl::Duration kLoadPoll = absl::Milliseconds(10);

void GiveUpCache(const std::string& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const int file = open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    fdatasync(file);
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    close(file);
  }
}

}  // namespace

int64_t BytesIn(const std::string& directory) {
  int64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    std::error_code gone;
    const auto size = entry.file_size(gone);
    if (!gone) bytes += static_cast<int64_t>(size);
  }
  return bytes;
}

absl::StatusOr<std::unique_ptr<Served>> Served::StartCold(const std::string& data_dir,
                                                          int connections, Book* book) {
  GiveUpCache(data_dir);
  const absl::Time start_time = absl::Now();
  auto process = ServerProcess::Start(data_dir, {});
  if (!process.ok()) return process.status();
  const std::string token = ReadOperatorToken(data_dir);
  return std::unique_ptr<Served>(new Served(start_time, *std::move(process), connections,
                                            absl::StrCat("Bearer ", token), book));
}

Served::Served(absl::Time start_time, ServerProcess process, int connections,
               std::string authorization, Book* book)
    : start_time_(start_time),
      process_(std::move(process)),
      connections_(std::make_unique<Connections>(process_->address(), connections)),
      authorization_(std::move(authorization)),
      book_(book),
      probe_(std::make_unique<Probe>(connections_->at(0), authorization_, book)) {}

absl::Duration Served::since_start() const { return absl::Now() - start_time_; }

absl::StatusOr<absl::Duration> Served::AwaitSessions(int64_t sessions) {
  while (since_start() < kLoadMax) {
    const absl::StatusOr<int64_t> live = probe_->LiveSessions();
    if (!live.ok()) return live.status();
    if (*live >= sessions) return since_start();
    if (Interrupted()) return absl::CancelledError("interrupted");
    absl::SleepFor(kLoadPoll);
  }
  return absl::DeadlineExceededError(absl::StrCat("the server has not loaded its ", sessions,
                                                  " live sessions in ",
                                                  absl::FormatDuration(kLoadMax)));
}

absl::Status Served::Stop() {
  probe_.reset();
  connections_.reset();
  return process_->Stop();
}

}  // namespace usher::bench
