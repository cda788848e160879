#include "storage/sqlite/sqlite_store.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/sqlite/batch_writer.h"
#include "storage/sqlite/data_directory.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/database_copy.h"
#include "storage/sqlite/error.h"
#include "storage/sqlite/figures_reader.h"
#include "storage/sqlite/history_reader.h"
#include "storage/sqlite/journal_reader.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/recent_sessions.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/table_check.h"
#include "storage/sqlite/transaction.h"
#include "storage/sqlite/unit_loader.h"
#include "storage/sqlite/unit_visit.h"

namespace usher::storage {
namespace {

// One process owns all accounts.
constexpr int64_t kEpoch = 1;

// More than a batch takes in the log.
constexpr int64_t kProbeRoomBytes = int64_t{2} * 1024 * 1024;

// A page in the log, with its header.
constexpr int64_t kLogFrameBytes = 4096 + 24;

// How long the writer waits for readers to finish where the log has grown too long.
constexpr absl::Duration kPausePatience = absl::Milliseconds(200);

class SqliteStoreImpl final : public SqliteStore {
 public:
  SqliteStoreImpl(const SqliteStoreOptions& options, std::unique_ptr<DataDirectory> directory,
                  std::unique_ptr<Database> writer, std::unique_ptr<ReaderPool> readers,
                  std::unique_ptr<RecentSessions> recent, std::string database_id)
      : options_(options),
        directory_(std::move(directory)),
        writer_(std::move(writer)),
        readers_(std::move(readers)),
        recent_(std::move(recent)),
        batches_(*writer_, *recent_),
        database_id_(std::move(database_id)),
        checkpoint_at_(options.checkpoint_pages) {}

  ~SqliteStoreImpl() override {
    // Where it fails, a gap is left as after a crash.
    if (fault_.ok()) batches_.Close().IgnoreError();
  }

  std::string_view kind() const override { return "sqlite"; }
  std::string_view database_id() const override { return database_id_; }
  int64_t log_bytes() const override { return log_bytes_.load(std::memory_order_relaxed); }

  absl::StatusOr<entitlement::Directory> LoadDirectory() override {
    return Read([](Database& database) { return ReadDirectory(database); });
  }

  absl::StatusOr<entitlement::Account> LoadAccount(entitlement::AccountNo account,
                                                   absl::Time ended_since) override {
    return Read([&](Database& database) { return ReadAccount(database, account, ended_since); });
  }

  absl::StatusOr<entitlement::Application> LoadApplication(entitlement::ApplicationNo application,
                                                           absl::Time ended_since) override {
    const std::vector<int64_t> recent = recent_->RowsOf(application);
    return Read([&](Database& database) {
      return ReadApplication(database, application, ended_since, recent);
    });
  }

  absl::StatusOr<std::vector<UnitRef>> ListDue(absl::Time until, int limit) override {
    return Read([&](Database& database) { return ReadDue(database, until, limit); });
  }

  absl::StatusOr<absl::Time> NextDue() override {
    return Read([](Database& database) { return ReadNextDue(database); });
  }

  absl::StatusOr<std::vector<UnitRef>> ListUnitsWithLeases() override {
    return Read([](Database& database) { return ReadUnitsWithLeases(database); });
  }

  absl::StatusOr<entitlement::HistoryPage> ReadHistory(
      const entitlement::HistoryQuery& query) override {
    return Read([&](Database& database) { return ReadHistoryPage(database, query); });
  }

  absl::StatusOr<JournalPage> ReadJournal(const JournalQuery& query) override {
    return Read([&](Database& database) { return ReadJournalPage(database, query); });
  }

  absl::StatusOr<entitlement::Revision> OldestRevision(entitlement::AccountNo account) override {
    return Read([&](Database& database) { return ReadOldestRevision(database, account); });
  }

  absl::StatusOr<JournalEnd> LastJournalEntry() override {
    return Read([](Database& database) { return ReadJournalEnd(database); });
  }

  absl::StatusOr<std::optional<Answer>> FindAnswer(entitlement::AccountNo account,
                                                   const std::string& request_id,
                                                   absl::Time since) override {
    return Read(
        [&](Database& database) { return ReadAnswer(database, account, request_id, since); });
  }

  absl::Status Commit(const CommitBatch& batch) override {
    if (!fault_.ok()) return fault_;
    if (batch.epoch != kEpoch) {
      return absl::FailedPreconditionError(
          absl::StrCat("the epoch of this store is ", kEpoch, ", not ", batch.epoch));
    }
    if (!BatchWriter::HasWork(batch)) return absl::OkStatus();
    return Write([&] { return batches_.Write(batch); });
  }

  absl::Status Probe() override {
    if (!fault_.ok()) return fault_;
    // A page may still fit where no commit does.
    USHER_RETURN_IF_ERROR(directory_->CheckRoom(kProbeRoomBytes));
    return Write([&] {
      Transaction transaction(*writer_);
      USHER_RETURN_IF_ERROR(transaction.BeginWrite());
      USHER_RETURN_IF_ERROR(RewriteVersion(*writer_));
      return transaction.Commit();
    });
  }

  absl::StatusOr<StoreFigures> ReadFigures() override {
    return Read([this](Database& database) {
      return ReadStoreFigures(database, directory_->database_path());
    });
  }

  // Slow reads have a connection of their own, so that loads never wait for it.
  absl::StatusOr<std::vector<std::string>> CheckTables(int limit, const GoOn& go_on) override {
    absl::StatusOr<std::unique_ptr<Database>> reader = OpenReader();
    if (!reader.ok()) return reader.status();
    (*reader)->SetGoOn(go_on);
    absl::StatusOr<std::vector<std::string>> problems = CheckDatabaseTables(**reader, limit);
    // Where pages are damaged, nothing that is read from them means anything.
    if (!problems.ok() || !problems->empty()) return problems;
    return CheckJournal(**reader, limit);
  }

  absl::Status VisitUnits(absl::Time ended_since, UnitVisitor& visitor) override {
    absl::StatusOr<std::unique_ptr<Database>> reader = OpenReader();
    return reader.ok() ? VisitAllUnits(**reader, ended_since, visitor) : reader.status();
  }

  absl::StatusOr<std::unique_ptr<StoreCopy>> Copy(const CopyProgress& progress) override {
    absl::StatusOr<std::unique_ptr<Database>> reader = OpenReader();
    if (!reader.ok()) return reader.status();
    return CopyToUnnamedFile(**reader, directory_->copy_path(), progress);
  }

  absl::StatusOr<bool> Prune(const PruneBounds& bounds, int limit) override {
    if (!fault_.ok()) return fault_;
    bool more = false;
    absl::Status status = Write([&] {
      Transaction transaction(*writer_);
      USHER_RETURN_IF_ERROR(transaction.BeginWrite());
      const absl::StatusOr<bool> answers = PruneAnswers(*writer_, bounds.answers_before, limit);
      USHER_RETURN_IF_ERROR(answers.status());
      const absl::StatusOr<bool> journal = PruneJournal(*writer_, bounds.journal_before, limit);
      USHER_RETURN_IF_ERROR(journal.status());
      more = *answers || *journal;
      return transaction.Commit();
    });
    if (!status.ok()) return status;
    return more;
  }

 private:
  // Runs `read` on a reader's connection; all that it reads is of one instant.
  template <typename Function>
  auto Read(Function read) -> decltype(read(std::declval<Database&>())) {
    ReaderPool::Lease reader = readers_->Borrow();
    Transaction transaction(*reader);
    if (absl::Status status = transaction.BeginRead(); !status.ok()) return status;
    return read(*reader);
  }

  absl::StatusOr<std::unique_ptr<Database>> OpenReader() const {
    return Database::Open(directory_->database_path(), Access::kReader, options_.vfs);
  }

  // Runs `write`, whose transaction follows a checkpoint where one is due, and remembers a fault
  // that is final.
  template <typename Function>
  absl::Status Write(Function write) {
    std::optional<ReaderPool::Pause> pause;
    absl::Status status = CheckpointIfDue(pause);
    if (status.ok()) status = write();
    log_bytes_.store(int64_t{writer_->log_pages()} * kLogFrameBytes, std::memory_order_relaxed);
    if (absl::IsDataLoss(status)) fault_ = status;
    return status;
  }

  // Tries again later where readers, or a full disk, are in the way. The log starts anew with the
  // first transaction that follows a whole checkpoint and finds nobody reading; so `pause` is kept
  // until then.
  absl::Status CheckpointIfDue(std::optional<ReaderPool::Pause>& pause) {
    const int pages = writer_->log_pages();
    if (pages < log_pages_seen_) checkpoint_at_ = options_.checkpoint_pages;
    log_pages_seen_ = pages;
    if (pages < checkpoint_at_) return absl::OkStatus();
    checkpoint_at_ = pages + options_.checkpoint_pages;
    if (pages >= options_.log_pages_max) pause = readers_->TryPause(kPausePatience);
    const auto begun = std::chrono::steady_clock::now();
    const absl::Status status = writer_->CheckpointPassively().status();
    if (options_.on_checkpoint) {
      options_.on_checkpoint(absl::FromChrono(std::chrono::steady_clock::now() - begun));
    }
    return absl::IsDataLoss(status) ? status : absl::OkStatus();
  }

  const SqliteStoreOptions options_;
  // The directory's lock goes last, the readers before the writer: the writer's close makes the
  // last checkpoint.
  const std::unique_ptr<DataDirectory> directory_;
  const std::unique_ptr<Database> writer_;
  const std::unique_ptr<ReaderPool> readers_;
  const std::unique_ptr<RecentSessions> recent_;
  BatchWriter batches_;
  const std::string database_id_;

  // Pages of the log at which the next checkpoint is made, and as the last one found it.
  int checkpoint_at_;
  int log_pages_seen_ = 0;
  std::atomic<int64_t> log_bytes_ = 0;
  // What every Commit answers after the outcome of one is unknown.
  absl::Status fault_;
};

absl::Status MakeReady(Database& database, const SqliteStoreOptions& options) {
  USHER_RETURN_IF_ERROR(CheckSchema(database));
  USHER_RETURN_IF_ERROR(database.StartLog());
  database.GatherLogWrites(options.on_log_sync);
  return MigrateSchema(database);
}

absl::StatusOr<std::string> ReadDatabaseId(Database& database) {
  std::string id;
  Rows rows = database.Select("SELECT database_id FROM meta");
  if (rows.Next()) rows.Read(id);
  if (!rows.status().ok()) return rows.status();
  return id;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const SqliteStoreOptions& options) {
  if (!options.create && !DataDirectory::HasDatabase(options.data_dir)) {
    return absl::NotFoundError(absl::StrCat("there is no database in ", options.data_dir));
  }
  absl::StatusOr<std::unique_ptr<DataDirectory>> directory = DataDirectory::Open(options.data_dir);
  if (!directory.ok()) return directory.status();
  USHER_RETURN_IF_ERROR((*directory)->CheckLogHasDatabase());
  RemoveLeftoverCopy((*directory)->copy_path());
  const std::string path = (*directory)->database_path();
  absl::StatusOr<std::unique_ptr<Database>> writer =
      Database::Open(path, Access::kWriter, options.vfs);
  if (!writer.ok()) return writer.status();
  if (absl::Status status = MakeReady(**writer, options); !status.ok()) {
    return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
  }
  absl::StatusOr<std::string> id = ReadDatabaseId(**writer);
  if (!id.ok()) return id.status();
  absl::StatusOr<std::unique_ptr<ReaderPool>> readers =
      ReaderPool::Open(path, options.vfs, options.readers);
  if (!readers.ok()) return readers.status();
  auto recent = std::make_unique<RecentSessions>(options.recent_sessions);
  if (absl::Status status = recent->Load(**writer); !status.ok()) return status;
  return std::make_unique<SqliteStoreImpl>(options, std::move(*directory), std::move(*writer),
                                           std::move(*readers), std::move(recent), *std::move(id));
}

}  // namespace usher::storage
