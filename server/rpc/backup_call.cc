#include "rpc/backup_call.h"

#include <utility>

#include "absl/time/clock.h"
#include "auth/gatekeeper.h"
#include "rpc/proto_values.h"
#include "rpc/refusal_to_status.h"
#include "rpc/upkeep_status.h"

namespace usher::rpc {

BackupCall::BackupCall(const Backend& backend, auth::Caller caller,
                       std::shared_ptr<ServerStream> stream)
    : upkeep_(backend.upkeep),
      gate_(backend.gate),
      caller_(std::move(caller)),
      stream_(std::move(stream)) {}

void BackupCall::Start() {
  const std::lock_guard lock(mutex_);
  auto started = upkeep_->StartBackup(shared_from_this());
  if (!started.ok()) return Fail(started.status());
  backup_ = *std::move(started);
}

void BackupCall::OnWritten() {
  const std::lock_guard lock(mutex_);
  busy_ = false;
  if (last_sent_) {
    stream_->Finish(grpc::Status::OK);
  } else if (copied_) {
    ReadNext();
  }
}

void BackupCall::OnGone() {
  std::shared_ptr<engine::Backup> backup;
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    backup = std::move(backup_);
  }
  if (backup != nullptr) backup->Cancel();
}

void BackupCall::OnProgress(int64_t size) {
  const std::lock_guard lock(mutex_);
  if (gone_ || busy_) return;
  v1::BackupDatabaseResponse message;
  message.set_remaining_bytes(size);
  Send(message);
}

void BackupCall::OnCopied(absl::StatusOr<int64_t> size, absl::Time snapshot_time) {
  const std::lock_guard lock(mutex_);
  if (gone_) return;
  if (!size.ok()) return Fail(size.status());
  copied_ = true;
  remaining_ = *size;
  snapshot_time_ = snapshot_time;
  if (!busy_) ReadNext();
}

void BackupCall::OnRead(absl::StatusOr<std::string> bytes) {
  const std::lock_guard lock(mutex_);
  if (gone_) return;
  if (!bytes.ok()) return Fail(bytes.status());
  // A token that was revoked closes what it has opened.
  if (!gate_->StillKnows(caller_, absl::Now())) {
    return stream_->Finish(ToStatus(entitlement::InvalidCredential(), absl::Now()));
  }
  v1::BackupDatabaseResponse message;
  last_sent_ = bytes->empty();
  if (last_sent_) {
    message.set_sha256(digest_.Finish());
    SetTime(snapshot_time_, message.mutable_snapshot_time());
  } else {
    digest_.Add(*bytes);
    remaining_ -= static_cast<int64_t>(bytes->size());
    message.set_remaining_bytes(remaining_);
    message.set_chunk(*std::move(bytes));
  }
  Send(message);
}

void BackupCall::ReadNext() {
  if (backup_ == nullptr) return;
  backup_->Read(kBackupChunkBytes, [self = shared_from_this()](absl::StatusOr<std::string> bytes) {
    self->OnRead(std::move(bytes));
  });
}

void BackupCall::Send(const v1::BackupDatabaseResponse& message) {
  busy_ = true;
  const grpc::Slice slice(message.SerializeAsString());
  stream_->Write(grpc::ByteBuffer(&slice, 1));
}

void BackupCall::Fail(const absl::Status& status) { stream_->Finish(StatusOfUpkeep(status)); }

}  // namespace usher::rpc
