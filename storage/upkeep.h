// Upkeep: what is asked of a whole store now and then, beside the units and batches of store.h: how
// large it is, whether what is stored makes sense, and a copy of it.
//
// Nothing here keeps a commit or a load waiting, though all but ReadFigures reads everything.
// Threading: ReadFigures from any thread; the others from one thread at a time. All of them also
// while a Commit runs. Failures are those of store.h, and where a function says so:
//   kCancelled          whoever asked wanted no more of it
//   kResourceExhausted  the disk has no room for it
//   kUnimplemented      this store can't do it
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "entitlement/account.h"
#include "entitlement/application.h"
#include "storage/store.h"

namespace usher::storage {

struct StoreFigures {
  // The form of the database; 0 where the store has none.
  int64_t schema_version = 0;
  // What its files take, and what is left beside them; 0 where it has no files.
  int64_t bytes = 0;
  int64_t disk_free_bytes = 0;
  // Of the oldest entry that the journal keeps; InfiniteFuture where it has none.
  absl::Time oldest_record_time = absl::InfiniteFuture();
  // Of the latest; InfinitePast where it has none.
  absl::Time latest_record_time = absl::InfinitePast();
};

// Looks at all units, one after the other: each account, and behind it its applications, as they
// were at one instant. `mark` is what the store knows of the unit without loading it. A unit whose
// rows make no sense comes as the error that a load of it would be. False ends it.
class UnitVisitor {
 public:
  virtual ~UnitVisitor() = default;
  virtual bool OnAccount(const UnitMark& mark, absl::StatusOr<entitlement::Account> account) = 0;
  virtual bool OnApplication(const UnitMark& mark,
                             absl::StatusOr<entitlement::Application> application) = 0;
};

// A copy of the database as it was at one instant, in one file of the form that the store opens. It
// is gone with its object, and with the process however that ends. One thread at a time.
class StoreCopy {
 public:
  virtual ~StoreCopy() = default;
  virtual int64_t size() const = 0;
  // The bytes from `offset` on, `length` of them or as many as there are.
  virtual absl::StatusOr<std::string> Read(int64_t offset, size_t length) = 0;
};

class Upkeep {
 public:
  virtual ~Upkeep() = default;

  // Takes no longer than a load does.
  virtual absl::StatusOr<StoreFigures> ReadFigures() = 0;

  // Asked now and then whether to go on.
  using GoOn = std::function<bool()>;

  // What is wrong with the files and tables as such, whatever they say: a sentence each, at most
  // `limit`. Empty where all is well, also where the store has none. Or kCancelled.
  virtual absl::StatusOr<std::vector<std::string>> CheckTables(int limit, const GoOn& go_on) = 0;

  // Ended calls and sessions are loaded as store.h says; indices are not made. Only where
  // CheckTables found nothing. An error is the store's, not a unit's; it may come after some
  // visits.
  virtual absl::Status VisitUnits(absl::Time ended_since, UnitVisitor& visitor) = 0;

  // Told now and then how much there is to copy in all; false ends it.
  using CopyProgress = std::function<bool(int64_t total_bytes)>;

  // Has every batch whose Commit returned before it was called. Or kCancelled, kResourceExhausted,
  // kUnimplemented.
  virtual absl::StatusOr<std::unique_ptr<StoreCopy>> Copy(const CopyProgress& progress) = 0;
};

}  // namespace usher::storage
