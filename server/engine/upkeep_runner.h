// UpkeepRunner: runs what is asked of the whole store (storage/upkeep.h) on threads of its own, so
// that neither the engine nor the wire waits for it.
//
// Checks and backups are slow: one at a time. Another one is refused at once with kAborted and a
// sentence that says what is under way. After Close they end with kCancelled.
//
// Threading: any thread. Callbacks run on the runner's threads and must not wait for it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/clock.h"
#include "engine/integrity_check.h"
#include "engine/worker.h"
#include "entitlement/policy.h"
#include "storage/upkeep.h"

namespace usher::engine {

// Figures are read anew where they are older: however often they are asked for, the store is asked
// once in that time.
inline constexpr absl::Duration kFiguresKept = absl::Seconds(1);

// How often whoever waits for a copy is told that it is being made.
inline constexpr absl::Duration kCopyProgressPeriod = absl::Seconds(1);

// A backup under way: the copy is made, then it is read to its end, as fast as whoever asked wants
// it. It goes with its last holder, and with it the copy and the claim to be the only one.
class Backup {
 public:
  virtual ~Backup() = default;
  // Reads the bytes behind the last ones, `length` or as many as there are; none behind the end,
  // and then the backup is over. One call at a time, once the copy was made.
  virtual void Read(size_t length, absl::AnyInvocable<void(absl::StatusOr<std::string>)> done) = 0;
  // Ends the making of the copy soon.
  virtual void Cancel() = 0;
};

// Told how it stands with a backup.
class BackupListener {
 public:
  virtual ~BackupListener() = default;
  // The copy is being made, and will have so many bytes.
  virtual void OnProgress(int64_t size) = 0;
  // It is made and can be read; or why not. The last call. `snapshot_time` is the instant up to
  // which every change that was answered is in it.
  virtual void OnCopied(absl::StatusOr<int64_t> size, absl::Time snapshot_time) = 0;
};

class UpkeepRunner {
 public:
  using FiguresDone = absl::AnyInvocable<void(const absl::StatusOr<storage::StoreFigures>&)>;
  using CheckDone = absl::AnyInvocable<void(absl::StatusOr<IntegrityReport>)>;

  // `store`, `clock` and `policy` outlive the runner.
  UpkeepRunner(storage::Upkeep* store, Clock* clock, const entitlement::Policy* policy);
  // Whoever asks must have ended, and no Backup be held.
  ~UpkeepRunner();

  UpkeepRunner(const UpkeepRunner&) = delete;
  UpkeepRunner& operator=(const UpkeepRunner&) = delete;

  void ReadFigures(FiguresDone done);
  void CheckIntegrity(CheckDone done);
  // Only kAborted and kCancelled are answered here; the listener is told of all else. It is held
  // until it was told the last.
  absl::StatusOr<std::shared_ptr<Backup>> StartBackup(std::shared_ptr<BackupListener> listener);

  // Nothing slow is begun any more, and what is under way ends soon. Idempotent.
  void Close();

 private:
  class BackupJob;
  class Claim;

  // What the one slow job is, and since when.
  struct Running {
    std::string what;
    absl::Time since;
  };

  absl::StatusOr<std::unique_ptr<Claim>> TakeClaim(const std::string& what);

  storage::Upkeep* const store_;
  Clock* const clock_;
  const entitlement::Policy* const policy_;

  std::atomic<bool> closed_ = false;
  std::mutex mutex_;
  std::optional<Running> running_;

  // Of the thread that reads figures.
  std::optional<storage::StoreFigures> figures_;
  entitlement::LeaseTime figures_read_;

  // The last members: their threads use the others.
  Worker figures_reader_{"usher-figures"};
  Worker slow_{"usher-upkeep"};
};

}  // namespace usher::engine
