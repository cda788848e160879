// Refusals: every way in which the rules say no, as values with all that the caller is told.
//
// One struct for one ErrorReason of the contract, its members the metadata keys.
// rpc/refusal_to_status.cc is the one place that turns them into gRPC errors and sentences. Plain
// values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "entitlement/ids.h"
#include "entitlement/token.h"
#include "entitlement/types.h"

namespace usher::entitlement {

struct InvalidField {
  // Path of the field in the request, "items[0].quantity".
  std::string field;
  // What is wrong and what would be right, as a clause: "must be from 1 to 36".
  std::string description;
};

struct BelowMinimumPurchase {
  std::string product;
  int64_t minimum = 0;
  int64_t quantity = 0;
};

struct RequestIdReused {
  std::string request_id;
};

struct PageTokenMismatch {};

// No credential, or one that is unknown, revoked or expired.
struct InvalidCredential {};

struct RoleForbids {
  Role role = Role::kViewer;
  // Full name, "usher.v1.AgentService/StartSession".
  std::string method;
};

// `resource` is the full name, "accounts/acme/applications/support/licenses/7".
struct ResourceNotFound {
  std::string resource;
};

struct ResourceAlreadyExists {
  std::string resource;
};

struct PackageRequired {
  std::string product;
  std::string required_product;
};

struct EditionMismatch {
  std::string product;
  // The edition of the subscription that was named; unset for Voice AI.
  std::optional<Edition> edition;
};

struct SubscriptionAmbiguous {
  std::string product;
};

struct LicenseExpired {
  LicenseId license;
  absl::Time expire_time;
  // When one could come free without a purchase; unset where nothing that is known helps.
  std::optional<absl::Time> relief_time;
};

struct NothingToReset {
  int64_t retained = 0;
};

// The application has no voice package, or none that is unexpired.
struct VoicePackageRequired {};

struct ApplicationIsDeleted {
  // Full name.
  std::string application;
};

struct WrongState {
  // The state that is in the way: "DELETED", "EXPIRED", "ACTIVE".
  std::string state;
  // The full name of what is in it.
  std::string resource;
};

struct LastOperatorToken {
  TokenId token;
};

struct NoIdleLicense {
  LicenseKind kind = LicenseKind::kAgent;
  // Unset where none was requested; the figures are then those of both pools together.
  std::optional<Edition> edition;
  int64_t total = 0;
  int64_t held = 0;
  int64_t in_use = 0;
  int resets_left = 0;
  std::optional<absl::Time> next_expire_time;
  std::optional<absl::Time> relief_time;
};

struct SipPoolExhausted {
  std::optional<Edition> edition;
  int64_t total = 0;
  int64_t online = 0;
};

struct VoiceConcurrencyExhausted {
  int64_t limit = 0;
  int64_t active = 0;
  // When to try again (RetryInfo).
  absl::Duration retry_delay;
};

// Of all unexpired grants of the account together.
struct VoiceMinutesExhausted {
  int64_t remaining = 0;
  int64_t reserved = 0;
};

struct ResetLimitReached {
  int used = 0;
  int limit = 0;
  absl::CivilMonth month;
  absl::Time next_reset_time;
};

// Made by the watch hub (engine/watch_hub.h).
struct TooManyWatchers {
  int64_t limit = 0;
};

struct EtagMismatch {};

// Of a past that was pruned, or of another database.
struct ResumeTokenExpired {
  // The oldest that is kept of the account; none where nothing is.
  Revision oldest;
};

struct Overloaded {
  int64_t limit = 0;
};

struct StoreUnavailable {};

struct ServerDraining {};

struct WatcherTooSlow {};

// In the order of precedence of the contract's ErrorReason within each group.
using Refusal =
    std::variant<InvalidField, BelowMinimumPurchase, RequestIdReused, PageTokenMismatch,
                 InvalidCredential, RoleForbids, ResourceNotFound, ResourceAlreadyExists,
                 PackageRequired, EditionMismatch, SubscriptionAmbiguous, LicenseExpired,
                 NothingToReset, VoicePackageRequired, ApplicationIsDeleted, WrongState,
                 LastOperatorToken, NoIdleLicense, SipPoolExhausted, VoiceConcurrencyExhausted,
                 VoiceMinutesExhausted, ResetLimitReached, Overloaded, TooManyWatchers,
                 EtagMismatch, ResumeTokenExpired, StoreUnavailable, ServerDraining,
                 WatcherTooSlow>;

}  // namespace usher::entitlement
