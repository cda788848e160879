#include "client/cli/advice.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/cli/names.h"
#include "client/cli/unreached.h"

namespace usher::cli {
namespace {

using Lines = std::vector<std::string>;

// "usher reset acme/support --dry-run".
std::string Usher(const std::string& command, const std::string& name,
                  const std::string& arguments = "") {
  return absl::StrCat("usher ", command, name.empty() ? "" : " ", name,
                      arguments.empty() ? "" : " ", arguments);
}

// "from 2026-12-01 00:00 CET (in 6 d)".
std::string From(absl::Time time, const Times& times) {
  return absl::StrCat("from ", times.AtWithZone(time), " (", times.Distance(time), ")");
}

// The server's clock may be a little ahead of this machine's.
bool IsNow(absl::Time relief, const Times& times) {
  return relief <= times.now() + absl::Seconds(5);
}

// Whether everyone who holds a license of the pool that refused is at work.
bool AllAtWork(const Error& error) {
  const std::string held = error.Metadata("held");
  return !held.empty() && held != "0" && held == error.Metadata("inUse");
}

// How a license could come free without a purchase, where the server knows a way.
void AddRelief(const Error& error, const std::string& name, const Times& times, Lines& hints) {
  const std::optional<absl::Time> relief = error.TimeOf("reliefTime");
  if (!relief.has_value()) return;
  if (IsNow(*relief, times)) {
    hints.push_back(absl::StrCat("To see whose licenses a reset would release: ",
                                 Usher("reset", name, "--dry-run")));
  } else {
    hints.push_back(absl::StrCat("A reset helps ", From(*relief, times), "."));
  }
}

std::string Purchase(const std::string& name) {
  return absl::StrCat("To buy more: usher catalog, then ",
                      Usher("order create", name, "PRODUCT=QUANTITY --dry-run"));
}

Lines NoIdleLicense(const Error& error, const std::string& name, const Times& times) {
  Lines hints;
  AddRelief(error, name, times, hints);
  if (AllAtWork(error)) {
    hints.push_back(absl::StrCat("To see who is at work: ", Usher("agent list", name)));
  }
  hints.push_back(Purchase(name));
  return hints;
}

Lines LicenseExpired(const Error& error, const std::string& name, const Times& times) {
  Lines hints = {absl::StrCat("A renewal revives it: ", Usher("subscription list", name))};
  AddRelief(error, name, times, hints);
  return hints;
}

Lines NotFound(const Error& error, const std::string& name) {
  const std::string resource = error.Metadata("resource");
  const std::string account = ShortName(AccountOf(resource));
  if (absl::StrContains(resource, "/calls/")) {
    return {absl::StrCat("See which there are: ", Usher("voice calls", name))};
  }
  if (FullAccountName(resource) == resource) return {"See which there are: usher account list"};
  if (FullApplicationName(resource) == resource) {
    return {absl::StrCat("See which there are: ", Usher("app list", account))};
  }
  return {};
}

Lines ResetLimitReached(const Error& error, const Times& times) {
  const std::optional<absl::Time> next = error.TimeOf("nextResetTime");
  if (!next.has_value()) return {};
  return {absl::StrCat("The next reset is allowed ", From(*next, times), ".")};
}

Lines AlreadyExists(const FailedCommand& command) {
  if (AccountOf(command.about).empty()) return {"See which there are: usher account list"};
  return {absl::StrCat("The id of a deleted application stays taken: ",
                       Usher("app list", ShortName(AccountOf(command.about)), "--deleted"))};
}

Lines InvalidField(const Error& error) {
  const bool unknown_product = absl::EndsWith(error.Metadata("field"), ".product") &&
                               absl::StrContains(error.message, "catalog");
  if (!unknown_product) return {};
  return {"See what is for sale: usher catalog"};
}

Lines SipPoolExhausted(const Error& error, const std::string& name) {
  if (error.Metadata("total") == "0") return {Purchase(name)};
  return {absl::StrCat("See which phones are online: ", Usher("phone list", name)), Purchase(name)};
}

Lines PackageRequired(const Error& error, const std::string& name) {
  const std::string product = error.Metadata("product");
  // One minute alone is not sold.
  const std::string quantity = product == "voice-minutes" ? "=QUANTITY" : "=1";
  return {absl::StrCat("Buy the package along with it: ",
                       Usher("order create", name,
                             absl::StrCat(error.Metadata("requiredProduct"), "=1 ", product,
                                          quantity, " --dry-run")))};
}

Lines VoicePackageRequired(const std::string& name) {
  return {
      absl::StrCat("To buy one: ", Usher("order create", name, "voice-agent-package=1 --dry-run")),
      absl::StrCat("To renew one: ", Usher("subscription list", name))};
}

Lines VoiceConcurrencyExhausted(const std::string& name) {
  return {absl::StrCat("See which calls are under way: ", Usher("voice calls", name)),
          absl::StrCat("To buy more slots: ",
                       Usher("order create", name, "voice-concurrency=1 --dry-run"))};
}

Lines VoiceMinutesExhausted(const std::string& name) {
  return {absl::StrCat("See what the account has: ",
                       Usher("voice balance", name.substr(0, name.find('/')))),
          absl::StrCat("To buy more: ",
                       Usher("order create", name, "voice-minutes=QUANTITY --dry-run"))};
}

Lines WrongState(const Error& error, const std::string& name) {
  const std::string state = error.Metadata("state");
  if (state == "ENDED") {
    return {absl::StrCat("See how it ended: ", Usher("voice calls", name, "--state ended"))};
  }
  if (state == "DELETED") return {absl::StrCat("Bring it back: ", Usher("app undelete", name))};
  if (state != "EXPIRED") return {};
  return {absl::StrCat("See which there are: ", Usher("subscription list", name)), Purchase(name)};
}

// What gRPC says of a connection that failed is for programmers.
std::string MessageOf(const Error& error, const FailedCommand& command) {
  if (error.reason_name.empty()) {
    if (IsUnreached(error)) return WhyUnreached(error, command.server, command.tls).sentence;
    if (error.code == absl::StatusCode::kDeadlineExceeded) {
      return absl::StrCat("The server at ", command.server, " did not answer in time: try again.");
    }
    if (error.code == absl::StatusCode::kUnimplemented) {
      return absl::StrCat("The server at ", command.server,
                          " does not know this command: it may be of an older version.");
    }
  }
  // The server's sentence is for who writes clients: it names the metadata.
  if (error.reason == v1::ERROR_REASON_INVALID_CREDENTIAL) return TokenRefused(command.token);
  return error.message.empty() ? error.ToString() : error.message;
}

// The server tells instants in UTC, as programs read them.
std::string WithTimesOf(std::string message, const Error& error, const Times& times) {
  for (const auto& [key, value] : error.metadata) {
    const std::optional<absl::Time> time = error.TimeOf(key);
    if (time.has_value()) {
      message = absl::StrReplaceAll(message, {{value, times.AtWithZone(*time)}});
    }
  }
  return message;
}

}  // namespace

Lines Hints(const Error& error, const FailedCommand& command, const Times& times) {
  if (IsUnreached(error)) {
    const std::string hint = WhyUnreached(error, command.server, command.tls).hint;
    if (hint.empty()) return {};
    return {hint, "To look into it: usher doctor"};
  }
  const std::string name = ShortName(command.about);
  switch (error.reason) {
    case v1::ERROR_REASON_NO_IDLE_LICENSE:
      return NoIdleLicense(error, name, times);
    case v1::ERROR_REASON_LICENSE_EXPIRED:
      return LicenseExpired(error, name, times);
    case v1::ERROR_REASON_SIP_POOL_EXHAUSTED:
      return SipPoolExhausted(error, name);
    case v1::ERROR_REASON_RESET_LIMIT_REACHED:
      return ResetLimitReached(error, times);
    case v1::ERROR_REASON_NOTHING_TO_RESET:
      return {absl::StrCat("To release an agent's license, take the agent offline first: ",
                           Usher("agent offline", name, "EMAIL --mobile-off"))};
    case v1::ERROR_REASON_PACKAGE_REQUIRED:
      return PackageRequired(error, name);
    case v1::ERROR_REASON_VOICE_PACKAGE_REQUIRED:
      return VoicePackageRequired(name);
    case v1::ERROR_REASON_VOICE_CONCURRENCY_EXHAUSTED:
      return VoiceConcurrencyExhausted(name);
    case v1::ERROR_REASON_VOICE_MINUTES_EXHAUSTED:
      return VoiceMinutesExhausted(name);
    case v1::ERROR_REASON_SUBSCRIPTION_AMBIGUOUS:
    case v1::ERROR_REASON_EDITION_MISMATCH:
      return {absl::StrCat("Name a subscription as PRODUCT=QUANTITY@SUBSCRIPTION; see them: ",
                           Usher("subscription list", name))};
    case v1::ERROR_REASON_APPLICATION_DELETED:
      return {absl::StrCat("Bring it back: ", Usher("app undelete", name))};
    case v1::ERROR_REASON_WRONG_STATE:
      return WrongState(error, name);
    case v1::ERROR_REASON_INVALID_FIELD:
      return InvalidField(error);
    case v1::ERROR_REASON_RESOURCE_NOT_FOUND:
      return NotFound(error, name);
    case v1::ERROR_REASON_INVALID_CREDENTIAL:
      return {TokenHint(command.token)};
    case v1::ERROR_REASON_ROLE_FORBIDS:
      return {"See what the token opens: usher whoami"};
    case v1::ERROR_REASON_LAST_OPERATOR_TOKEN:
      return {"Make another one: usher token create NAME --role operator"};
    case v1::ERROR_REASON_RESOURCE_ALREADY_EXISTS:
      return AlreadyExists(command);
    case v1::ERROR_REASON_RESUME_TOKEN_EXPIRED:
      return {absl::StrCat("See what the journal still has: ", Usher("event list", name)),
              absl::StrCat("Then watch anew, without --resume: ", Usher("event watch", name))};
    case v1::ERROR_REASON_TOO_MANY_WATCHERS:
      return {"End a watch that is no longer needed: the account has as many as it may"};
    case v1::ERROR_REASON_STORE_UNAVAILABLE:
      return {
          "What keeps it from writing, as a rule a full disk, an operator sees by: usher doctor"};
    case v1::ERROR_REASON_SERVER_DRAINING:
      // Its sentence says what to do.
      return {};
    case v1::ERROR_REASON_ETAG_MISMATCH:
      return {"It changed while you looked, and nothing was done; run the command again."};
    default:
      break;
  }
  if (error.code == absl::StatusCode::kUnavailable && !error.reason_name.empty()) {
    return {"Nothing was changed; try again in a moment."};
  }
  return {};
}

Lines Explain(const Error& error, const FailedCommand& command, const Times& times) {
  const std::string message = WithTimesOf(MessageOf(error, command), error, times);
  Lines lines = {absl::StrCat("usher: ", message)};
  for (const FieldViolation& violation : error.field_violations) {
    if (absl::StrContains(message, violation.field)) continue;
    lines.push_back(absl::StrCat("  ", violation.field, ": ", violation.description));
  }
  for (const std::string& hint : Hints(error, command, times)) {
    lines.push_back(absl::StrCat("hint: ", hint));
  }
  return lines;
}

std::string RefusalSentence(const Error& error, const Times& times) {
  switch (error.reason) {
    case v1::ERROR_REASON_NO_IDLE_LICENSE: {
      const std::string edition = absl::AsciiStrToLower(error.Metadata("edition"));
      const std::string adjective = edition.empty() ? "" : edition + " ";
      if (error.Metadata("total") == "0") {
        return absl::StrCat("There is no unexpired ", adjective, "agent license.");
      }
      return absl::StrCat(
          "Every ", adjective, "agent license is bound to another email: ", error.Metadata("held"),
          " of ", error.Metadata("total"), " are held, ", error.Metadata("inUse"), " in use.");
    }
    case v1::ERROR_REASON_LICENSE_EXPIRED: {
      const std::optional<absl::Time> expired = error.TimeOf("expireTime");
      return absl::StrCat(
          "License ", error.Metadata("licenseId"), " of this email expired",
          expired.has_value() ? absl::StrCat(" at ", times.AtWithZone(*expired)) : "",
          ", and no other license is idle.");
    }
    case v1::ERROR_REASON_APPLICATION_DELETED:
      return "The application is deleted.";
    default:
      return absl::StrCat(error.reason_name, ".");
  }
}

std::string ReliefSentence(const Error& error, std::optional<absl::Time> relief,
                           const Times& times) {
  if (error.reason == v1::ERROR_REASON_APPLICATION_DELETED) {
    return "when the application is brought back";
  }
  // LICENSE_EXPIRED does not tell how many resets are left.
  const std::string left = error.Metadata("resetsLeft");
  if (relief.has_value() && IsNow(*relief, times)) {
    if (left.empty()) return "now, by a reset";
    return absl::StrCat("now, by a reset; ", left, left == "1" ? " is" : " are",
                        " left this month");
  }
  if (relief.has_value()) {
    return absl::StrCat(From(*relief, times), ", by a reset",
                        left == "0" ? "; none is left this month" : "");
  }
  if (AllAtWork(error)) {
    return "by a purchase; or by a reset, once an agent who holds one has gone offline";
  }
  return "by a purchase or a renewal only";
}

}  // namespace usher::cli
