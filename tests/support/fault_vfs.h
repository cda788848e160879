// FaultVfs: SQLite's file system with faults, for tests of what the store does on a bad disk.
//
// Registered under its name as long as it lives; whoever opens a database by that name goes through
// it to the default one. Counts writes and syncs of database and log files only. A write of more
// than a piece is done piece by piece, as a disk may fill up, or a process die, in the middle of
// it: each piece counts as a write. Outlives every database opened by it. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace usher::storage::testing {

class FaultVfs {
 public:
  enum class Operation { kWrite, kSync };

  // The files of a database that have been written to, after each operation that succeeded.
  using Observer = std::function<void(Operation operation, const std::string& path)>;

  explicit FaultVfs(const std::string& name);
  ~FaultVfs();

  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  const std::string& name() const;

  // The operation after `spared` more of its kind fails with SQLite's `code`, and so do all that
  // follow until Heal.
  // `system_error` is the errno behind it, as SQLite asks for it.
  void FailAfter(Operation operation, int spared, int code, int system_error = 0);
  // The same, but none of those that follow.
  void FailOnceAfter(Operation operation, int spared, int code);
  void Heal();

  // From now on each write is one, however large.
  void LeaveWritesWhole();

  // Files that are opened from now on say that a write may spoil what stands beside it.
  void OverwriteUnsafely();

  // Empty for none.
  void Observe(Observer observer);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace usher::storage::testing
