// Transaction: everything between its begin and its Commit, or nothing. Going without Commit rolls
// back.
#pragma once

#include "absl/status/status.h"
#include "storage/sqlite/database.h"

namespace usher::storage {

class Transaction {
 public:
  // `database` outlives it and has no transaction open.
  explicit Transaction(Database& database) : database_(database) {}
  ~Transaction() { database_.Rollback(); }

  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Takes the write lock at once.
  absl::Status BeginWrite() { return database_.BeginWrite(); }
  // All that is read until it goes is of one instant.
  absl::Status BeginRead() { return database_.BeginRead(); }

  // Errors as Database::Commit.
  absl::Status Commit() { return database_.Commit(); }

 private:
  Database& database_;
};

}  // namespace usher::storage
