#include "rpc/refusal_to_status.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "tests/rpc/contract_promises.h"

namespace usher::rpc {
namespace {

using entitlement::Edition;
using entitlement::LicenseKind;
using entitlement::Refusal;

const absl::Time kNow = absl::FromUnixSeconds(1'764'061'200);       // 2025-11-25T09:00:00Z
const absl::Time kDecember = absl::FromUnixSeconds(1'764'547'200);  // 2025-12-01T00:00:00Z

using Metadata = std::map<std::string, std::string>;

struct Row {
  Refusal refusal;
  std::string reason;
  grpc::StatusCode code;
  Metadata metadata;
  std::string message;
};

// One row for each alternative of Refusal, in its order; a second one where a value may be absent.
std::vector<Row> Rows() {
  using grpc::StatusCode;
  return {
      {entitlement::InvalidField{"items[0].quantity", "must be from 1 to 5"},
       "INVALID_FIELD",
       StatusCode::INVALID_ARGUMENT,
       {{"field", "items[0].quantity"}},
       "items[0].quantity must be from 1 to 5."},
      {entitlement::BelowMinimumPurchase{"voice-minutes", 5000, 1},
       "BELOW_MINIMUM_PURCHASE",
       StatusCode::INVALID_ARGUMENT,
       {{"product", "voice-minutes"}, {"minimum", "5000"}, {"quantity", "1"}},
       "At least 5000 units of voice-minutes have to be bought at once; the order has 1."},
      {entitlement::RequestIdReused{"r-1"},
       "REQUEST_ID_REUSED",
       StatusCode::INVALID_ARGUMENT,
       {{"requestId", "r-1"}},
       "The request_id r-1 was used for another request. Take a new one for each request."},
      {entitlement::PageTokenMismatch{},
       "PAGE_TOKEN_MISMATCH",
       StatusCode::INVALID_ARGUMENT,
       {},
       "The page_token belongs to another list or to other filters. Start again without one."},
      {entitlement::InvalidCredential{},
       "INVALID_CREDENTIAL",
       StatusCode::UNAUTHENTICATED,
       {},
       "The call has no token, or one that is unknown, revoked or expired. Send the metadata "
       "\"authorization: Bearer <secret>\"."},
      {entitlement::RoleForbids{entitlement::Role::kViewer, "usher.v1.AgentService/StartSession"},
       "ROLE_FORBIDS",
       StatusCode::PERMISSION_DENIED,
       {{"role", "VIEWER"}, {"method", "usher.v1.AgentService/StartSession"}},
       "The token's role VIEWER does not allow usher.v1.AgentService/StartSession, or not on this "
       "account."},
      {entitlement::ResourceNotFound{"accounts/acme"},
       "RESOURCE_NOT_FOUND",
       StatusCode::NOT_FOUND,
       {{"resource", "accounts/acme"}},
       "There is no account acme."},
      {entitlement::ResourceAlreadyExists{"accounts/acme"},
       "RESOURCE_ALREADY_EXISTS",
       StatusCode::ALREADY_EXISTS,
       {{"resource", "accounts/acme"}},
       "The account acme exists already."},
      {entitlement::ResourceAlreadyExists{"accounts/a/applications/b"},
       "RESOURCE_ALREADY_EXISTS",
       StatusCode::ALREADY_EXISTS,
       {{"resource", "accounts/a/applications/b"}},
       "The application a/b exists already, or did before it was deleted: its id is not given out "
       "again."},
      {entitlement::PackageRequired{"standard-agent", "standard-agent-package"},
       "PACKAGE_REQUIRED",
       StatusCode::FAILED_PRECONDITION,
       {{"product", "standard-agent"}, {"requiredProduct", "standard-agent-package"}},
       "An unexpired standard-agent-package is needed to buy standard-agent; a trial is not "
       "enough. Order one along with it."},
      {entitlement::EditionMismatch{"standard-agent", Edition::kPremium},
       "EDITION_MISMATCH",
       StatusCode::FAILED_PRECONDITION,
       {{"product", "standard-agent"}, {"edition", "PREMIUM"}},
       "standard-agent can't join the subscription that was named, which is PREMIUM."},
      {entitlement::EditionMismatch{"standard-agent", std::nullopt},
       "EDITION_MISMATCH",
       StatusCode::FAILED_PRECONDITION,
       {{"product", "standard-agent"}, {"edition", ""}},
       "standard-agent can't join the subscription that was named, which is one of Voice AI."},
      {entitlement::SubscriptionAmbiguous{"standard-sip"},
       "SUBSCRIPTION_AMBIGUOUS",
       StatusCode::FAILED_PRECONDITION,
       {{"product", "standard-sip"}},
       "Several subscriptions could take standard-sip. Name the one that it is to join."},
      {entitlement::LicenseExpired{entitlement::LicenseId(7), kNow - absl::Hours(1), kDecember},
       "LICENSE_EXPIRED",
       StatusCode::FAILED_PRECONDITION,
       {{"licenseId", "7"},
        {"expireTime", "2025-11-25T08:00:00+00:00"},
        {"reliefTime", "2025-12-01T00:00:00+00:00"}},
       "The agent's license 7 expired at 2025-11-25T08:00:00+00:00 and no other is idle. "
       "A reset can free one from 2025-12-01T00:00:00+00:00 on."},
      {entitlement::NothingToReset{3},
       "NOTHING_TO_RESET",
       StatusCode::FAILED_PRECONDITION,
       {{"retained", "3"}},
       "Nothing can be released: 3 licenses retained, whose agents are logged in or answer on "
       "mobile phones. The reset was not counted."},
      {entitlement::VoicePackageRequired{},
       "VOICE_PACKAGE_REQUIRED",
       StatusCode::FAILED_PRECONDITION,
       {},
       "The application has no unexpired voice package. Order or renew one first."},
      {entitlement::VoiceConcurrencyExhausted{3, 3, absl::Seconds(5)},
       "VOICE_CONCURRENCY_EXHAUSTED",
       StatusCode::RESOURCE_EXHAUSTED,
       {{"limit", "3"}, {"active", "3"}},
       "All slots for Voice AI calls are taken: 3 of 3. One comes free when a call ends; more can "
       "be bought."},
      {entitlement::VoiceMinutesExhausted{1, 4},
       "VOICE_MINUTES_EXHAUSTED",
       StatusCode::RESOURCE_EXHAUSTED,
       {{"remaining", "1"}, {"reserved", "4"}},
       "No Voice AI minute is left: 1 minute remaining, 4 reserved by calls. Additional minutes "
       "can "
       "be bought."},
      {entitlement::ApplicationIsDeleted{"accounts/a/applications/b"},
       "APPLICATION_DELETED",
       StatusCode::FAILED_PRECONDITION,
       {{"application", "accounts/a/applications/b"}},
       "The application a/b is deleted. Undelete it first."},
      {entitlement::WrongState{"DELETED", "accounts/a/applications/b"},
       "WRONG_STATE",
       StatusCode::FAILED_PRECONDITION,
       {{"state", "DELETED"}, {"resource", "accounts/a/applications/b"}},
       "The application a/b is deleted already. Undelete it to use it again."},
      {entitlement::WrongState{"ACTIVE", "accounts/a/applications/b"},
       "WRONG_STATE",
       StatusCode::FAILED_PRECONDITION,
       {{"state", "ACTIVE"}, {"resource", "accounts/a/applications/b"}},
       "The application a/b is not deleted."},
      {entitlement::WrongState{"EXPIRED", "accounts/a/applications/b/subscriptions/x"},
       "WRONG_STATE",
       StatusCode::FAILED_PRECONDITION,
       {{"state", "EXPIRED"}, {"resource", "accounts/a/applications/b/subscriptions/x"}},
       "The subscription x of a/b has expired. Where it can't be renewed any more, buy a package "
       "anew."},
      {entitlement::WrongState{"ENDED", "accounts/a/applications/b/calls/c"},
       "WRONG_STATE",
       StatusCode::FAILED_PRECONDITION,
       {{"state", "ENDED"}, {"resource", "accounts/a/applications/b/calls/c"}},
       "The call c of a/b has ended. A new call needs a call_id of its own."},
      {entitlement::LastOperatorToken{entitlement::TokenId(1)},
       "LAST_OPERATOR_TOKEN",
       StatusCode::FAILED_PRECONDITION,
       {{"tokenId", "1"}},
       "Token 1 is the last one of an operator. Create another one before you revoke it."},
      {entitlement::NoIdleLicense{LicenseKind::kAgent, Edition::kStandard, 14, 14, 9, 2, kDecember,
                                  kNow},
       "NO_IDLE_LICENSE",
       StatusCode::RESOURCE_EXHAUSTED,
       {{"kind", "AGENT"},
        {"edition", "STANDARD"},
        {"total", "14"},
        {"held", "14"},
        {"inUse", "9"},
        {"resetsLeft", "2"},
        {"nextExpireTime", "2025-12-01T00:00:00+00:00"},
        {"reliefTime", "2025-11-25T09:00:00+00:00"}},
       "No standard agent license is idle: 14 of 14 are held, 9 in use. A reset can free one now "
       "(2 resets left this month)."},
      {entitlement::NoIdleLicense{},
       "NO_IDLE_LICENSE",
       StatusCode::RESOURCE_EXHAUSTED,
       {{"kind", "AGENT"},
        {"edition", ""},
        {"total", "0"},
        {"held", "0"},
        {"inUse", "0"},
        {"resetsLeft", "0"},
        {"nextExpireTime", ""},
        {"reliefTime", ""}},
       "There is no unexpired agent license: buy some, or renew a subscription."},
      {entitlement::SipPoolExhausted{std::nullopt, 3, 3},
       "SIP_POOL_EXHAUSTED",
       StatusCode::RESOURCE_EXHAUSTED,
       {{"edition", ""}, {"total", "3"}, {"online", "3"}},
       "No SIP license is free: 3 licensed, 3 online. One comes free when a phone goes offline; "
       "more can be bought."},
      {entitlement::SipPoolExhausted{Edition::kPremium, 0, 0},
       "SIP_POOL_EXHAUSTED",
       StatusCode::RESOURCE_EXHAUSTED,
       {{"edition", "PREMIUM"}, {"total", "0"}, {"online", "0"}},
       "There is no unexpired premium SIP license: buy some, or renew a subscription."},
      {entitlement::ResetLimitReached{4, 4, absl::CivilMonth(2025, 11), kDecember},
       "RESET_LIMIT_REACHED",
       StatusCode::RESOURCE_EXHAUSTED,
       {{"used", "4"},
        {"limit", "4"},
        {"month", "2025-11"},
        {"nextResetTime", "2025-12-01T00:00:00+00:00"}},
       "4 of 4 resets of 2025-11 are used. The next is allowed from 2025-12-01T00:00:00+00:00 on."},
      {entitlement::TooManyWatchers{100},
       "TOO_MANY_WATCHERS",
       StatusCode::RESOURCE_EXHAUSTED,
       {{"limit", "100"}},
       "100 watchers are open already. Close one, or share one between those who want to know."},
      {entitlement::ResumeTokenExpired{entitlement::Revision(7)},
       "RESUME_TOKEN_EXPIRED",
       StatusCode::OUT_OF_RANGE,
       {{"oldestRevision", "7"}},
       "The journal no longer reaches back to the resume_token, or is another one. Read the lists "
       "anew and watch without a token."},
      {entitlement::ResumeTokenExpired{},
       "RESUME_TOKEN_EXPIRED",
       StatusCode::OUT_OF_RANGE,
       {{"oldestRevision", ""}},
       "The journal no longer reaches back to the resume_token, or is another one. Read the lists "
       "anew and watch without a token."},
      {entitlement::WatcherTooSlow{},
       "WATCHER_TOO_SLOW",
       StatusCode::ABORTED,
       {},
       "Events came faster than they were read. Resume from the last resume_token."},
      {entitlement::EtagMismatch{},
       "ETAG_MISMATCH",
       StatusCode::ABORTED,
       {},
       "The preview that this etag belongs to is out of date. Look at a new preview."},
      {entitlement::Overloaded{10'000},
       "OVERLOADED",
       StatusCode::RESOURCE_EXHAUSTED,
       {{"limit", "10000"}},
       "The server has 10000 requests at work already. Try again soon."},
      {entitlement::StoreUnavailable{},
       "STORE_UNAVAILABLE",
       StatusCode::UNAVAILABLE,
       {},
       "The server can't write to its store now; nothing was changed. Try again soon."},
      {entitlement::ServerDraining{},
       "SERVER_DRAINING",
       StatusCode::UNAVAILABLE,
       {},
       "The server is shutting down; nothing was changed. Try again on another connection."},
  };
}

// What a client reads of a status with its stock error-details support.
struct Details {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::RetryInfo retry;
  int infos = 0, bad_requests = 0, retries = 0;
};

Details DetailsOf(const grpc::Status& status) {
  google::rpc::Status wire;
  EXPECT_TRUE(wire.ParseFromString(status.error_details()));
  EXPECT_EQ(wire.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(wire.message(), status.error_message());
  Details details;
  for (const auto& any : wire.details()) {
    details.infos += any.UnpackTo(&details.info) ? 1 : 0;
    details.bad_requests += any.UnpackTo(&details.bad_request) ? 1 : 0;
    details.retries += any.UnpackTo(&details.retry) ? 1 : 0;
  }
  EXPECT_EQ(wire.details_size(), details.infos + details.bad_requests + details.retries);
  return details;
}

std::string CodeName(grpc::StatusCode code) {
  static const std::map<grpc::StatusCode, std::string> kNames = {
      {grpc::StatusCode::INVALID_ARGUMENT, "INVALID_ARGUMENT"},
      {grpc::StatusCode::UNAUTHENTICATED, "UNAUTHENTICATED"},
      {grpc::StatusCode::PERMISSION_DENIED, "PERMISSION_DENIED"},
      {grpc::StatusCode::NOT_FOUND, "NOT_FOUND"},
      {grpc::StatusCode::ALREADY_EXISTS, "ALREADY_EXISTS"},
      {grpc::StatusCode::FAILED_PRECONDITION, "FAILED_PRECONDITION"},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED"},
      {grpc::StatusCode::ABORTED, "ABORTED"},
      {grpc::StatusCode::OUT_OF_RANGE, "OUT_OF_RANGE"},
      {grpc::StatusCode::UNAVAILABLE, "UNAVAILABLE"},
  };
  return kNames.at(code);
}

TEST(RefusalToStatus, EveryRefusalHasARow) {
  std::set<size_t> seen;
  for (const Row& row : Rows()) seen.insert(row.refusal.index());
  EXPECT_EQ(seen.size(), std::variant_size_v<Refusal>);
}

TEST(RefusalToStatus, EveryRefusalSaysReasonCodeMetadataAndSentence) {
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.reason);
    const grpc::Status status = ToStatus(row.refusal, kNow);
    const Details details = DetailsOf(status);
    EXPECT_EQ(status.error_code(), row.code);
    EXPECT_EQ(status.error_message(), row.message);
    ASSERT_EQ(details.infos, 1);
    EXPECT_EQ(details.info.reason(), row.reason);
    EXPECT_EQ(details.info.domain(), "usher");
    EXPECT_EQ(Metadata(details.info.metadata().begin(), details.info.metadata().end()),
              row.metadata);
  }
}

TEST(RefusalToStatus, CodesKeysAndRetryInfoAreThoseOfTheContract) {
  const std::map<std::string, Promise> promises = PromisesOfTheContract();
  ASSERT_GT(promises.size(), 20u);
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.reason);
    ASSERT_TRUE(promises.contains(row.reason));
    const Promise& promise = promises.at(row.reason);
    const grpc::Status status = ToStatus(row.refusal, kNow);
    const Details details = DetailsOf(status);
    EXPECT_EQ(CodeName(status.error_code()), promise.code);
    std::set<std::string> keys;
    for (const auto& [key, value] : details.info.metadata()) keys.insert(key);
    EXPECT_EQ(keys, promise.keys);
    EXPECT_EQ(details.retries, promise.retry_info ? 1 : 0);
    if (promise.retry_info) {
      EXPECT_GT(details.retry.retry_delay().seconds() + details.retry.retry_delay().nanos(), 0);
    }
  }
}

TEST(RefusalToStatus, ABadRequestNamesTheField) {
  const Details details =
      DetailsOf(ToStatus(entitlement::InvalidField{"email", "must be an address"}, kNow));
  ASSERT_EQ(details.bad_requests, 1);
  ASSERT_EQ(details.bad_request.field_violations_size(), 1);
  EXPECT_EQ(details.bad_request.field_violations(0).field(), "email");
  EXPECT_EQ(details.bad_request.field_violations(0).description(), "must be an address");
}

TEST(RefusalToStatus, EverythingInTheMessageIsInTheMetadata) {
  // Every word with a digit in it is a figure or an instant, so it has to be a value of the
  // metadata; the field of a bad request may describe itself.
  for (const Row& row : Rows()) {
    if (row.reason == "INVALID_FIELD") continue;
    std::set<std::string> values;
    for (const auto& [key, value] : row.metadata) values.insert(value);
    for (const auto piece : absl::StrSplit(row.message, ' ')) {
      std::string word(piece);
      while (!word.empty() && std::string_view(".,;:()").find(word.back()) != std::string::npos) {
        word.pop_back();
      }
      while (!word.empty() && word.front() == '(') word.erase(0, 1);
      if (word.find_first_of("0123456789") == std::string::npos) continue;
      EXPECT_TRUE(values.contains(word)) << row.reason << ": " << word;
    }
  }
}

TEST(RefusalToStatus, OneIsNotPlural) {
  EXPECT_NE(Describe(entitlement::NoIdleLicense{LicenseKind::kAgent, std::nullopt, 1, 1, 0, 1,
                                                std::nullopt, kNow},
                     kNow)
                .message.find("(1 reset left this month)"),
            std::string::npos);
  EXPECT_NE(Describe(entitlement::NothingToReset{0}, kNow).message.find("nothing to reset"),
            std::string::npos);
}

}  // namespace
}  // namespace usher::rpc
