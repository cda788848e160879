#include "storage/sqlite/sync_timer.h"

#include <chrono>
#include <utility>

#include "absl/memory/memory.h"

namespace usher::storage {

std::unique_ptr<SyncTimer> SyncTimer::Attach(sqlite3* db, Observer observer) {
  sqlite3_file* log = nullptr;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK ||
      log == nullptr || log->pMethods == nullptr) {
    return nullptr;
  }
  auto timer = absl::WrapUnique(new SyncTimer(std::move(observer)));
  timer->methods_ = {*log->pMethods, log->pMethods, timer.get()};
  timer->methods_.table.xSync = Sync;
  log->pMethods = &timer->methods_.table;
  return timer;
}

int SyncTimer::Sync(sqlite3_file* file, int flags) {
  const auto* methods = reinterpret_cast<const Methods*>(file->pMethods);
  const auto begun = std::chrono::steady_clock::now();
  const int code = methods->original->xSync(file, flags);
  methods->timer->observer_(absl::FromChrono(std::chrono::steady_clock::now() - begun));
  return code;
}

}  // namespace usher::storage
