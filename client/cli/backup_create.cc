#include "client/cli/backup_create.h"

#include <sys/stat.h>

#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cli/backup_facts.h"
#include "client/cli/digest.h"
#include "client/cli/interruption.h"
#include "client/cli/partial_file.h"
#include "client/cli/words.h"

namespace usher::cli {
namespace {

// The server says every second that it still makes the copy.
constexpr absl::Duration kSilenceMax = absl::Minutes(2);
constexpr absl::Duration kProgressPeriod = absl::Milliseconds(200);

// How far it is: one line on a terminal, which each step writes over; nothing elsewhere.
class Progress {
 public:
  explicit Progress(const Streams& streams) : streams_(streams) {}
  ~Progress() {
    if (shown_ > absl::InfinitePast()) streams_.err << "\r\x1b[K" << std::flush;
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Show(int64_t received, int64_t remaining) {
    const absl::Time now = absl::Now();
    if (!streams_.err_is_terminal || now < shown_ + kProgressPeriod) return;
    shown_ = now;
    streams_.err << "\r\x1b[K";
    if (received == 0) {
      streams_.err << "The server makes a copy of " << Bytes(remaining) << " ...";
    } else {
      streams_.err << Bytes(received) << " of " << Bytes(received + remaining);
    }
    streams_.err << std::flush;
  }

 private:
  const Streams& streams_;
  absl::Time shown_ = absl::InfinitePast();
};

class Creation {
 public:
  Creation(Context& context, const BackupCreateOptions& options)
      : context_(context), options_(options) {}

  ExitCode Run() {
    if (const absl::Status status = CheckTarget(); !status.ok()) {
      return FailLocally(context_, status);
    }
    absl::StatusOr<std::unique_ptr<PartialFile>> file = PartialFile::Create(options_.file);
    if (!file.ok()) return FailLocally(context_, file.status());
    if (const ExitCode code = Receive(**file); code != ExitCode::kOk) return code;
    if (const absl::Status status = Check(**file); !status.ok()) {
      return FailLocally(context_, status);
    }
    if (const absl::Status status = (*file)->Keep(); !status.ok()) {
      return FailLocally(context_, status);
    }
    return PrintReport(context_, report_);
  }

 private:
  absl::Status CheckTarget() const {
    struct stat target {};
    if (stat(options_.file.c_str(), &target) != 0) return absl::OkStatus();
    if (!S_ISREG(target.st_mode)) {
      return absl::AlreadyExistsError(
          absl::StrCat(options_.file, " is there and is no file that could be replaced."));
    }
    if (options_.force) return absl::OkStatus();
    return absl::AlreadyExistsError(
        absl::StrCat(options_.file, " is there already; --force replaces it."));
  }

  // Everything that the server sends, and what it says of it in the end.
  ExitCode Receive(PartialFile& file) {
    const Interruption interruption(context_.streams());
    const std::unique_ptr<client::Stream> stream = context_.client().BackupDatabase(
        v1::BackupDatabaseRequest(), {.silence_max = kSilenceMax, .stop = interruption.token()});
    Progress progress(context_.streams());
    v1::BackupDatabaseResponse message;
    while (stream->Read(message)) {
      digest_.Add(message.chunk());
      received_ += static_cast<int64_t>(message.chunk().size());
      if (const absl::Status status = file.Write(message.chunk()); !status.ok()) {
        return FailLocally(context_, status);
      }
      if (!message.sha256().empty()) told_digest_ = Hex(message.sha256());
      if (message.has_snapshot_time()) report_.snapshot_time = FromProto(message.snapshot_time());
      progress.Show(received_, message.remaining_bytes());
    }
    if (interruption.token().stop_requested()) {
      return FailLocally(context_, absl::CancelledError("Interrupted; no backup was written."));
    }
    if (stream->error().has_value()) return context_.Fail(*stream->error());
    return ExitCode::kOk;
  }

  absl::Status Check(const PartialFile& file) {
    report_.file = options_.file;
    report_.sha256 = digest_.Finish();
    if (told_digest_ != report_.sha256) {
      return absl::DataLossError(absl::StrCat(
          "What came is not what the server sent: its SHA-256 is ", report_.sha256, ", not ",
          told_digest_.empty() ? "told" : told_digest_, ". No backup was written."));
    }
    absl::StatusOr<storage::BackupFacts> facts = storage::CheckBackupFile(file.partial_path());
    if (absl::IsFailedPrecondition(facts.status())) {
      context_.Note(absl::StrCat("usher: The backup is as the server sent it, but was not looked ",
                                 "into: the server is newer than this program."));
      return absl::OkStatus();
    }
    if (!facts.ok()) return facts.status();
    report_.facts = *std::move(facts);
    return absl::OkStatus();
  }

  Context& context_;
  const BackupCreateOptions& options_;
  Digest digest_;
  int64_t received_ = 0;
  std::string told_digest_;
  BackupReport report_;
};

}  // namespace

ExitCode CreateBackup(Context& context, const BackupCreateOptions& options) {
  return Creation(context, options).Run();
}

}  // namespace usher::cli
