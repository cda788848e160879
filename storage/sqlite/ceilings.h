// Ceilings: how revisions, session ids and numbers of calls are kept from being given out twice
// without a row being written for each.
//
// The rows of account and application hold a number that none given out has passed. It is raised in
// steps, in the transaction of the first one that passes it; counting goes on from it after a
// restart. A clean end lowers it to the last number that was given out; after a crash a gap is
// left. One writer, its thread.
#pragma once

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "entitlement/ids.h"
#include "storage/sqlite/database.h"

namespace usher::storage {

// How far a ceiling is raised above the number that passed it.
inline constexpr int64_t kCeilingStep = 4096;

class Ceilings {
 public:
  // Within the transaction that stores the number.
  absl::Status Cover(Database& database, entitlement::AccountNo account,
                     entitlement::Revision revision);
  absl::Status Cover(Database& database, entitlement::ApplicationNo application,
                     entitlement::SessionId session);
  absl::Status Cover(Database& database, entitlement::AccountNo account, entitlement::CallNo call);

  // Within the last transaction of this process: no more is given out.
  absl::Status Lower(Database& database);

  // After a transaction that was rolled back: what it raised does not count.
  void Forget();

  bool empty() const { return revisions_.empty() && sessions_.empty() && calls_.empty(); }

 private:
  struct Ceiling {
    int64_t stored = 0;
    // The highest number that was covered.
    int64_t last = 0;
  };

  // Of those that were asked for.
  absl::flat_hash_map<entitlement::AccountNo, Ceiling> revisions_;
  absl::flat_hash_map<entitlement::ApplicationNo, Ceiling> sessions_;
  absl::flat_hash_map<entitlement::AccountNo, Ceiling> calls_;
};

}  // namespace usher::storage
