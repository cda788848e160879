#include "entitlement/change.h"

#include <type_traits>

namespace usher::entitlement {
namespace {

template <typename T, typename... Others>
constexpr bool kIsOneOf = (std::is_same_v<T, Others> || ...);

template <typename Payload>
constexpr ChangeClass ClassOfType() {
  if constexpr (kIsOneOf<Payload, SubscriptionStored, AgentDrainChanged, SessionTtlChanged,
                         SessionForgotten, PhoneTtlChanged, VoicePlanStored, CallHeld,
                         CallTtlChanged>) {
    return ChangeClass::kDurable;
  } else if constexpr (kIsOneOf<Payload, SessionRenewed, PhoneRenewed, DenialCounted,
                                UsageMonthStarted, CallsExtended, CallsContinued, CallsForgotten>) {
    return ChangeClass::kMemory;
  } else {
    return ChangeClass::kEvent;
  }
}

}  // namespace

ChangeClass ClassOf(const ChangePayload& payload) {
  return std::visit([](const auto& of) { return ClassOfType<std::remove_cvref_t<decltype(of)>>(); },
                    payload);
}

bool AltersAccount(const ChangePayload& payload) {
  return std::visit(
      [](const auto& of) {
        using Payload = std::remove_cvref_t<decltype(of)>;
        return kIsOneOf<Payload, VoicePlanStored, MinutesGranted, MinutesExpired, CallStarted,
                        CallConnected, CallHeld, CallTtlChanged, CallsExtended, CallsContinued,
                        CallEnded, CallAdjusted, CallsForgotten>;
      },
      payload);
}

bool AltersServer(const ChangePayload& payload) {
  return std::holds_alternative<TokenCreated>(payload) ||
         std::holds_alternative<TokenRevoked>(payload);
}

}  // namespace usher::entitlement
