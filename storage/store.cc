#include "storage/store.h"

#include "absl/strings/cord.h"

namespace usher::storage {
namespace {

// Told apart from other losses by what the status carries along.
constexpr char kUnitDamage[] = "usher/unit-damage";

}  // namespace

absl::Status UnitDamageError(absl::string_view what) {
  absl::Status status = absl::DataLossError(what);
  status.SetPayload(kUnitDamage, absl::Cord());
  return status;
}

bool IsUnitDamage(const absl::Status& status) { return status.GetPayload(kUnitDamage).has_value(); }

}  // namespace usher::storage
