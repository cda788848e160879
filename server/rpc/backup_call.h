// BackupCall: one open BackupDatabase, between the runner that makes and reads the copy and the
// stream that sends it.
//
// A chunk is read when the last one has gone out: who reads slowly holds a file open and keeps
// other backups from beginning, and nothing else. Threading: the stream and the runner have threads
// of their own, and a mutex stands between.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "absl/time/time.h"
#include "auth/caller.h"
#include "auth/sha256.h"
#include "engine/upkeep_runner.h"
#include "rpc/services.h"
#include "rpc/stream_call.h"
#include "usher/v1/admin_service.pb.h"

namespace usher::rpc {

class BackupCall final : public StreamOwner,
                         public engine::BackupListener,
                         public std::enable_shared_from_this<BackupCall> {
 public:
  BackupCall(const Backend& backend, auth::Caller caller, std::shared_ptr<ServerStream> stream);

  // Refuses the call where another slow job is under way.
  void Start();

  void OnWritten() override;
  void OnGone() override;

  void OnProgress(int64_t size) override;
  void OnCopied(absl::StatusOr<int64_t> size, absl::Time snapshot_time) override;

 private:
  void OnRead(absl::StatusOr<std::string> bytes);
  // Under the mutex.
  void ReadNext();
  void Send(const v1::BackupDatabaseResponse& message);
  void Fail(const absl::Status& status);

  engine::UpkeepRunner* const upkeep_;
  const auth::Gatekeeper* const gate_;
  const auth::Caller caller_;
  const std::shared_ptr<ServerStream> stream_;

  std::mutex mutex_;
  std::shared_ptr<engine::Backup> backup_;
  auth::Sha256Stream digest_;
  absl::Time snapshot_time_;
  int64_t remaining_ = 0;
  bool copied_ = false;
  // A message is on its way.
  bool busy_ = false;
  bool last_sent_ = false;
  bool gone_ = false;
};

}  // namespace usher::rpc
