#include "rpc/event_to_proto.h"

#include <set>
#include <vector>

#include "entitlement/civil.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "usher/v1/event_service.pb.h"

namespace usher::rpc {
namespace {

using entitlement::Account;
using entitlement::AccountId;
using entitlement::AccountNo;
using entitlement::ApplicationEntry;
using entitlement::ApplicationId;
using entitlement::ApplicationNo;
using entitlement::Change;
using entitlement::ChangePayload;
using entitlement::Edition;
using entitlement::Email;
using entitlement::EndReason;
using entitlement::LicenseId;
using entitlement::LicenseKind;
using entitlement::PhoneId;
using entitlement::Revision;
using entitlement::SessionId;

const absl::Time kThen = absl::FromUnixSeconds(1'000);
const absl::Time kLater = absl::FromUnixSeconds(2'000) + absl::Microseconds(7);

Account Acme() {
  Account account;
  account.no = AccountNo(1);
  account.id = AccountId("acme");
  account.display_name = "Acme Ltd";
  account.zone_name = "Europe/Berlin";
  ApplicationEntry entry;
  entry.no = ApplicationNo(5);
  entry.id = ApplicationId("support");
  entry.display_name = "Support desk";
  account.Add(entry);
  return account;
}

struct Row {
  ChangePayload payload;
  // The event's payload in text format; empty where the change is told to nobody.
  std::string event;
};

// One row for each change, in the order of ChangePayload.
std::vector<Row> Rows() {
  entitlement::Order order;
  order.id = entitlement::OrderId(9);
  order.total_cents = 24'000;
  entitlement::Subscription subscription;
  subscription.id = entitlement::SubscriptionId(4);
  subscription.expire_time = kLater;
  return {
      {entitlement::AccountCreated{AccountId("acme"), "Acme", "UTC"},
       "account_changed { display_name: 'Acme' time_zone: 'UTC' }"},
      {entitlement::AccountUpdated{"Acme 2", "Asia/Tokyo", kThen},
       "account_changed { display_name: 'Acme 2' time_zone: 'Europe/Berlin' "
       "pending_time_zone: 'Asia/Tokyo' time_zone_change_time { seconds: 1000 } }"},
      {entitlement::AccountUpdated{"Acme 2", "", kThen},
       "account_changed { display_name: 'Acme 2' time_zone: 'Europe/Berlin' }"},
      {entitlement::TimeZoneChanged{"Asia/Tokyo", absl::CivilMonth(2026, 12)},
       "account_changed { display_name: 'Acme Ltd' time_zone: 'Asia/Tokyo' }"},
      {entitlement::ApplicationCreated{ApplicationId("support"), "Desk", kLater},
       "application_changed { display_name: 'Desk' }"},
      {entitlement::ApplicationUpdated{"Desk 2"}, "application_changed { display_name: 'Desk 2' }"},
      {entitlement::ApplicationDeleted{},
       "application_changed { display_name: 'Support desk' deleted: true }"},
      {entitlement::ApplicationUndeleted{}, "application_changed { display_name: 'Support desk' }"},
      {entitlement::TrialStarted{3, kThen},
       "trial_started { licenses: 3 expire_time { seconds: 1000 } }"},
      {entitlement::OrderPlaced{order, true},
       "order_placed { order_id: 9 total_cents: 24000 renewal: true }"},
      {entitlement::SubscriptionStored{subscription}, ""},
      {entitlement::LicensesGranted{LicenseId(4), 3, LicenseKind::kSip, Edition::kPremium,
                                    entitlement::LicenseSource::kAddOn,
                                    entitlement::SubscriptionId(4), kThen},
       "licenses_granted { license_ids: [4, 5, 6] kind: LICENSE_KIND_SIP edition: EDITION_PREMIUM "
       "source: LICENSE_SOURCE_ADD_ON subscription_id: 4 expire_time { seconds: 1000 } }"},
      {entitlement::SubscriptionRenewed{subscription, {LicenseId(1)}, {LicenseId(2), LicenseId(3)}},
       "subscription_renewed { subscription_id: 4 expire_time { seconds: 2000 nanos: 7000 } "
       "lapsed_license_ids: [2, 3] }"},
      {entitlement::LicensesExpired{
           {LicenseId(1), LicenseId(2)}, LicenseKind::kAgent, Edition::kStandard},
       "license_expired { license_ids: [1, 2] kind: LICENSE_KIND_AGENT edition: EDITION_STANDARD "
       "}"},
      {entitlement::LicenseBound{LicenseId(2), Email("a@x"), LicenseId(1)},
       "license_bound { license_id: 2 email: 'a@x' moved_from_license_id: 1 }"},
      {entitlement::LicenseReleased{LicenseId(2), Email("a@x"), entitlement::ReleaseCause::kLapsed},
       "license_released { license_id: 2 email: 'a@x' cause: RELEASE_CAUSE_LAPSED }"},
      {entitlement::LicensesReset{{LicenseId(1)}, {LicenseId(2)}, absl::CivilMonth(2026, 11), 3},
       "licenses_reset { released_license_ids: 1 retained_license_ids: 2 month: '2026-11' used: 3 "
       "}"},
      {entitlement::SessionStarted{SessionId(8), Email("a@x"), entitlement::Channel::kMonitor,
                                   entitlement::ClientId("tab"), LicenseId(2), absl::Minutes(1),
                                   entitlement::LeaseTime{5}},
       "session_started { session_id: 8 email: 'a@x' channel: CHANNEL_MONITOR client_id: 'tab' "
       "license_id: 2 }"},
      {entitlement::SessionEnded{SessionId(8), Email("a@x"), EndReason::kForced, "sorry"},
       "session_ended { session_id: 8 email: 'a@x' reason: END_REASON_FORCED note: 'sorry' }"},
      {entitlement::SessionDraining{SessionId(8), Email("a@x"), true, kThen},
       "session_draining { session_id: 8 email: 'a@x' draining: true drain_deadline_time { "
       "seconds: 1000 } }"},
      {entitlement::SessionDraining{SessionId(8), Email("a@x"), false, kThen},
       "session_draining { session_id: 8 email: 'a@x' }"},
      {entitlement::AgentDrainChanged{Email("a@x"), kThen}, ""},
      {entitlement::MobileAnsweringChanged{Email("a@x"), entitlement::MobileAnswering::kAlways},
       "mobile_answering_changed { email: 'a@x' mode: MOBILE_ANSWERING_ALWAYS }"},
      {entitlement::SessionTtlChanged{SessionId(8), absl::Minutes(1)}, ""},
      {entitlement::SessionRenewed{SessionId(8), entitlement::LeaseTime{5}}, ""},
      {entitlement::SessionForgotten{SessionId(8)}, ""},
      {entitlement::PhoneOnline{PhoneId("4711"), LicenseId(6), absl::Minutes(1),
                                entitlement::LeaseTime{5}},
       "phone_online { phone_id: '4711' license_id: 6 }"},
      {entitlement::PhoneMoved{PhoneId("4711"), LicenseId(6), LicenseId(7)},
       "phone_online { phone_id: '4711' license_id: 7 }"},
      {entitlement::PhoneOffline{PhoneId("4711"), LicenseId(7), EndReason::kLeaseExpired},
       "phone_offline { phone_id: '4711' license_id: 7 reason: END_REASON_LEASE_EXPIRED }"},
      {entitlement::PhoneDraining{PhoneId("4711"), kThen},
       "phone_draining { phone_id: '4711' draining: true drain_deadline_time { seconds: 1000 } }"},
      {entitlement::PhoneDraining{PhoneId("4711"), std::nullopt},
       "phone_draining { phone_id: '4711' }"},
      {entitlement::PhoneTtlChanged{PhoneId("4711"), absl::Minutes(1)}, ""},
      {entitlement::PhoneRenewed{PhoneId("4711"), entitlement::LeaseTime{5}}, ""},
      {entitlement::VoicePlanStored{}, ""},
      {entitlement::MinutesGranted{.id = entitlement::GrantId(3),
                                   .source = entitlement::GrantSource::kPackage,
                                   .product = "voice-agent-package",
                                   .minutes = 8000,
                                   .expire_time = kLater},
       "minutes_granted { grant_id: 3 product: 'voice-agent-package' minutes: 8000 "
       "expire_time { seconds: 2000 nanos: 7000 } }"},
      {entitlement::MinutesExpired{entitlement::GrantId(3), 17},
       "minutes_expired { grant_id: 3 unused_minutes: 17 }"},
      {entitlement::CallStarted{.no = entitlement::CallNo(9),
                                .id = entitlement::CallId("c-1"),
                                .direction = entitlement::CallDirection::kOutbound},
       "call_started { call_id: 'c-1' direction: CALL_DIRECTION_OUTBOUND }"},
      {entitlement::CallConnected{.no = entitlement::CallNo(9), .id = entitlement::CallId("c-1")},
       "call_connected { call_id: 'c-1' }"},
      {entitlement::CallHeld{}, ""},
      {entitlement::CallTtlChanged{}, ""},
      {entitlement::CallsExtended{}, ""},
      {entitlement::CallsContinued{}, ""},
      // Minutes 1 and 3 belong to one grant, the fourth to none.
      {entitlement::CallEnded{.no = entitlement::CallNo(9),
                              .id = entitlement::CallId("c-1"),
                              .reason = entitlement::CallEndReason::kMinutesExhausted,
                              .charges = {{entitlement::GrantId(3), 1},
                                          {entitlement::GrantId(2), 1},
                                          {entitlement::GrantId(3), 1},
                                          {entitlement::GrantId(), 1}}},
       "call_ended { call_id: 'c-1' charged_minutes: 3 charges { grant_id: 2 minutes: 1 } "
       "charges { grant_id: 3 minutes: 2 } reason: CALL_END_REASON_MINUTES_EXHAUSTED }"},
      {entitlement::CallAdjusted{.no = entitlement::CallNo(9),
                                 .id = entitlement::CallId("c-1"),
                                 .charges = {{entitlement::GrantId(3), 5}},
                                 .differences = {{entitlement::GrantId(3), 2}}},
       "call_adjusted { call_id: 'c-1' charged_minutes: 5 charges { grant_id: 3 minutes: 5 } }"},
      {entitlement::CallsForgotten{}, ""},
      {entitlement::DenialCounted{LicenseKind::kAgent, Edition::kStandard}, ""},
      {entitlement::UsageMonthStarted{absl::CivilMonth(2026, 12), kLater}, ""},
      {entitlement::TokenCreated{
           {.id = entitlement::TokenId(7), .role = entitlement::Role::kOperator}},
       "token_changed { token_id: '7' role: 'OPERATOR' }"},
      {entitlement::TokenRevoked{.id = entitlement::TokenId(7),
                                 .role = entitlement::Role::kOperator},
       "token_changed { token_id: '7' role: 'OPERATOR' revoked: true }"},
  };
}

v1::WatchEventsResponse Encoded(const Account& account, const std::vector<Change>& changes) {
  v1::WatchEventsResponse told;
  EXPECT_TRUE(told.ParseFromString(EventEncoder()({
      .account = &account,
      .actor = "operator",
      .request_id = "r-1",
      .record_time = kLater,
      .command_revision = Revision(12),
      .changes = changes,
  })));
  return told;
}

Change ChangeOf(ChangePayload payload, int64_t revision) {
  return {AccountNo(1), ApplicationNo(5), Revision(revision), kThen, std::move(payload)};
}

TEST(EventToProto, EveryChangeHasARow) {
  std::set<size_t> seen;
  for (const Row& row : Rows()) seen.insert(row.payload.index());
  EXPECT_EQ(seen.size(), std::variant_size_v<ChangePayload>);
}

TEST(EventToProto, EveryEventIsToldWithItsPayload) {  // R29
  const Account account = Acme();
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.event);
    const auto told = Encoded(account, {ChangeOf(row.payload, 11)});
    const bool is_event = entitlement::ClassOf(row.payload) == entitlement::ChangeClass::kEvent;
    EXPECT_EQ(is_event, !row.event.empty()) << row.payload.index();
    ASSERT_EQ(told.events_size(), is_event ? 1 : 0);
    if (!is_event) continue;
    v1::Event expected;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        row.event +
            "revision: 11 event_time { seconds: 1000 } account: 'accounts/acme' "
            "application: 'accounts/acme/applications/support' actor: 'operator' "
            "request_id: 'r-1' record_time { seconds: 2000 nanos: 7000 } command_revision: 12",
        &expected));
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(told.events(0), expected))
        << told.events(0).DebugString();
  }
}

TEST(EventToProto, TheAccountsOwnEventsNameNoApplication) {
  const Account account = Acme();
  Change change = ChangeOf(entitlement::AccountCreated{AccountId("acme"), "", "UTC"}, 1);
  change.application = ApplicationNo();
  const auto told = Encoded(account, {change});
  ASSERT_EQ(told.events_size(), 1);
  EXPECT_EQ(told.events(0).account(), "accounts/acme");
  EXPECT_EQ(told.events(0).application(), "");
}

TEST(EventToProto, EventsKeepTheirOrderAndLeaveOthersOut) {
  const Account account = Acme();
  const auto told = Encoded(
      account,
      {ChangeOf(entitlement::SessionEnded{SessionId(1), Email("a@x"), EndReason::kSuperseded, ""},
                11),
       ChangeOf(entitlement::SessionRenewed{SessionId(3), {}}, 0),
       ChangeOf(entitlement::SessionStarted{.id = SessionId(2), .email = Email("a@x")}, 12)});
  ASSERT_EQ(told.events_size(), 2);
  EXPECT_TRUE(told.events(0).has_session_ended());
  EXPECT_EQ(told.events(0).revision(), 11);
  EXPECT_TRUE(told.events(1).has_session_started());
  EXPECT_EQ(told.events(1).revision(), 12);
  EXPECT_EQ(told.events(1).command_revision(), 12);
}

TEST(EventToProto, EachEventOfACommandHasItsOwnApplicationAndTime) {
  const Account account = Acme();
  const ChangePayload ended =
      entitlement::SessionEnded{SessionId(1), Email("a@x"), EndReason::kLeaseExpired, ""};
  std::vector<Change> changes = {ChangeOf(ended, 11), ChangeOf(ended, 12), ChangeOf(ended, 13),
                                 ChangeOf(ended, 14)};
  changes[1].application = ApplicationNo();
  changes[3].event_time = kLater;
  const auto told = Encoded(account, changes);
  ASSERT_EQ(told.events_size(), 4);
  constexpr char kSupport[] = "accounts/acme/applications/support";
  EXPECT_EQ(told.events(0).application(), kSupport);
  EXPECT_EQ(told.events(1).application(), "");
  EXPECT_EQ(told.events(2).application(), kSupport);
  EXPECT_EQ(told.events(2).event_time().seconds(), absl::ToUnixSeconds(kThen));
  EXPECT_EQ(told.events(3).application(), kSupport);
  EXPECT_EQ(told.events(3).event_time().seconds(), absl::ToUnixSeconds(kLater));
}

// An encoder keeps what the commands of a moment say alike; whatever one of them says otherwise has
// to be told as if it were the first.
TEST(EventToProto, AnEncoderTellsEachCommandAsIfItWereTheFirst) {
  Account acme = Acme();
  ApplicationEntry sales;
  sales.no = ApplicationNo(6);
  sales.id = ApplicationId("sales");
  acme.Add(sales);
  Account globex = Acme();
  globex.no = AccountNo(2);
  globex.id = AccountId("globex");

  const entitlement::SessionStarted started{.id = SessionId(2), .email = Email("a@x")};
  const std::vector<Change> in_support = {ChangeOf(started, 11)};
  std::vector<Change> in_sales = in_support;
  in_sales[0].application = sales.no;
  std::vector<Change> at_account = in_support;
  at_account[0].application = ApplicationNo();
  std::vector<Change> later = in_support;
  later[0].event_time = kLater;
  std::vector<Change> two = {ChangeOf(started, 12), ChangeOf(started, 13)};
  two[1].application = sales.no;

  const engine::CommandEvents usual{.account = &acme,
                                    .actor = "operator",
                                    .request_id = "",
                                    .record_time = kLater,
                                    .command_revision = Revision(11),
                                    .changes = in_support};
  const auto with = [&usual](auto alter) {
    engine::CommandEvents events = usual;
    alter(events);
    return events;
  };
  EventEncoder encoder;
  for (const engine::CommandEvents& events : {
           usual,
           with([](auto& e) { e.request_id = "r-1"; }),
           usual,
           with([](auto& e) { e.command_revision = Revision(12); }),
           with([](auto& e) { e.actor = "console"; }),
           usual,
           with([](auto& e) { e.record_time = kLater + absl::Microseconds(1); }),
           with([&](auto& e) { e.changes = in_sales; }),
           with([&](auto& e) { e.changes = at_account; }),
           with([&](auto& e) { e.changes = later; }),
           with([&](auto& e) { e.changes = two; }),
           with([&](auto& e) { e.account = &globex; }),
           with([](auto& e) { e.account = nullptr; }),
           usual,
       }) {
    v1::WatchEventsResponse told;
    v1::WatchEventsResponse expected;
    ASSERT_TRUE(told.ParseFromString(encoder(events)));
    ASSERT_TRUE(expected.ParseFromString(EventEncoder()(events)));
    EXPECT_EQ(told.events_size(), static_cast<int>(events.changes.size()));
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(told, expected))
        << told.DebugString() << "instead of\n"
        << expected.DebugString();
  }
}

// The server's own list tells of tokens, which name their account themselves.
TEST(EventToProto, AnEventOfTheServerNamesTheAccountThatItsPayloadNames) {
  v1::WatchEventsResponse told;
  const std::vector<Change> changes = {
      ChangeOf(entitlement::TokenCreated{{.id = entitlement::TokenId(7),
                                          .role = entitlement::Role::kAdmin,
                                          .account = AccountId("acme")}},
               3),
      ChangeOf(entitlement::TokenCreated{{.id = entitlement::TokenId(8),
                                          .role = entitlement::Role::kOperator}},
               4)};
  ASSERT_TRUE(told.ParseFromString(EventEncoder()({.account = nullptr,
                                                   .actor = "operator",
                                                   .request_id = "",
                                                   .record_time = kLater,
                                                   .command_revision = Revision(4),
                                                   .changes = changes})));
  ASSERT_EQ(told.events_size(), 2);
  EXPECT_EQ(told.events(0).account(), "accounts/acme");
  EXPECT_EQ(told.events(1).account(), "");
  EXPECT_EQ(told.events(0).application(), "");
}

}  // namespace
}  // namespace usher::rpc
