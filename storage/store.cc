#include "storage/store.h"

#include "absl/strings/cord.h"

namespace usher::storage {
namespace {

// Told apart from other losses by what the status carries along.
constexpr char kUnitDamage[] = "usher/unit-damage";
constexpr char kDamage[] = "usher/damage";

absl::Status Marked(absl::string_view what, absl::string_view mark) {
  absl::Status status = absl::DataLossError(what);
  status.SetPayload(mark, absl::Cord());
  return status;
}

}  // namespace

absl::Status UnitDamageError(absl::string_view what) { return Marked(what, kUnitDamage); }
bool IsUnitDamage(const absl::Status& status) { return status.GetPayload(kUnitDamage).has_value(); }

absl::Status DamageError(absl::string_view what) { return Marked(what, kDamage); }
bool IsDamage(const absl::Status& status) { return status.GetPayload(kDamage).has_value(); }

}  // namespace usher::storage
