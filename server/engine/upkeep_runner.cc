#include "engine/upkeep_runner.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace usher::engine {
namespace {

absl::Status Draining() { return absl::CancelledError("the server is stopping"); }

}  // namespace

// To be the only slow job, for as long as it lives.
class UpkeepRunner::Claim {
 public:
  explicit Claim(UpkeepRunner* runner) : runner_(runner) {}
  ~Claim() {
    const std::lock_guard lock(runner_->mutex_);
    runner_->running_.reset();
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  UpkeepRunner* const runner_;
};

class UpkeepRunner::BackupJob final : public Backup,
                                      public std::enable_shared_from_this<BackupJob> {
 public:
  BackupJob(UpkeepRunner* runner, std::unique_ptr<Claim> claim)
      : runner_(runner), claim_(std::move(claim)) {}

  void Start(std::shared_ptr<BackupListener> listener) {
    runner_->slow_.Post(
        [self = shared_from_this(), listener = std::move(listener)] { self->MakeCopy(*listener); });
  }

  void Read(size_t length, absl::AnyInvocable<void(absl::StatusOr<std::string>)> done) override {
    runner_->slow_.Post([self = shared_from_this(), length, done = std::move(done)]() mutable {
      if (self->runner_->closed_) return done(Draining());
      absl::StatusOr<std::string> bytes = self->copy_->Read(self->offset_, length);
      if (bytes.ok()) self->offset_ += static_cast<int64_t>(bytes->size());
      if (!bytes.ok() || bytes->empty()) self->End();
      done(std::move(bytes));
    });
  }

  void Cancel() override { cancelled_ = true; }

 private:
  void MakeCopy(BackupListener& listener) {
    // Before the copy's instant: what was answered by now is in it.
    const absl::Time snapshot_time = runner_->clock_->Now();
    entitlement::LeaseTime told = runner_->clock_->LeaseNow();
    auto copy = runner_->store_->Copy([&](int64_t size) {
      if (cancelled_ || runner_->closed_) return false;
      const entitlement::LeaseTime now = runner_->clock_->LeaseNow();
      if (now - told >= kCopyProgressPeriod) {
        told = now;
        listener.OnProgress(size);
      }
      return true;
    });
    if (runner_->closed_) copy = Draining();
    if (!copy.ok()) {
      End();
      return listener.OnCopied(copy.status(), snapshot_time);
    }
    copy_ = *std::move(copy);
    listener.OnCopied(copy_->size(), snapshot_time);
  }

  // Before whoever asked learns of the end, and may ask for the next one.
  void End() {
    copy_.reset();
    claim_.reset();
  }

  UpkeepRunner* const runner_;
  std::atomic<bool> cancelled_ = false;

  // Of the slow thread.
  std::unique_ptr<Claim> claim_;
  std::unique_ptr<storage::StoreCopy> copy_;
  int64_t offset_ = 0;
};

UpkeepRunner::UpkeepRunner(storage::Upkeep* store, Clock* clock, const entitlement::Policy* policy)
    : store_(store), clock_(clock), policy_(policy) {}

UpkeepRunner::~UpkeepRunner() {
  Close();
  slow_.Stop();
  figures_reader_.Stop();
}

void UpkeepRunner::ReadFigures(FiguresDone done) {
  figures_reader_.Post([this, done = std::move(done)]() mutable {
    const entitlement::LeaseTime now = clock_->LeaseNow();
    if (!figures_.has_value() || now - figures_read_ > kFiguresKept) {
      absl::StatusOr<storage::StoreFigures> read = store_->ReadFigures();
      if (!read.ok()) return done(read);
      figures_ = *std::move(read);
      figures_read_ = now;
    }
    done(*figures_);
  });
}

void UpkeepRunner::CheckIntegrity(CheckDone done) {
  absl::StatusOr<std::unique_ptr<Claim>> claim = TakeClaim("a check of its integrity");
  if (!claim.ok()) return done(claim.status());
  slow_.Post([this, claim = *std::move(claim), done = std::move(done)]() mutable {
    absl::StatusOr<IntegrityReport> report =
        engine::CheckIntegrity(*store_, *clock_, *policy_, [this] { return !closed_; });
    if (closed_) report = Draining();
    // Who has the answer may ask for the next one.
    claim.reset();
    done(std::move(report));
  });
}

absl::StatusOr<std::shared_ptr<Backup>> UpkeepRunner::StartBackup(
    std::shared_ptr<BackupListener> listener) {
  absl::StatusOr<std::unique_ptr<Claim>> claim = TakeClaim("a backup");
  if (!claim.ok()) return claim.status();
  auto job = std::make_shared<BackupJob>(this, *std::move(claim));
  job->Start(std::move(listener));
  return job;
}

void UpkeepRunner::Close() { closed_ = true; }

absl::StatusOr<std::unique_ptr<UpkeepRunner::Claim>> UpkeepRunner::TakeClaim(
    const std::string& what) {
  if (closed_) return Draining();
  const absl::Time now = clock_->Now();
  const std::lock_guard lock(mutex_);
  if (running_.has_value()) {
    return absl::AbortedError(
        absl::StrCat("The server is busy with ", running_->what, " since ",
                     absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", running_->since, absl::UTCTimeZone()),
                     ": checks and backups are made one at a time."));
  }
  running_ = Running{.what = what, .since = now};
  return std::make_unique<Claim>(this);
}

}  // namespace usher::engine
