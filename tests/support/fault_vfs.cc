#include "tests/support/fault_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

namespace usher::storage::testing {
namespace {

using Operation = FaultVfs::Operation;

// A page of the log, with its header, is written in three.
constexpr int kPieceBytes = 2048;

struct Fault {
  Operation operation;
  int spared;
  int code;
  bool once;
  int system_error;
};

}  // namespace

struct FaultVfs::State {
  std::string name;
  sqlite3_vfs vfs{};
  sqlite3_vfs* base = nullptr;

  std::mutex mutex;
  std::optional<Fault> fault;
  Observer observer;
  int piece_bytes = kPieceBytes;
  std::atomic<bool> overwrites_safely = true;
  std::atomic<int> system_error = 0;

  // What the operation is to fail with; SQLITE_OK to let it through.
  int Verdict(Operation operation) {
    const std::lock_guard lock(mutex);
    if (!fault || fault->operation != operation) return SQLITE_OK;
    if (fault->spared > 0) {
      --fault->spared;
      return SQLITE_OK;
    }
    const int code = fault->code;
    system_error = fault->system_error;
    if (fault->once) fault.reset();
    return code;
  }

  int PieceBytes() {
    const std::lock_guard lock(mutex);
    return piece_bytes;
  }

  void Tell(Operation operation, const std::string& path) {
    Observer told;
    {
      const std::lock_guard lock(mutex);
      told = observer;
    }
    if (told) told(operation, path);
  }
};

namespace {

// The file of the default VFS follows it in memory.
struct FaultFile {
  sqlite3_file base;
  FaultVfs::State* state;
  // Empty for files of no interest, as temporary ones.
  std::string* path;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

FaultFile& From(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }
sqlite3_file* Real(sqlite3_file* file) { return From(file).real(); }

int Close(sqlite3_file* file) {
  const int result = Real(file)->pMethods->xClose(Real(file));
  delete From(file).path;
  return result;
}

// Runs the operation unless it is to fail, and tells of it.
template <typename Run>
int Pass(sqlite3_file* file, Operation operation, Run run) {
  FaultFile& fault_file = From(file);
  if (fault_file.path->empty()) return run();
  if (const int code = fault_file.state->Verdict(operation); code != SQLITE_OK) return code;
  const int result = run();
  if (result == SQLITE_OK) fault_file.state->Tell(operation, *fault_file.path);
  return result;
}

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const int piece_max = From(file).state->PieceBytes();
  int result = SQLITE_OK;
  for (int done = 0; done < size && result == SQLITE_OK;) {
    const char* const piece = static_cast<const char*>(data) + done;
    const int piece_size = std::min(size - done, piece_max);
    result = Pass(file, Operation::kWrite, [&] {
      return Real(file)->pMethods->xWrite(Real(file), piece, piece_size, offset + done);
    });
    done += piece_size;
  }
  return result;
}

int Sync(sqlite3_file* file, int flags) {
  return Pass(file, Operation::kSync,
              [&] { return Real(file)->pMethods->xSync(Real(file), flags); });
}

int Read(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
  return Real(file)->pMethods->xRead(Real(file), data, size, offset);
}
int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  return Real(file)->pMethods->xTruncate(Real(file), size);
}
int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return Real(file)->pMethods->xFileSize(Real(file), size);
}
int Lock(sqlite3_file* file, int level) { return Real(file)->pMethods->xLock(Real(file), level); }
int Unlock(sqlite3_file* file, int level) {
  return Real(file)->pMethods->xUnlock(Real(file), level);
}
int CheckReservedLock(sqlite3_file* file, int* result) {
  return Real(file)->pMethods->xCheckReservedLock(Real(file), result);
}
int FileControl(sqlite3_file* file, int operation, void* argument) {
  if (operation == SQLITE_FCNTL_LAST_ERRNO) {
    *static_cast<int*>(argument) = From(file).state->system_error;
    return SQLITE_OK;
  }
  return Real(file)->pMethods->xFileControl(Real(file), operation, argument);
}
int SectorSize(sqlite3_file* file) { return Real(file)->pMethods->xSectorSize(Real(file)); }
int DeviceCharacteristics(sqlite3_file* file) {
  const int real = Real(file)->pMethods->xDeviceCharacteristics(Real(file));
  return From(file).state->overwrites_safely ? real : real & ~SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}
int ShmMap(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  return Real(file)->pMethods->xShmMap(Real(file), region, size, extend, memory);
}
int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  return Real(file)->pMethods->xShmLock(Real(file), offset, count, flags);
}
void ShmBarrier(sqlite3_file* file) { Real(file)->pMethods->xShmBarrier(Real(file)); }
int ShmUnmap(sqlite3_file* file, int remove) {
  return Real(file)->pMethods->xShmUnmap(Real(file), remove);
}

// Version 2: with shared memory, which the log needs, and without memory-mapped reads.
constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = Close,
    .xRead = Read,
    .xWrite = Write,
    .xTruncate = Truncate,
    .xSync = Sync,
    .xFileSize = FileSize,
    .xLock = Lock,
    .xUnlock = Unlock,
    .xCheckReservedLock = CheckReservedLock,
    .xFileControl = FileControl,
    .xSectorSize = SectorSize,
    .xDeviceCharacteristics = DeviceCharacteristics,
    .xShmMap = ShmMap,
    .xShmLock = ShmLock,
    .xShmBarrier = ShmBarrier,
    .xShmUnmap = ShmUnmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

FaultVfs::State& StateOf(sqlite3_vfs* vfs) { return *static_cast<FaultVfs::State*>(vfs->pAppData); }

int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  FaultVfs::State& state = StateOf(vfs);
  FaultFile& fault_file = From(file);
  fault_file.base.pMethods = nullptr;
  const int result = state.base->xOpen(state.base, path, fault_file.real(), flags, out_flags);
  if (result != SQLITE_OK) return result;
  const bool watched = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0 && path != nullptr;
  fault_file.path = new std::string(watched ? path : "");
  fault_file.state = &state;
  fault_file.base.pMethods = &kMethods;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* vfs, const char* path, int sync_directory) {
  sqlite3_vfs* const base = StateOf(vfs).base;
  return base->xDelete(base, path, sync_directory);
}

int Exists(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
  sqlite3_vfs* const base = StateOf(vfs).base;
  return base->xAccess(base, path, flags, result);
}

int FullPathname(sqlite3_vfs* vfs, const char* path, int size, char* full) {
  sqlite3_vfs* const base = StateOf(vfs).base;
  return base->xFullPathname(base, path, size, full);
}

}  // namespace

FaultVfs::FaultVfs(const std::string& name) : state_(std::make_unique<State>()) {
  sqlite3_initialize();
  state_->name = name;
  state_->base = sqlite3_vfs_find(nullptr);
  // Randomness, time and sleep go straight to the default one, which takes its own state from
  // nowhere.
  state_->vfs = *state_->base;
  state_->vfs.pNext = nullptr;
  state_->vfs.zName = state_->name.c_str();
  state_->vfs.pAppData = state_.get();
  state_->vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + state_->base->szOsFile;
  state_->vfs.xOpen = Open;
  state_->vfs.xDelete = Delete;
  state_->vfs.xAccess = Exists;
  state_->vfs.xFullPathname = FullPathname;
  sqlite3_vfs_register(&state_->vfs, 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&state_->vfs); }

const std::string& FaultVfs::name() const { return state_->name; }

void FaultVfs::FailAfter(Operation operation, int spared, int code, int system_error) {
  const std::lock_guard lock(state_->mutex);
  state_->fault = Fault{operation, spared, code, /*once=*/false, system_error};
}

void FaultVfs::FailOnceAfter(Operation operation, int spared, int code) {
  const std::lock_guard lock(state_->mutex);
  state_->fault = Fault{operation, spared, code, /*once=*/true, /*system_error=*/0};
}

void FaultVfs::Heal() {
  const std::lock_guard lock(state_->mutex);
  state_->fault.reset();
}

void FaultVfs::LeaveWritesWhole() {
  const std::lock_guard lock(state_->mutex);
  state_->piece_bytes = std::numeric_limits<int>::max();
}

void FaultVfs::OverwriteUnsafely() { state_->overwrites_safely = false; }

void FaultVfs::Observe(Observer observer) {
  const std::lock_guard lock(state_->mutex);
  state_->observer = std::move(observer);
}

}  // namespace usher::storage::testing
