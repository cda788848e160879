#include "entitlement/decide.h"

#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "entitlement/decisions.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

template <typename T, typename... Others>
constexpr bool kIsOneOf = (std::is_same_v<T, Others> || ...);

template <typename C>
constexpr bool kNeedsNoUnit =
    kIsOneOf<C, CreateAccount, ListAccounts, CreateToken, ListTokens, RevokeToken>;

template <typename C>
constexpr bool kNeedsAccountOnly =
    kIsOneOf<C, GetAccount, UpdateAccount, CreateApplication, ListApplications, GetVoiceBalance>;

// Those that are asked of the server itself, an account or an application.
template <typename C>
constexpr bool kTakesAnyTarget = kIsOneOf<C, ListEvents, WatchEvents>;

// Those that need the account and the application's entry in it.
template <typename C>
constexpr bool kNeedsEntryOnly =
    kIsOneOf<C, StartCall, ConnectCall, ExtendCalls, EndCall, GetCall, ListCalls>;

// Those that a deleted application refuses. DeleteApplication and UndeleteApplication say
// WRONG_STATE themselves; reads answer; RenewSessions, RenewPhones and ExtendCalls answer ENDED.
template <typename C>
constexpr bool kRefusesDeleted =
    kIsOneOf<C, UpdateApplication, CreateOrder, RenewSubscription, ResetLicenses, StartSession,
             SetMobileAnswering, RegisterPhone, StartCall>;

Outcome Refuse(Refusal refusal) { return {.result = std::move(refusal), .changes = {}}; }

// What the command names and there is not; the outermost where several are missing.
template <typename C>
std::optional<Refusal> CheckExistence(const Units& units, const Target& target) {
  if constexpr (!kNeedsNoUnit<C>) {
    if (kTakesAnyTarget<C> && target.account.empty()) return std::nullopt;
    if (units.account == nullptr) {
      return ResourceNotFound{absl::StrCat("accounts/", target.account.value())};
    }
    if constexpr (!kNeedsAccountOnly<C>) {
      if (kTakesAnyTarget<C> && target.application.empty()) return std::nullopt;
      const bool without_state = units.application == nullptr && !kNeedsEntryOnly<C>;
      if (without_state || units.entry == nullptr) {
        return ResourceNotFound{FullName(target.account, target.application)};
      }
    }
  }
  return std::nullopt;
}

template <typename C>
std::optional<Refusal> CheckFieldsOf(const C& command, const Context& context) {
  if constexpr (requires { CheckItems(command, context); }) return CheckItems(command, context);
  return std::nullopt;
}

template <typename C>
Outcome Dispatch(const Units& units, const Target& target, const C& command,
                 const Context& context) {
  if (std::optional<Refusal> refusal = CheckFieldsOf(command, context)) {
    return Refuse(*std::move(refusal));
  }
  if (std::optional<Refusal> refusal = CheckExistence<C>(units, target)) {
    return Refuse(*std::move(refusal));
  }
  if constexpr (requires { CheckNamed(units, command); }) {
    if (std::optional<Refusal> refusal = CheckNamed(units, command)) {
      return Refuse(*std::move(refusal));
    }
  }
  if constexpr (kRefusesDeleted<C> || std::is_same_v<C, CheckAccess>) {
    if (units.entry->deleted()) {
      ApplicationIsDeleted refusal{FullName(target.account, target.application)};
      if constexpr (std::is_same_v<C, CheckAccess>) {
        return {.result = CheckAccessReply{.refusal = std::move(refusal)}, .changes = {}};
      } else {
        return Refuse(std::move(refusal));
      }
    }
  }
  return DecideOn(units, command, context);
}

}  // namespace

bool NeedsApplication(const Command& command) {
  return std::visit(
      [](const auto& payload) {
        using C = std::remove_cvref_t<decltype(payload)>;
        return !kNeedsNoUnit<C> && !kNeedsAccountOnly<C> && !kNeedsEntryOnly<C>;
      },
      command.payload);
}

std::optional<Refusal> CheckFields(const Command& command, const Context& context) {
  return std::visit([&](const auto& payload) { return CheckFieldsOf(payload, context); },
                    command.payload);
}

Outcome Decide(const Units& units, const Command& command, const Context& context) {
  return std::visit(
      [&](const auto& payload) { return Dispatch(units, command.target, payload, context); },
      command.payload);
}

}  // namespace usher::entitlement
