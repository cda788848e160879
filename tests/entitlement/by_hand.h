// ByHand: an application whose state a test moves change by change, without any decision.
//
// For tests of what applies, settles and falls due; scenarios of commands use World
// (tests/support/world.h) instead. Starts as account "acme" with application "support", which has
// no license, at 2026-11-02T09:00:00Z. One thread.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/apply.h"
#include "entitlement/decide.h"
#include "entitlement/execute.h"
#include "tests/support/world.h"

namespace usher::entitlement::testing {

inline constexpr LicenseKind kAgent = LicenseKind::kAgent;
inline constexpr LicenseKind kSip = LicenseKind::kSip;
inline constexpr Edition kStandard = Edition::kStandard;
inline constexpr Edition kPremium = Edition::kPremium;

class ByHand {
 public:
  ByHand() {
    DoFor(ApplicationNo(), AccountCreated{AccountId("acme"), "Acme", "UTC"});
    DoFor(ApplicationNo(1), ApplicationCreated{ApplicationId("support"), "Support", std::nullopt});
    // The figures of the month have begun, so that they are not what falls due next.
    Do(UsageMonthStarted{absl::CivilMonth(2026, 11), At("2026-12-01T00:00:00Z")});
  }

  // Applies a change of the application, in effect now.
  void Do(ChangePayload payload) { DoFor(ApplicationNo(1), std::move(payload)); }

  void DoFor(ApplicationNo application_no, ChangePayload payload) {
    Change change = {.account = AccountNo(1),
                     .application = application_no,
                     .revision = {},
                     .event_time = now,
                     .payload = std::move(payload)};
    if (ClassOf(change.payload) == ChangeClass::kEvent) {
      change.revision = account.last_revision.next();
    }
    Apply({&directory, &account, &application}, change);
  }

  // Grants `count` licenses; returns the first.
  LicenseId Grant(LicenseKind kind, Edition edition, absl::Duration term, int64_t count = 1) {
    const LicenseId first(static_cast<int64_t>(application.licenses.size()) + 1);
    Do(LicensesGranted{.first_id = first,
                       .count = count,
                       .kind = kind,
                       .edition = edition,
                       .expire_time = now + term});
    return first;
  }

  void Bind(LicenseId license, const std::string& email) {
    Do(LicenseBound{.id = license, .email = Email(email), .moved_from = {}});
  }

  // Logs an email in that is recorded on a license.
  SessionId Login(const std::string& email, Channel channel = Channel::kWeb,
                  absl::Duration ttl = absl::Minutes(1)) {
    const SessionId id = application.last_session_id.next();
    Do(SessionStarted{.id = id,
                      .email = Email(email),
                      .channel = channel,
                      .client_id = ClientId("tab"),
                      .license = agent(email).license,
                      .ttl = ttl,
                      .lease_end = lease_now + ttl});
    return id;
  }

  void End(SessionId id, EndReason reason = EndReason::kLogout) {
    Do(SessionEnded{.id = id, .email = application.Find(id)->email, .reason = reason, .note = {}});
  }

  void Online(const std::string& phone, LicenseId license, absl::Duration ttl = absl::Minutes(1)) {
    Do(PhoneOnline{
        .id = PhoneId(phone), .license = license, .ttl = ttl, .lease_end = lease_now + ttl});
  }

  // Carries out what fell due, as CatchUp does; returns the changes.
  std::vector<Change> CatchUpNow() {
    std::vector<Change> changes;
    CatchUp({&directory, &account, &application}, context(), changes);
    return changes;
  }

  // Moves both clocks on and carries out what fell due.
  std::vector<Change> Advance(absl::Duration by) {
    now += by;
    lease_now = lease_now + by;
    return CatchUpNow();
  }

  // Settles until nothing is left to do; returns the changes.
  std::vector<Change> SettleAll() {
    std::vector<Change> all;
    while (true) {
      const std::vector<Change> step = Settle(units(), now, context());
      if (step.empty()) return all;
      for (const Change& change : step) Apply({&directory, &account, &application}, change);
      all.insert(all.end(), step.begin(), step.end());
    }
  }

  Units units() { return ReadOnly({&directory, &account, &application}); }
  Context context() const {
    return {.now = now,
            .lease_now = lease_now,
            .actor = "operator",
            .next_revision = account.last_revision.next(),
            .policy = &policy,
            .catalog = &catalog};
  }
  const Agent& agent(const std::string& email) const {
    return *application.agents.Find(Email(email));
  }
  const Phone& phone(const std::string& id) const { return application.phones.at(PhoneId(id)); }
  const License& license(LicenseId id) const { return *application.Find(id); }

  absl::Time now = At("2026-11-02T09:00:00Z");
  LeaseTime lease_now = {1'000'000};
  Policy policy;
  Catalog catalog = Catalog::Default();
  Directory directory;
  Account account;
  Application application;
};

// The name of each kind of change, by its place in ChangePayload.
inline std::vector<std::string> AllWords() {
  std::vector<std::string> words = {"AccountCreated",
                                    "AccountUpdated",
                                    "TimeZoneChanged",
                                    "ApplicationCreated",
                                    "ApplicationUpdated",
                                    "ApplicationDeleted",
                                    "ApplicationUndeleted",
                                    "TrialStarted",
                                    "OrderPlaced",
                                    "SubscriptionStored",
                                    "LicensesGranted",
                                    "SubscriptionRenewed",
                                    "LicensesExpired",
                                    "LicenseBound",
                                    "LicenseReleased",
                                    "LicensesReset",
                                    "SessionStarted",
                                    "SessionEnded",
                                    "SessionDraining",
                                    "AgentDrainChanged",
                                    "MobileAnsweringChanged",
                                    "SessionTtlChanged",
                                    "SessionRenewed",
                                    "SessionForgotten",
                                    "PhoneOnline",
                                    "PhoneMoved",
                                    "PhoneOffline",
                                    "PhoneDraining",
                                    "PhoneTtlChanged",
                                    "PhoneRenewed",
                                    "VoicePlanStored",
                                    "MinutesGranted",
                                    "MinutesExpired",
                                    "CallStarted",
                                    "CallConnected",
                                    "CallHeld",
                                    "CallTtlChanged",
                                    "CallsExtended",
                                    "CallsContinued",
                                    "CallEnded",
                                    "CallAdjusted",
                                    "CallsForgotten",
                                    "DenialCounted",
                                    "UsageMonthStarted",
                                    "TokenCreated",
                                    "TokenRevoked"};
  EXPECT_EQ(words.size(), std::variant_size_v<ChangePayload>);
  return words;
}

// A list of changes as one word for each, for tests that state an order.
inline std::vector<std::string> Words(const std::vector<Change>& changes) {
  const std::vector<std::string> all = AllWords();
  std::vector<std::string> words;
  for (const Change& change : changes) words.push_back(all[change.payload.index()]);
  return words;
}

}  // namespace usher::entitlement::testing
