#include "rpc/refusal_to_status.h"

#include <cstdint>
#include <string_view>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "entitlement/civil.h"
#include "google/rpc/error_details.pb.h"
#include "rpc/limits.h"
#include "rpc/proto_values.h"
#include "rpc/resource_words.h"

namespace usher::rpc {
namespace {

using entitlement::Edition;
using grpc::StatusCode;

constexpr char kDomain[] = "usher";
constexpr std::string_view kReasonPrefix = "ERROR_REASON_";
// Behind "There is no unexpired … license".
constexpr char kBuyOrRenew[] = ": buy some, or renew a subscription.";

std::string Instant(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

// Metadata that does not apply is the empty string.
std::string Instant(std::optional<absl::Time> time) { return time ? Instant(*time) : ""; }

std::string Short(entitlement::LicenseKind kind) { return std::string(ToString(kind)); }
std::string Short(entitlement::Role role) { return std::string(ToString(role)); }
std::string Short(Edition edition) { return std::string(ToString(edition)); }
std::string Short(std::optional<Edition> edition) { return edition ? Short(*edition) : ""; }

// "standard " before a noun, nothing where no edition was requested.
std::string Adjective(std::optional<Edition> edition) {
  return edition ? absl::AsciiStrToLower(Short(*edition)) + " " : "";
}

std::string Count(int64_t count, const char* noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

RefusalText Explain(const entitlement::InvalidField& r, absl::Time) {
  return {v1::ERROR_REASON_INVALID_FIELD,
          StatusCode::INVALID_ARGUMENT,
          absl::StrCat(r.field, " ", r.description, "."),
          {{"field", r.field}}};
}

RefusalText Explain(const entitlement::BelowMinimumPurchase& r, absl::Time) {
  return {v1::ERROR_REASON_BELOW_MINIMUM_PURCHASE,
          StatusCode::INVALID_ARGUMENT,
          absl::StrCat("At least ", r.minimum, " units of ", r.product,
                       " have to be bought at once; the order has ", r.quantity, "."),
          {{"product", r.product},
           {"minimum", absl::StrCat(r.minimum)},
           {"quantity", absl::StrCat(r.quantity)}}};
}

RefusalText Explain(const entitlement::RequestIdReused& r, absl::Time) {
  return {v1::ERROR_REASON_REQUEST_ID_REUSED,
          StatusCode::INVALID_ARGUMENT,
          absl::StrCat("The request_id ", r.request_id,
                       " was used for another request. Take a new one for each request."),
          {{"requestId", r.request_id}}};
}

RefusalText Explain(const entitlement::PageTokenMismatch&, absl::Time) {
  return {v1::ERROR_REASON_PAGE_TOKEN_MISMATCH,
          StatusCode::INVALID_ARGUMENT,
          "The page_token belongs to another list or to other filters. Start again without one.",
          {}};
}

RefusalText Explain(const entitlement::InvalidCredential&, absl::Time) {
  return {v1::ERROR_REASON_INVALID_CREDENTIAL,
          StatusCode::UNAUTHENTICATED,
          "The call has no token, or one that is unknown, revoked or expired. Send the metadata "
          "\"authorization: Bearer <secret>\".",
          {}};
}

RefusalText Explain(const entitlement::RoleForbids& r, absl::Time) {
  return {v1::ERROR_REASON_ROLE_FORBIDS,
          StatusCode::PERMISSION_DENIED,
          absl::StrCat("The token's role ", Short(r.role), " does not allow ", r.method,
                       ", or not on this account."),
          {{"role", Short(r.role)}, {"method", r.method}}};
}

RefusalText Explain(const entitlement::ResourceNotFound& r, absl::Time) {
  return {v1::ERROR_REASON_RESOURCE_NOT_FOUND,
          StatusCode::NOT_FOUND,
          absl::StrCat("There is no ", ResourceWords(r.resource), "."),
          {{"resource", r.resource}}};
}

RefusalText Explain(const entitlement::ResourceAlreadyExists& r, absl::Time) {
  return {v1::ERROR_REASON_RESOURCE_ALREADY_EXISTS,
          StatusCode::ALREADY_EXISTS,
          absl::StrCat("The ", ResourceWords(r.resource), " exists already",
                       absl::StrContains(r.resource, "/applications/")
                           ? ", or did before it was deleted: its id is not given out again."
                           : "."),
          {{"resource", r.resource}}};
}

RefusalText Explain(const entitlement::PackageRequired& r, absl::Time) {
  return {v1::ERROR_REASON_PACKAGE_REQUIRED,
          StatusCode::FAILED_PRECONDITION,
          absl::StrCat("An unexpired ", r.required_product, " is needed to buy ", r.product,
                       "; a trial is not enough. Order one along with it."),
          {{"product", r.product}, {"requiredProduct", r.required_product}}};
}

RefusalText Explain(const entitlement::EditionMismatch& r, absl::Time) {
  return {v1::ERROR_REASON_EDITION_MISMATCH,
          StatusCode::FAILED_PRECONDITION,
          absl::StrCat(r.product, " can't join the subscription that was named, which is ",
                       r.edition ? Short(r.edition) : "one of Voice AI", "."),
          {{"product", r.product}, {"edition", Short(r.edition)}}};
}

RefusalText Explain(const entitlement::SubscriptionAmbiguous& r, absl::Time) {
  return {v1::ERROR_REASON_SUBSCRIPTION_AMBIGUOUS,
          StatusCode::FAILED_PRECONDITION,
          absl::StrCat("Several subscriptions could take ", r.product,
                       ". Name the one that it is to join."),
          {{"product", r.product}}};
}

// When a reset can help; `left` is said where it is known.
std::string Relief(std::optional<absl::Time> relief, absl::Time now, std::string_view left) {
  if (!relief) return "No reset could free one as things stand; more can be bought.";
  if (*relief > now) return absl::StrCat("A reset can free one from ", Instant(*relief), " on.");
  return absl::StrCat("A reset can free one now", absl::string_view(left.data(), left.size()), ".");
}

RefusalText Explain(const entitlement::LicenseExpired& r, absl::Time now) {
  return {v1::ERROR_REASON_LICENSE_EXPIRED,
          StatusCode::FAILED_PRECONDITION,
          absl::StrCat("The agent's license ", r.license.value(), " expired at ",
                       Instant(r.expire_time), " and no other is idle. ",
                       Relief(r.relief_time, now, "")),
          {{"licenseId", absl::StrCat(r.license.value())},
           {"expireTime", Instant(r.expire_time)},
           {"reliefTime", Instant(r.relief_time)}}};
}

RefusalText Explain(const entitlement::NothingToReset& r, absl::Time) {
  return {v1::ERROR_REASON_NOTHING_TO_RESET,
          StatusCode::FAILED_PRECONDITION,
          r.retained == 0 ? "No license is bound, so there is nothing to reset. The reset was "
                            "not counted."
                          : absl::StrCat("Nothing can be released: ", Count(r.retained, "license"),
                                         " retained, whose agents are logged in or answer on "
                                         "mobile phones. The reset was not counted."),
          {{"retained", absl::StrCat(r.retained)}}};
}

RefusalText Explain(const entitlement::VoicePackageRequired&, absl::Time) {
  return {v1::ERROR_REASON_VOICE_PACKAGE_REQUIRED,
          StatusCode::FAILED_PRECONDITION,
          "The application has no unexpired voice package. Order or renew one first.",
          {}};
}

RefusalText Explain(const entitlement::ApplicationIsDeleted& r, absl::Time) {
  return {v1::ERROR_REASON_APPLICATION_DELETED,
          StatusCode::FAILED_PRECONDITION,
          absl::StrCat("The ", ResourceWords(r.application), " is deleted. Undelete it first."),
          {{"application", r.application}}};
}

std::string WrongStateSentence(const entitlement::WrongState& r) {
  const std::string what = absl::StrCat("The ", ResourceWords(r.resource));
  if (r.state == "DELETED") return what + " is deleted already. Undelete it to use it again.";
  if (r.state == "ACTIVE") return what + " is not deleted.";
  if (r.state == "EXPIRED") {
    return what + " has expired. Where it can't be renewed any more, buy a package anew.";
  }
  if (r.state == "ENDED") return what + " has ended. A new call needs a call_id of its own.";
  return absl::StrCat(what, " is in the state ", r.state, ", which does not allow this.");
}

RefusalText Explain(const entitlement::WrongState& r, absl::Time) {
  return {v1::ERROR_REASON_WRONG_STATE,
          StatusCode::FAILED_PRECONDITION,
          WrongStateSentence(r),
          {{"state", r.state}, {"resource", r.resource}}};
}

RefusalText Explain(const entitlement::LastOperatorToken& r, absl::Time) {
  return {v1::ERROR_REASON_LAST_OPERATOR_TOKEN,
          StatusCode::FAILED_PRECONDITION,
          absl::StrCat("Token ", r.token.value(),
                       " is the last one of an operator. Create another one before you revoke it."),
          {{"tokenId", absl::StrCat(r.token.value())}}};
}

RefusalText Explain(const entitlement::NoIdleLicense& r, absl::Time now) {
  const std::string left = absl::StrCat(" (", Count(r.resets_left, "reset"), " left this month)");
  const std::string pool =
      absl::StrCat(Adjective(r.edition), absl::AsciiStrToLower(Short(r.kind)), " license");
  std::string message =
      r.total == 0 ? absl::StrCat("There is no unexpired ", pool, kBuyOrRenew)
                   : absl::StrCat("No ", pool, " is idle: ", r.held, " of ", r.total, " are held, ",
                                  r.in_use, " in use. ", Relief(r.relief_time, now, left));
  return {v1::ERROR_REASON_NO_IDLE_LICENSE,
          StatusCode::RESOURCE_EXHAUSTED,
          std::move(message),
          {{"kind", Short(r.kind)},
           {"edition", Short(r.edition)},
           {"total", absl::StrCat(r.total)},
           {"held", absl::StrCat(r.held)},
           {"inUse", absl::StrCat(r.in_use)},
           {"resetsLeft", absl::StrCat(r.resets_left)},
           {"nextExpireTime", Instant(r.next_expire_time)},
           {"reliefTime", Instant(r.relief_time)}}};
}

RefusalText Explain(const entitlement::SipPoolExhausted& r, absl::Time) {
  return {
      v1::ERROR_REASON_SIP_POOL_EXHAUSTED,
      StatusCode::RESOURCE_EXHAUSTED,
      r.total == 0
          ? absl::StrCat("There is no unexpired ", Adjective(r.edition), "SIP license", kBuyOrRenew)
          : absl::StrCat("No ", Adjective(r.edition), "SIP license is free: ", r.total,
                         " licensed, ", r.online,
                         " online. One comes free when a phone goes offline; more can be "
                         "bought."),
      {{"edition", Short(r.edition)},
       {"total", absl::StrCat(r.total)},
       {"online", absl::StrCat(r.online)}}};
}

RefusalText Explain(const entitlement::VoiceConcurrencyExhausted& r, absl::Time) {
  return {v1::ERROR_REASON_VOICE_CONCURRENCY_EXHAUSTED,
          StatusCode::RESOURCE_EXHAUSTED,
          absl::StrCat("All slots for Voice AI calls are taken: ", r.active, " of ", r.limit,
                       ". One comes free when a call ends; more can be bought."),
          {{"limit", absl::StrCat(r.limit)}, {"active", absl::StrCat(r.active)}},
          r.retry_delay};
}

RefusalText Explain(const entitlement::VoiceMinutesExhausted& r, absl::Time) {
  return {v1::ERROR_REASON_VOICE_MINUTES_EXHAUSTED,
          StatusCode::RESOURCE_EXHAUSTED,
          absl::StrCat("No Voice AI minute is left: ", Count(r.remaining, "minute"), " remaining, ",
                       r.reserved, " reserved by calls. Additional minutes can be bought."),
          {{"remaining", absl::StrCat(r.remaining)}, {"reserved", absl::StrCat(r.reserved)}}};
}

RefusalText Explain(const entitlement::ResetLimitReached& r, absl::Time) {
  const std::string month = entitlement::FormatMonth(r.month);
  return {v1::ERROR_REASON_RESET_LIMIT_REACHED,
          StatusCode::RESOURCE_EXHAUSTED,
          absl::StrCat(r.used, " of ", r.limit, " resets of ", month,
                       " are used. The next is allowed from ", Instant(r.next_reset_time), " on."),
          {{"used", absl::StrCat(r.used)},
           {"limit", absl::StrCat(r.limit)},
           {"month", month},
           {"nextResetTime", Instant(r.next_reset_time)}}};
}

RefusalText Explain(const entitlement::TooManyWatchers& r, absl::Time) {
  return {v1::ERROR_REASON_TOO_MANY_WATCHERS,
          StatusCode::RESOURCE_EXHAUSTED,
          absl::StrCat(r.limit,
                       " watchers are open already. Close one, or share one between those "
                       "who want to know."),
          {{"limit", absl::StrCat(r.limit)}}};
}

RefusalText Explain(const entitlement::EtagMismatch&, absl::Time) {
  return {v1::ERROR_REASON_ETAG_MISMATCH,
          StatusCode::ABORTED,
          "The preview that this etag belongs to is out of date. Look at a new preview.",
          {}};
}

RefusalText Explain(const entitlement::Overloaded& r, absl::Time) {
  return {v1::ERROR_REASON_OVERLOADED,
          StatusCode::RESOURCE_EXHAUSTED,
          absl::StrCat("The server has ", r.limit, " requests at work already. Try again soon."),
          {{"limit", absl::StrCat(r.limit)}},
          kRetryDelayOverloaded};
}

RefusalText Explain(const entitlement::ResumeTokenExpired& r, absl::Time) {
  return {v1::ERROR_REASON_RESUME_TOKEN_EXPIRED,
          StatusCode::OUT_OF_RANGE,
          "The journal no longer reaches back to the resume_token, or is another one. Read the "
          "lists anew and watch without a token.",
          {{"oldestRevision", r.oldest ? absl::StrCat(r.oldest.value()) : ""}}};
}

RefusalText Explain(const entitlement::StoreUnavailable&, absl::Time) {
  return {v1::ERROR_REASON_STORE_UNAVAILABLE,
          StatusCode::UNAVAILABLE,
          "The server can't write to its store now; nothing was changed. Try again soon.",
          {},
          kRetryDelayUnavailable};
}

RefusalText Explain(const entitlement::ServerDraining&, absl::Time) {
  return {v1::ERROR_REASON_SERVER_DRAINING,
          StatusCode::UNAVAILABLE,
          "The server is shutting down; nothing was changed. Try again on another connection.",
          {},
          kRetryDelayDraining};
}

RefusalText Explain(const entitlement::WatcherTooSlow&, absl::Time) {
  return {v1::ERROR_REASON_WATCHER_TOO_SLOW,
          StatusCode::ABORTED,
          "Events came faster than they were read. Resume from the last resume_token.",
          {}};
}

google::rpc::Status Details(const RefusalText& text, const entitlement::Refusal& refusal) {
  google::rpc::Status status;
  status.set_code(text.code);
  status.set_message(text.message);
  google::rpc::ErrorInfo info;
  info.set_reason(ReasonName(text.reason));
  info.set_domain(kDomain);
  for (const auto& [key, value] : text.metadata) (*info.mutable_metadata())[key] = value;
  status.add_details()->PackFrom(info);
  if (const auto* invalid = std::get_if<entitlement::InvalidField>(&refusal)) {
    google::rpc::BadRequest bad_request;
    auto* violation = bad_request.add_field_violations();
    violation->set_field(invalid->field);
    violation->set_description(invalid->description);
    status.add_details()->PackFrom(bad_request);
  }
  if (text.retry_delay) {
    google::rpc::RetryInfo retry;
    SetDuration(*text.retry_delay, retry.mutable_retry_delay());
    status.add_details()->PackFrom(retry);
  }
  return status;
}

}  // namespace

RefusalText Describe(const entitlement::Refusal& refusal, absl::Time now) {
  return std::visit([now](const auto& r) { return Explain(r, now); }, refusal);
}

grpc::Status ToStatus(const entitlement::Refusal& refusal, absl::Time now) {
  const RefusalText text = Describe(refusal, now);
  return {text.code, text.message, Details(text, refusal).SerializeAsString()};
}

std::string ReasonName(v1::ErrorReason reason) {
  return v1::ErrorReason_Name(reason).substr(kReasonPrefix.size());
}

}  // namespace usher::rpc
