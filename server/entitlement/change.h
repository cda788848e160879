// Changes: the only words in which state is altered, written to the store and told in the journal
// (R29).
//
// A decision makes a list of them; Apply moves the state by each, the store writes each as rows,
// and those that are events become journal entries, one each. Where the journal could not be told
// apart from a change of state alone, a payload says so:
//   event          told in the journal, has a revision
//   durable        written to the store, not told
//   memory         neither: lost with the process, and nothing that was answered depends on it
//   (R30)
// Plain values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "entitlement/application.h"
#include "entitlement/change_voice.h"
#include "entitlement/ids.h"
#include "entitlement/order.h"
#include "entitlement/shared_text.h"
#include "entitlement/token.h"
#include "entitlement/types.h"

namespace usher::entitlement {

// ---- Accounts and applications

// Event (AccountChanged).
struct AccountCreated {
  AccountId id;
  std::string display_name;
  std::string zone_name;
};

// Event (AccountChanged). A zone named here is pending until `zone_change_time` (R2).
struct AccountUpdated {
  std::string display_name;
  // Empty where none waits any more.
  std::string pending_zone_name;
  absl::Time zone_change_time;
};

// Event (AccountChanged), by time.
struct TimeZoneChanged {
  std::string zone_name;
  // The month that starts with the change.
  absl::CivilMonth month;
};

// Event (ApplicationChanged).
struct ApplicationCreated {
  ApplicationId id;
  std::string display_name;
  std::optional<absl::Time> trial_expire_time;
};

// Event (ApplicationChanged).
struct ApplicationUpdated {
  std::string display_name;
};

// Events (ApplicationChanged).
struct ApplicationDeleted {};
struct ApplicationUndeleted {};

// ---- Buying

// Event. Followed by LicensesGranted.
struct TrialStarted {
  int licenses = 0;
  absl::Time expire_time;
};

// Event.
struct OrderPlaced {
  Order order;
  bool renewal = false;
};

// Durable: a new subscription, or one whose add-ons grew. The LicensesGranted that follow tell of
// it.
struct SubscriptionStored {
  Subscription subscription;
};

// Event. `count` licenses from `first_id` on.
struct LicensesGranted {
  LicenseId first_id;
  int64_t count = 0;
  LicenseKind kind = LicenseKind::kAgent;
  Edition edition = Edition::kStandard;
  LicenseSource source = LicenseSource::kTrial;
  SubscriptionId subscription;
  absl::Time expire_time;
};

// Event. The subscription as it is now; the carried licenses expire with it, expired ones revive
// (R9).
struct SubscriptionRenewed {
  Subscription subscription;
  std::vector<LicenseId> carried;
  std::vector<LicenseId> lapsed;
};

// ---- Licenses

// Event. Licenses of one pool whose expire_time was reached.
struct LicensesExpired {
  std::vector<LicenseId> ids;
  LicenseKind kind = LicenseKind::kAgent;
  Edition edition = Edition::kStandard;
};

// Event. `moved_from`: the expired license that a LicenseReleased (kMoved) just before took the
// email from.
struct LicenseBound {
  LicenseId id;
  SharedName<Email> email;
  LicenseId moved_from;
};

// Event. Agent licenses only: phones say PhoneOffline and PhoneMoved.
struct LicenseReleased {
  LicenseId id;
  SharedName<Email> email;
  ReleaseCause cause = ReleaseCause::kNone;
};

// Event, behind the LicenseReleased that it counts as one operation (R18).
struct LicensesReset {
  std::vector<LicenseId> released;
  std::vector<LicenseId> retained;
  absl::CivilMonth month;
  int used = 0;
  // Who asked for it; the list of past resets tells.
  std::string actor;
};

// ---- Agents

// Event. The session's revision is the change's.
struct SessionStarted {
  SessionId id;
  SharedName<Email> email;
  Channel channel = Channel::kWeb;
  SharedName<ClientId> client_id;
  LicenseId license;
  absl::Duration ttl;
  LeaseTime lease_end;
};

// Event.
struct SessionEnded {
  SessionId id;
  SharedName<Email> email;
  EndReason reason = EndReason::kNone;
  std::string note;
};

// Event: tells a session what AgentDrainChanged did to its agent; alters nothing by itself.
struct SessionDraining {
  SessionId id;
  SharedName<Email> email;
  bool draining = false;
  absl::Time deadline;
};

// Durable. Unset `deadline`: served again. Followed by a SessionDraining for each of its sessions.
struct AgentDrainChanged {
  SharedName<Email> email;
  std::optional<absl::Time> deadline;
};

// Event.
struct MobileAnsweringChanged {
  SharedName<Email> email;
  MobileAnswering mode = MobileAnswering::kOff;
};

// Durable: the lease of a restart must not end before one that was answered (R30).
struct SessionTtlChanged {
  SessionId id;
  absl::Duration ttl;
};

// Memory: a heartbeat.
struct SessionRenewed {
  SessionId id;
  LeaseTime lease_end;
};

// Durable: the hour of an ended session is over, or too many others have ended since. Its end
// outlives it in the agent's last_active_time.
struct SessionForgotten {
  SessionId id;
};

// ---- Phones

// Event. The phone's revision is the change's.
struct PhoneOnline {
  PhoneId id;
  LicenseId license;
  absl::Duration ttl;
  LeaseTime lease_end;
};

// Event (PhoneOnline): a phone that was online goes on with another license.
struct PhoneMoved {
  PhoneId id;
  LicenseId from;
  LicenseId to;
};

// Event. The license is idle again, or expired without a holder.
struct PhoneOffline {
  PhoneId id;
  LicenseId license;
  EndReason reason = EndReason::kNone;
};

// Event. Unset `deadline`: served again.
struct PhoneDraining {
  PhoneId id;
  std::optional<absl::Time> deadline;
};

// Durable, as SessionTtlChanged.
struct PhoneTtlChanged {
  PhoneId id;
  absl::Duration ttl;
};

// Memory: a heartbeat.
struct PhoneRenewed {
  PhoneId id;
  LeaseTime lease_end;
};

// ---- Counters of the month: memory at first, stored within seconds (R17)

struct DenialCounted {
  LicenseKind kind = LicenseKind::kAgent;
  Edition edition = Edition::kStandard;
};

// Peaks start anew at what is in use, denials at 0.
struct UsageMonthStarted {
  absl::CivilMonth month;
  absl::Time month_end;
};

// ---- Tokens: changes of the server itself, which name no account

struct TokenCreated {
  Token token;
};

struct TokenRevoked {
  TokenId id;
  // As they are.
  Role role = Role::kViewer;
  AccountId account;
};

using ChangePayload =
    std::variant<AccountCreated, AccountUpdated, TimeZoneChanged, ApplicationCreated,
                 ApplicationUpdated, ApplicationDeleted, ApplicationUndeleted, TrialStarted,
                 OrderPlaced, SubscriptionStored, LicensesGranted, SubscriptionRenewed,
                 LicensesExpired, LicenseBound, LicenseReleased, LicensesReset, SessionStarted,
                 SessionEnded, SessionDraining, AgentDrainChanged, MobileAnsweringChanged,
                 SessionTtlChanged, SessionRenewed, SessionForgotten, PhoneOnline, PhoneMoved,
                 PhoneOffline, PhoneDraining, PhoneTtlChanged, PhoneRenewed, VoicePlanStored,
                 MinutesGranted, MinutesExpired, CallStarted, CallConnected, CallHeld,
                 CallTtlChanged, CallsExtended, CallsContinued, CallEnded, CallAdjusted,
                 CallsForgotten, DenialCounted, UsageMonthStarted, TokenCreated, TokenRevoked>;

enum class ChangeClass : int8_t { kEvent, kDurable, kMemory };

ChangeClass ClassOf(const ChangePayload& payload);

// Whether the change alters the account, whatever application it names: Voice AI's do. Others alter
// the unit that they name, and some the account's directory.
bool AltersAccount(const ChangePayload& payload);

// Whether the change alters the server's own state and stands in the server's own journal.
bool AltersServer(const ChangePayload& payload);

struct Change {
  // None for the server's own.
  AccountNo account;
  // None for the account's own.
  ApplicationNo application;
  // Set for events; numbered in the order of the list.
  Revision revision;
  // When it took effect: the command's now, or the instant at which it fell due.
  absl::Time event_time;
  ChangePayload payload;
};

}  // namespace usher::entitlement
