#include "storage/sqlite/change_writer.h"

#include <variant>

namespace usher::storage {
namespace {

// Changes that are written to no table are named here, so that a new one is not forgotten by
// accident.
template <typename Payload>
constexpr bool kLeavesNoRow = false;
template <>
constexpr bool kLeavesNoRow<entitlement::TrialStarted> = true;
template <>
constexpr bool kLeavesNoRow<entitlement::SessionDraining> = true;
template <>
constexpr bool kLeavesNoRow<entitlement::SessionRenewed> = true;
template <>
constexpr bool kLeavesNoRow<entitlement::PhoneRenewed> = true;
template <>
constexpr bool kLeavesNoRow<entitlement::DenialCounted> = true;
template <>
constexpr bool kLeavesNoRow<entitlement::UsageMonthStarted> = true;

template <>
constexpr bool kLeavesNoRow<entitlement::CallsExtended> = true;
template <>
constexpr bool kLeavesNoRow<entitlement::CallsContinued> = true;
template <>
constexpr bool kLeavesNoRow<entitlement::CallsForgotten> = true;

}  // namespace

absl::Status WriteChange(Database& database, const entitlement::Change& change) {
  return std::visit(
      [&database, &change](const auto& payload) {
        using Payload = std::remove_cvref_t<decltype(payload)>;
        if constexpr (kLeavesNoRow<Payload>) {
          return absl::OkStatus();
        } else {
          return Write(database, change, payload);
        }
      },
      change.payload);
}

}  // namespace usher::storage
