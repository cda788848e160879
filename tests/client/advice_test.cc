#include "client/cli/advice.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_connection.h"

namespace usher::cli {
namespace {

using absl::StatusCode;
using client::testing::Refusal;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const FailedCommand kLogin = {"accounts/acme/applications/support", "127.0.0.1:7600"};

Times BerlinAtNine() {
  return {"Europe/Berlin", absl::FromCivil(absl::CivilHour(2026, 11, 25, 9), absl::UTCTimeZone())};
}

Error NoIdleLicense(const std::string& relief_time) {
  return Refusal(StatusCode::kResourceExhausted, "NO_IDLE_LICENSE",
                 {{"kind", "AGENT"},
                  {"edition", ""},
                  {"reliefTime", relief_time},
                  {"total", "3"},
                  {"held", "3"},
                  {"inUse", "2"}},
                 "All 3 agent licenses are bound.");
}

TEST(Explain, SaysTheServersSentenceFirst) {
  EXPECT_EQ(Explain(NoIdleLicense(""), kLogin, BerlinAtNine()).front(),
            "usher: All 3 agent licenses are bound.");
}

TEST(Explain, WhereReliefIsNowItNamesTheReset) {
  EXPECT_THAT(
      Explain(NoIdleLicense("2026-11-25T09:00:00Z"), kLogin, BerlinAtNine()),
      Contains(AllOf(StartsWith("hint: "), HasSubstr("usher reset acme/support --dry-run"))));
}

TEST(Explain, WhereReliefIsLaterItNamesTheInstantInTheAccountsZone) {
  EXPECT_THAT(Explain(NoIdleLicense("2026-11-30T23:00:00Z"), kLogin, BerlinAtNine()),
              Contains(HasSubstr("from 2026-12-01 00:00 CET (in 5 d)")));
}

TEST(Explain, WhereNoResetHelpsAPurchaseDoes) {
  EXPECT_THAT(Hints(NoIdleLicense(""), kLogin, BerlinAtNine()),
              ElementsAre(HasSubstr("usher order create acme/support PRODUCT=QUANTITY")));
}

TEST(Explain, NamesEveryMalformedFieldThatTheMessageDoesNot) {
  Error error = Refusal(StatusCode::kInvalidArgument, "INVALID_FIELD", {}, "email is malformed.");
  error.field_violations = {{"email", "must be an email"}, {"ttl", "must be positive"}};
  EXPECT_THAT(Explain(error, kLogin, BerlinAtNine()),
              ElementsAre("usher: email is malformed.", "  ttl: must be positive"));
}

TEST(Explain, AServerThatIsNotThereIsNamed) {
  const Error error = {.code = StatusCode::kUnavailable, .message = "connection refused"};
  EXPECT_THAT(Explain(error, kLogin, BerlinAtNine()),
              ElementsAre("usher: No server can be reached at 127.0.0.1:7600: start usherd there, "
                          "or say where it is with --server HOST:PORT."));
}

TEST(Explain, WhatIsWrongWithTlsIsNamed) {
  const Error error = {
      .code = StatusCode::kUnavailable,
      .message =
          "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:7600: "
          "Ssl handshake failed: SSL_ERROR_SSL: error:0A00010B:SSL routines::wrong version "
          "number"};
  FailedCommand command = kLogin;
  command.tls.enabled = true;
  EXPECT_THAT(Explain(error, command, BerlinAtNine()),
              ElementsAre("usher: What answers at 127.0.0.1:7600 does not speak TLS.",
                          HasSubstr("--tls=false"), HasSubstr("usher doctor")));
}

TEST(Explain, ATokenThatIsRefusedIsToldWithWhereItIsFrom) {
  const Error error = Refusal(StatusCode::kUnauthenticated, "INVALID_CREDENTIAL", {},
                              "Send the metadata \"authorization: Bearer <secret>\".");
  FailedCommand command = kLogin;
  command.token.source = "USHER_TOKEN";
  EXPECT_THAT(Explain(error, command, BerlinAtNine()),
              ElementsAre("usher: The server does not accept the token of USHER_TOKEN: it is "
                          "unknown there, revoked or expired.",
                          StartsWith("hint: Another one is given by --token-file FILE")));
  command.token = {};
  EXPECT_THAT(Explain(error, command, BerlinAtNine()),
              ElementsAre("usher: The server wants a token, and none was found.",
                          HasSubstr("operator.token in its data directory")));
  command.token.unreadable = "/var/lib/usher/operator.token";
  EXPECT_THAT(Explain(error, command, BerlinAtNine()),
              Contains(HasSubstr("/var/lib/usher/operator.token, which you may not read")));
}

TEST(Explain, AServerThatDoesNotKnowTheCommandIsOlder) {
  const Error error = {.code = StatusCode::kUnimplemented, .message = ""};
  EXPECT_THAT(Explain(error, kLogin, BerlinAtNine()), ElementsAre(HasSubstr("older version")));
}

TEST(Explain, InstantsAreThoseOfTheAccountsZone) {
  const Error error =
      Refusal(StatusCode::kFailedPrecondition, "LICENSE_EXPIRED",
              {{"licenseId", "2"}, {"expireTime", "2026-11-20T09:00:00+00:00"}, {"reliefTime", ""}},
              "License 2 expired at 2026-11-20T09:00:00+00:00.");
  EXPECT_EQ(Explain(error, kLogin, BerlinAtNine()).front(),
            "usher: License 2 expired at 2026-11-20 10:00 CET.");
}

TEST(Explain, EveryErrorHasASentence) {
  EXPECT_THAT(Explain({.code = StatusCode::kInternal}, kLogin, BerlinAtNine()),
              ElementsAre(HasSubstr("INTERNAL")));
}

struct HintRow {
  const char* reason;
  StatusCode code;
  std::map<std::string, std::string> metadata;
  const char* command;
};

TEST(Hints, NameTheNextCommand) {
  const HintRow rows[] = {
      {"LICENSE_EXPIRED",
       StatusCode::kFailedPrecondition,
       {{"reliefTime", ""}},
       "usher subscription list acme/support"},
      {"SIP_POOL_EXHAUSTED", StatusCode::kResourceExhausted, {}, "usher phone list acme/support"},
      {"SIP_POOL_EXHAUSTED",
       StatusCode::kResourceExhausted,
       {{"edition", "PREMIUM"}},
       "usher order create acme/support PRODUCT=QUANTITY --dry-run"},
      {"WRONG_STATE",
       StatusCode::kFailedPrecondition,
       {{"state", "DELETED"}},
       "usher app undelete acme/support"},
      {"WRONG_STATE",
       StatusCode::kFailedPrecondition,
       {{"state", "EXPIRED"}},
       "usher subscription list acme/support"},
      {"NOTHING_TO_RESET",
       StatusCode::kFailedPrecondition,
       {},
       "usher agent offline acme/support EMAIL --mobile-off"},
      {"PACKAGE_REQUIRED",
       StatusCode::kFailedPrecondition,
       {{"product", "standard-sip"}, {"requiredProduct", "standard-agent-package"}},
       "usher order create acme/support standard-agent-package=1 standard-sip=1 --dry-run"},
      {"PACKAGE_REQUIRED",
       StatusCode::kFailedPrecondition,
       {{"product", "voice-minutes"}, {"requiredProduct", "voice-agent-package"}},
       "usher order create acme/support voice-agent-package=1 voice-minutes=QUANTITY --dry-run"},
      {"VOICE_PACKAGE_REQUIRED",
       StatusCode::kFailedPrecondition,
       {},
       "usher order create acme/support voice-agent-package=1 --dry-run"},
      {"VOICE_CONCURRENCY_EXHAUSTED",
       StatusCode::kResourceExhausted,
       {{"limit", "3"}, {"active", "3"}},
       "usher order create acme/support voice-concurrency=1 --dry-run"},
      {"VOICE_CONCURRENCY_EXHAUSTED",
       StatusCode::kResourceExhausted,
       {{"limit", "3"}, {"active", "3"}},
       "usher voice calls acme/support"},
      {"VOICE_MINUTES_EXHAUSTED",
       StatusCode::kResourceExhausted,
       {{"remaining", "0"}, {"reserved", "10"}},
       "usher voice balance acme"},
      {"VOICE_MINUTES_EXHAUSTED",
       StatusCode::kResourceExhausted,
       {{"remaining", "0"}, {"reserved", "10"}},
       "usher order create acme/support voice-minutes=QUANTITY --dry-run"},
      {"WRONG_STATE",
       StatusCode::kFailedPrecondition,
       {{"state", "ENDED"}, {"resource", "accounts/acme/applications/support/calls/c-1"}},
       "usher voice calls acme/support --state ended"},
      {"RESOURCE_NOT_FOUND",
       StatusCode::kNotFound,
       {{"resource", "accounts/acme/applications/support/calls/c-1"}},
       "usher voice calls acme/support"},
      {"SUBSCRIPTION_AMBIGUOUS",
       StatusCode::kFailedPrecondition,
       {},
       "usher subscription list acme/support"},
      {"APPLICATION_DELETED",
       StatusCode::kFailedPrecondition,
       {},
       "usher app undelete acme/support"},
      {"RESOURCE_NOT_FOUND",
       StatusCode::kNotFound,
       {{"resource", "accounts/acme/applications/support"}},
       "usher app list acme"},
      {"RESOURCE_NOT_FOUND",
       StatusCode::kNotFound,
       {{"resource", "accounts/acme"}},
       "usher account list"},
      {"RESOURCE_ALREADY_EXISTS", StatusCode::kAlreadyExists, {}, "usher app list acme --deleted"},
      {"RESET_LIMIT_REACHED",
       StatusCode::kResourceExhausted,
       {{"nextResetTime", "2026-11-30T23:00:00Z"}},
       "2026-12-01 00:00 CET"},
      {"RESUME_TOKEN_EXPIRED", StatusCode::kOutOfRange, {}, "usher event list acme/support"},
      {"RESUME_TOKEN_EXPIRED", StatusCode::kOutOfRange, {}, "usher event watch acme/support"},
      {"TOO_MANY_WATCHERS", StatusCode::kResourceExhausted, {{"limit", "100"}}, "End a watch"},
      {"ETAG_MISMATCH", StatusCode::kAborted, {}, "run the command again"},
      {"STORE_UNAVAILABLE", StatusCode::kUnavailable, {}, "usher doctor"},
      {"A_NEWER_REASON", StatusCode::kUnavailable, {}, "Nothing was changed"},
  };
  for (const HintRow& row : rows) {
    EXPECT_THAT(Hints(Refusal(row.code, row.reason, row.metadata), kLogin, BerlinAtNine()),
                Contains(HasSubstr(row.command)))
        << row.reason;
  }
}

TEST(Hints, AnUnknownProductIsToBeSoughtInTheCatalog) {
  EXPECT_THAT(
      Hints(Refusal(StatusCode::kInvalidArgument, "INVALID_FIELD", {{"field", "items[0].product"}},
                    "items[0].product must be a product of the catalog; gold is none."),
            kLogin, BerlinAtNine()),
      ElementsAre(HasSubstr("usher catalog")));
}

TEST(Hints, DoNotRepeatWhatTheServerSays) {
  for (const char* reason : {"STORE_UNAVAILABLE", "SERVER_DRAINING"}) {
    EXPECT_THAT(Hints(Refusal(StatusCode::kUnavailable, reason), kLogin, BerlinAtNine()),
                Not(Contains(HasSubstr("try again"))))
        << reason;
  }
}

TEST(Hints, AreNotInvented) {
  EXPECT_THAT(Hints(Refusal(StatusCode::kFailedPrecondition, "WRONG_STATE", {{"state", "ACTIVE"}}),
                    kLogin, BerlinAtNine()),
              IsEmpty());
  EXPECT_THAT(Hints(Refusal(StatusCode::kInvalidArgument, "INVALID_FIELD", {{"field", "email"}}),
                    kLogin, BerlinAtNine()),
              IsEmpty());
  // Where there is no SIP license, no phone could give one back.
  EXPECT_THAT(Hints(Refusal(StatusCode::kResourceExhausted, "SIP_POOL_EXHAUSTED", {{"total", "0"}}),
                    kLogin, BerlinAtNine()),
              ElementsAre(HasSubstr("usher order create")));
}

TEST(RefusalSentence, TellsWhatTheMetadataTells) {
  EXPECT_EQ(RefusalSentence(NoIdleLicense(""), BerlinAtNine()),
            "Every agent license is bound to another email: 3 of 3 are held, 2 in use.");
  EXPECT_EQ(RefusalSentence(Refusal(StatusCode::kFailedPrecondition, "LICENSE_EXPIRED",
                                    {{"licenseId", "2"}, {"expireTime", "2026-11-20T09:00:00Z"}}),
                            BerlinAtNine()),
            "License 2 of this email expired at 2026-11-20 10:00 CET, and no other license is "
            "idle.");
}

struct ReliefRow {
  const char* reason;
  std::map<std::string, std::string> metadata;
  std::optional<absl::Time> relief;
  const char* sentence;
};

TEST(ReliefSentence, TellsTheEarliestReliefAndHowItComes) {
  const Times times = BerlinAtNine();
  const absl::Time december =
      absl::FromCivil(absl::CivilHour(2026, 11, 30, 23), absl::UTCTimeZone());
  const ReliefRow rows[] = {
      {"NO_IDLE_LICENSE",
       {{"resetsLeft", "4"}},
       times.now(),
       "now, by a reset; 4 are left this month"},
      {"NO_IDLE_LICENSE",
       {{"resetsLeft", "1"}},
       times.now() + absl::Seconds(1),
       "now, by a reset; 1 is left this month"},
      {"NO_IDLE_LICENSE",
       {{"resetsLeft", "0"}},
       december,
       "from 2026-12-01 00:00 CET (in 5 d), by a reset; none is left this month"},
      // Whoever waits for a license in the drain period goes first.
      {"NO_IDLE_LICENSE",
       {{"resetsLeft", "2"}},
       times.now() + absl::Minutes(3),
       "from 2026-11-25 10:03 CET (in 3 min), by a reset"},
      {"LICENSE_EXPIRED", {}, times.now(), "now, by a reset"},
      {"NO_IDLE_LICENSE",
       {{"held", "3"}, {"inUse", "3"}, {"resetsLeft", "4"}},
       std::nullopt,
       "by a purchase; or by a reset, once an agent who holds one has gone offline"},
      {"NO_IDLE_LICENSE",
       {{"total", "0"}, {"held", "0"}, {"inUse", "0"}},
       std::nullopt,
       "by a purchase or a renewal only"},
      {"LICENSE_EXPIRED", {}, std::nullopt, "by a purchase or a renewal only"},
      {"APPLICATION_DELETED", {}, std::nullopt, "when the application is brought back"},
  };
  for (const ReliefRow& row : rows) {
    EXPECT_EQ(ReliefSentence(Refusal(StatusCode::kResourceExhausted, row.reason, row.metadata),
                             row.relief, times),
              row.sentence);
  }
}

TEST(Hints, WhereAllAreAtWorkTheyNameWhoIs) {
  Error error = NoIdleLicense("");
  error.metadata["inUse"] = "3";
  EXPECT_THAT(Hints(error, kLogin, BerlinAtNine()),
              ElementsAre(HasSubstr("usher agent list acme/support"), HasSubstr("To buy more")));
}

}  // namespace
}  // namespace usher::cli
